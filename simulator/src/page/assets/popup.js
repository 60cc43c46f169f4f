// What opens over the page: menus, dialogs, short notices.
// Invariant: one menu at a time; whoever had the focus gets it back; Escape closes.

import { $, fill, h, trap } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./texts.js";

let closeOpen = null;

/** Closes the open menu, if there is one. */
export const closeMenu = () => closeOpen?.();

/**
 * A menu at an element or a point. Items: {label, icon, act, danger, disabled, checked}, or null for a line.
 */
export function menu(at, items, label) {
  closeMenu();
  const before = document.activeElement;
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, tabindex: "-1" });
  const close = (refocus = true) => {
    list.remove();
    closeOpen = null;
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) before?.focus?.({ preventScroll: true });
  };
  const outside = (event) => list.contains(event.target) || close(false);
  fill(list, items.map((item) => (item ? menuItem(item, close) : h("div", { class: "line", role: "separator" }))));
  list.addEventListener("keydown", (event) => menuKeys(event, list, close));
  $("#layer").append(list);
  place(list, at);
  closeOpen = close;
  document.addEventListener("pointerdown", outside, true);
  (list.querySelector("button[aria-checked='true']") ?? list.querySelector("button:not(:disabled)"))?.focus();
}

function menuItem(item, close) {
  const chooses = item.checked !== undefined;
  const props = {
    type: "button",
    role: chooses ? "menuitemradio" : "menuitem",
    "aria-checked": chooses ? String(item.checked) : undefined,
    class: item.danger ? "danger" : "",
    disabled: item.disabled === true,
    onclick: () => (close(), item.act()),
  };
  const lead = item.lead ?? (item.icon && icon(item.icon));
  return h("button", props, lead, h("span", { text: item.label }), item.note && h("small", { text: item.note }));
}

function menuKeys(event, list, close) {
  const stops = [...list.querySelectorAll("button:not(:disabled)")];
  const at = stops.indexOf(document.activeElement);
  const go = (index) => stops[(index + stops.length) % stops.length]?.focus();
  const keys = { ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1), Home: () => go(0), End: () => go(-1), Escape: close, Tab: close };
  if (!keys[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
}

/** Puts a box beside an element or at a point, inside of the window. */
export function place(box, at) {
  const point = at instanceof Element ? at.getBoundingClientRect() : { left: at.x, right: at.x, top: at.y, bottom: at.y };
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.max(6, Math.min(point.left, innerWidth - width - 6));
  const below = point.bottom + 4 + height <= innerHeight;
  const top = below ? point.bottom + 4 : Math.max(6, point.top - height - 4);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

/**
 * A dialog; resolves with the value of the button that closed it, null for Escape.
 * Buttons: {label, value, main, danger}. Without `within` it covers the page.
 */
export function dialog({ title, body = [], buttons, within, wide = false, role = "dialog" }) {
  closeMenu();
  const before = document.activeElement;
  return new Promise((resolve) => {
    const close = (value) => {
      shade.remove();
      before?.focus?.({ preventScroll: true });
      resolve(value);
    };
    const choice = (button) =>
      h("button", {
        type: "button",
        class: `${button.main ? "main" : "plain"}${button.danger ? " danger" : ""}`,
        text: button.label,
        onclick: () => close(button.value),
      });
    const heading = title && h("h2", { id: "dialog-title", text: title });
    const box = h(
      "div",
      { class: `dialog${wide ? " wide" : ""}`, role, "aria-modal": "true", "aria-labelledby": title ? "dialog-title" : undefined },
      heading,
      body,
      h("div", { class: "choices" }, buttons.map(choice)),
    );
    const shade = h("div", { class: `shade${within ? " inside" : ""}` }, box);
    shade.addEventListener("pointerdown", (event) => event.target === shade && close(null));
    shade.addEventListener("keydown", (event) => dialogKeys(event, box, close, buttons));
    (within ?? $("#layer")).append(shade);
    (box.querySelector("input") ?? box.querySelector(".choices .main") ?? box.querySelector("button"))?.focus();
  });
}

function dialogKeys(event, box, close, buttons) {
  event.stopPropagation();
  if (event.key === "Escape") close(null);
  else if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type !== "checkbox") {
    event.preventDefault();
    close(buttons.find((button) => button.main)?.value ?? null);
  } else trap(box, event);
}

let noticeTimer = 0;

/** A short notice at the bottom of the page. */
export function notice(words, bad = false) {
  const box = $("#notice");
  box.classList.toggle("bad", bad);
  box.textContent = words;
  box.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => (box.hidden = true), 5000);
}

/** Does `act` and says so if it fails. */
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    notice(error.message || t("offline"), true);
    return null;
  }
}
