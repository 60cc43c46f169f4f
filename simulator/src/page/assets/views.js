// The parts of the page as tabs, where the window is narrow.
// Invariant: in a wide window all parts are there at once and the tabs are not.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { on } from "./store.js";
import { t } from "./texts.js";

const VIEWS = [["phones", "phone"], ["workbook", "table"], ["strip", "strip"], ["controls", "sliders"], ["tour", "flag"]];
let current = "phones";

export function mountViews() {
  on("language", render);
  render();
}

export function showView(name) {
  current = name;
  render();
}

function render() {
  document.body.dataset.view = current;
  const bar = $("#views");
  const focused = bar.contains(document.activeElement);
  bar.setAttribute("aria-label", t("views"));
  fill(bar, VIEWS.map(([name, glyph]) => h("button", {
    type: "button",
    role: "tab",
    "aria-selected": String(name === current),
    "aria-controls": `view-${name}`,
    tabindex: name === current ? "0" : "-1",
    onclick: () => showView(name),
    onkeydown: turn,
  }, icon(glyph), h("span", { text: t(name === "strip" ? "trail" : name) }))));
  if (focused) bar.querySelector("[aria-selected='true']")?.focus();
}

function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = VIEWS.findIndex(([name]) => name === current);
  event.preventDefault();
  showView(VIEWS[(at + step + VIEWS.length) % VIEWS.length][0]);
}
