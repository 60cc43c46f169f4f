// Building of elements.
// Invariant: text goes in as text; nothing on this page parses HTML, and styles are set through classes or the CSSOM.

/** An element with properties and children; falsy children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

function set(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.className = value;
  else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
  else if (name === "data") Object.assign(element.dataset, value);
  else if (name === "text") element.textContent = value;
  else if (name in element && typeof value === "boolean" && !name.startsWith("aria")) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** Puts children in place of those that are there. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child || child === 0));
  return element;
}

/** Makes the children of `parent` those of `wanted` ([key, signature, build]); what has not changed stays in place. */
export function reconcile(parent, wanted) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let at = parent.firstElementChild;
  for (const [key, signature, build] of wanted) {
    let child = old.get(key);
    old.delete(key);
    if (!child || child.signature !== signature) {
      const fresh = build(child);
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (child) {
        const focused = focusWithin(child);
        if (at === child) at = child.nextElementSibling;
        child.replaceWith(fresh);
        if (focused) (refind(fresh, focused) ?? fresh).focus?.({ preventScroll: true });
      }
      child = fresh;
    }
    if (at === child) at = child.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  for (const gone of old.values()) gone.remove();
}

/** How to find the focused element again after its surroundings were built anew. */
function focusWithin(element) {
  const active = document.activeElement;
  if (!active || !element.contains(active)) return null;
  return { own: active === element, focus: active.dataset.focus };
}

function refind(element, { own, focus }) {
  return own ? element : focus && element.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
}

/** Keeps the keyboard's focus inside of a dialog. */
export function trap(element, event) {
  if (event.key !== "Tab") return;
  const stops = [...element.querySelectorAll("button,input,select,textarea,a[href],iframe,[tabindex='0']")];
  const open = stops.filter((stop) => !stop.disabled && stop.offsetParent !== null);
  if (!open.length) return;
  const [first, last] = [open[0], open[open.length - 1]];
  if (event.shiftKey && document.activeElement === first) (last.focus(), event.preventDefault());
  else if (!event.shiftKey && document.activeElement === last) (first.focus(), event.preventDefault());
}

/** Runs `act` at most once per frame, however often it is asked for. */
export function perFrame(act) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      act();
    });
  };
}
