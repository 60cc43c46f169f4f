// A web app inside of the phone, opened with signed launch data.
// Invariant: the frame gets only what Telegram would give it, and can ask for no more than a few of Telegram's events.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { notice } from "./popup.js";
import { get } from "./api.js";
import { on, world } from "./store.js";
import { t } from "./texts.js";

let frame = null;
let before = null;
let openedFor = null;

export async function openWebApp(url, title) {
  const query = new URLSearchParams({ chat: world.chatId, url });
  try {
    const launch = await get(`/api/launch?${query}`);
    show(launch.url, title);
  } catch (error) {
    notice(t("web_app_failed", { words: error.message }), true);
  }
}

function show(url, title) {
  before = document.activeElement;
  openedFor = world.chatId;
  frame = h("iframe", { src: url, title: title || t("web_app"), sandbox: "allow-scripts allow-same-origin allow-forms allow-popups" });
  const close = h("button", { type: "button", class: "quiet", "aria-label": t("close"), onclick: closeWebApp }, icon("close"));
  const box = $("#web-app");
  fill(box, h("div", { class: "web-head" }, close, h("b", { text: world.state?.bot?.name ?? title }), h("span", { class: "mention", text: title })), frame);
  box.hidden = false;
  close.focus();
}

export function closeWebApp() {
  $("#web-app").hidden = true;
  fill($("#web-app"));
  frame = null;
  before?.focus?.();
}

/** Telegram's events, as its web client speaks with the frame. */
function heard(event) {
  if (!frame || event.source !== frame.contentWindow) return;
  const { eventType } = typeof event.data === "string" ? parse(event.data) : {};
  const say = (type, data) => frame.contentWindow.postMessage(JSON.stringify({ eventType: type, eventData: data }), "*");
  const { clientHeight: height, clientWidth: width } = frame;
  if (eventType === "web_app_close") closeWebApp();
  else if (eventType === "web_app_request_viewport") say("viewport_changed", { height, width, is_expanded: true, is_state_stable: true });
  else if (eventType === "web_app_request_theme") say("theme_changed", { theme_params: theme() });
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function theme() {
  const style = getComputedStyle($("#phone"));
  const [bg, text, button] = [style.backgroundColor, style.color, "#3390ec"];
  return { bg_color: hex(bg), text_color: hex(text), button_color: button, button_text_color: "#ffffff" };
}

function hex(colour) {
  const parts = colour.match(/\d+/g)?.slice(0, 3) ?? [255, 255, 255];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}

export function mountWebApp() {
  addEventListener("message", heard);
  $("#web-app").addEventListener("keydown", (event) => event.key === "Escape" && closeWebApp());
  on("chat", () => frame && openedFor !== world.chatId && closeWebApp());
}
