// The filter views of a tab: filters with a name, chosen from a list, each for whoever looks.
// Invariant: a view changes nothing in the workbook, and without one all is as it stands there.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./popup.js";
import { emit, on, world } from "./store.js";
import { t } from "./texts.js";

const chosen = new Map(); // the id of the open view, by tab

/** The view through which a tab is seen. */
export const viewOf = (tab) => (tab.views ?? []).find((view) => view.filterViewId === chosen.get(tab.title)) ?? null;

/** Opens a view of the tab on show, or, with null, closes the one that is open. */
export function openView(id) {
  if (id === null) chosen.delete(world.tabTitle);
  else chosen.set(world.tabTitle, id);
  emit("view");
}

export function mountFilterViews() {
  $("#filter-views").addEventListener("click", (event) => offer(event.currentTarget));
  for (const name of ["tab", "view", "language"]) on(name, render);
}

function offer(button) {
  const { tab } = world;
  const now = viewOf(tab);
  const item = (view) => ({ label: view.title, icon: "funnel", checked: view === now, act: () => openView(view.filterViewId) });
  menu(button, [{ label: t("view_none"), checked: now === null, act: () => openView(null) }, null, ...tab.views.map(item)], t("views_of_tab"));
}

/** The button where the tab has views, and the dark bar that names the open one. */
function render() {
  const { tab } = world;
  const view = tab && viewOf(tab);
  $("#filter-views").hidden = !tab?.views?.length;
  $("#sheet").classList.toggle("viewed", Boolean(view));
  const bar = $("#filter-bar");
  bar.hidden = !view;
  if (!view) return fill(bar);
  const used = Math.max(0, (tab.used_rows ?? tab.cells.length) - 1);
  fill(bar, icon("funnel"), h("b", { text: view.title }), h("span", { text: t("view_alone", { shown: view.rows.length, all: used }) }),
    h("button", { type: "button", class: "quiet", "aria-label": t("view_close"), title: t("view_close"), onclick: () => (openView(null), $("#filter-views").focus()) }, icon("close")));
}
