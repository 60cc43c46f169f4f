// The guided tour: its steps, what to look at, a mark on what matters.
// Invariant: the server plays the steps; the page shows them and may be left at any time.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt, menu } from "./popup.js";
import { backstage } from "./api.js";
import { cellAt, goTo } from "./grid.js";
import { parseCell } from "./a1.js";
import { showMessage } from "./phone.js";
import { showView } from "./views.js";
import { loadState, on, openChat, openTab, world } from "./store.js";
import { side, t } from "./texts.js";

let open = false;
let shown = null; // the index of the step on show
let lastAt = null;
let linked = false;

const tour = () => world.state?.backstage?.tour ?? null;
const steps = () => tour()?.steps ?? [];
/** The tour names a step to be played as the page's address does. */
const goto = (id) => backstage("tour/goto", { step: id });

export function mountTour() {
  on("state", follow);
  on("language", render);
  on("tab", () => mark(steps()[shown]?.focus, false));
  $("#tour-open").addEventListener("click", () => (open ? leave() : begin()));
  addEventListener("hashchange", () => deepLink());
}

function follow() {
  $("#tour-open").hidden = !steps().length;
  const { at = 0, playing = false } = tour() ?? {};
  if (lastAt === null && playing) open = true;
  if (open && at !== lastAt && at > 0) show(at - 1);
  else if (open && shown === null) shown = 0;
  lastAt = at;
  if (!linked && steps().length) (linked = true), deepLink();
  render();
}

/** `#register` opens the tour at that step. */
async function deepLink() {
  const id = decodeURIComponent(location.hash.slice(1));
  const index = steps().findIndex((step) => step.id === id);
  if (index < 0) return;
  open = true;
  if (index < (tour().at ?? 0)) show(index);
  else await play(index);
}

async function begin() {
  open = true;
  const { at = 0 } = tour() ?? {};
  if (at === 0) await play(0);
  else show(at - 1);
  $("#tour-next")?.focus();
}

async function play(index) {
  const step = steps()[index];
  if (!step) return;
  shown = index;
  render();
  // Whoever looks on sees it happen.
  mark(step.focus, true);
  if (index >= (tour().at ?? 0)) await attempt(() => goto(step.id));
  await loadState();
}

async function leave() {
  open = false;
  shown = null;
  unmark();
  history.replaceState(null, "", location.pathname + location.search);
  render();
  $("#tour-open").focus();
  await attempt(() => backstage("tour/leave"));
}

/** Shows a step that has been played, and leads to what it is about. */
function show(index) {
  shown = Math.max(0, Math.min(index, steps().length - 1));
  const step = steps()[shown];
  if (!step) return;
  history.replaceState(null, "", `#${encodeURIComponent(step.id)}`);
  render();
  mark(step.focus, true);
}

function go(by) {
  const next = (shown ?? 0) + by;
  if (next < 0 || next >= steps().length) return;
  if (next < (tour().at ?? 0)) show(next);
  else play(next);
}

function render() {
  const box = $("#tour");
  document.body.classList.toggle("touring", open && steps().length > 0);
  $("#tour-open").setAttribute("aria-pressed", String(open));
  const empty = !open || !steps().length;
  box.classList.toggle("off", empty);
  if (empty) return void fill(box, invitation());
  const index = shown ?? 0;
  const step = steps()[index];
  const focused = document.activeElement?.id;
  fill(box, head(step, index), words(step, index), hands(index));
  if (focused?.startsWith("tour-")) document.getElementById(focused)?.focus();
}

/** What stands in the tour's view while no tour is on. */
function invitation() {
  if (!steps().length) return h("p", { text: t("tour_none") });
  return [h("p", { text: t("tour_about") }), h("button", { type: "button", class: "main", onclick: begin }, icon("flag"), t("tour_start"))];
}

function head(step, index) {
  const all = steps().length;
  const progress = h("progress", { max: String(all), value: String(index + 1), "aria-label": t("tour") });
  const list = h("button", { type: "button", id: "tour-list", class: "plain", "aria-haspopup": "menu", onclick: (event) => stepMenu(event.currentTarget) }, t("tour_step", { n: index + 1, all }), icon("down"));
  return h("div", { class: "tour-head" }, list, progress);
}

function words(step, index) {
  const { at = 0, playing, seen = {}, failed } = tour();
  const played = index < at;
  const status = failed && !played ? h("p", { class: "failed", role: "alert" }, h("span", { text: side(failed) }), h("span", { text: t("tour_go_on") }))
    : !played && playing ? h("p", { class: "playing" }, h("i", { class: "spinner", "aria-hidden": "true" }), t("tour_playing"))
    : played && side(seen[step.id]) ? h("p", { class: "seen", title: side(seen[step.id]) }, icon("check"), h("span", { text: side(seen[step.id]) })) : null;
  return h("div", { class: "tour-words", "aria-live": "polite" }, h("h2", { text: side(step.title) }), h("p", { text: side(step.look) }), status);
}

function hands(index) {
  const { at = 0, playing, failed } = tour();
  const last = index === steps().length - 1 && at > index;
  const busy = playing && index >= at;
  const onward = last ? "ok" : failed && index === at ? "tour_again" : "tour_next";
  return h("div", { class: "tour-hands" },
    h("button", { type: "button", id: "tour-back", class: "plain", disabled: index === 0, onclick: () => go(-1) }, t("tour_back")),
    h("button", { type: "button", id: "tour-next", class: "main", disabled: busy, onclick: () => (last ? leave() : index >= at ? play(index) : go(1)) }, t(onward), !last && icon("right")),
    h("button", { type: "button", id: "tour-leave", class: "quiet", "aria-label": t("tour_leave"), title: t("tour_leave"), onclick: leave }, icon("close")));
}

function stepMenu(button) {
  const { at = 0 } = tour();
  const item = (step, index) => ({ label: `${index + 1}. ${side(step.title)}`, checked: index === shown, note: index < at ? "✓" : "", act: () => (index < at ? show(index) : play(index)) });
  menu(button, steps().map(item), t("tour_steps"));
}

function unmark() {
  for (const old of document.querySelectorAll(".spot")) old.classList.remove("spot");
}

/** Puts a ring around what the step is about; `lead` also brings it into view. */
async function mark(focus, lead) {
  unmark();
  if (!focus || !open) return;
  if (focus.chat) {
    if (lead) (showView("phones"), await openChat(focus.chat), focus.words && showMessage(focus.words));
    if (world.chatId === focus.chat) $("#phone").classList.add("spot");
  } else if (focus.tab) {
    if (lead) (showView("workbook"), await (focus.cell ? goTo(focus.tab, focus.cell) : openTab(focus.tab)));
    const place = focus.cell && parseCell(focus.cell.split(":")[0]);
    if (world.tabTitle === focus.tab) (place ? cellAt(...place) : $("#sheet"))?.classList.add("spot");
  } else if (focus.strip) {
    if (lead) showView("strip");
    $("#strip").classList.add("spot");
  }
}
