// The menus of a header's filter button and of a cell's drop-down.
// Invariant: a filter hides values; what is not named there is shown.

import { h } from "./dom.js";
import { letters, rangeName } from "./a1.js";
import { cellAt, grid } from "./grid.js";
import { attempt, dialog, menu } from "./popup.js";
import { sheets } from "./api.js";
import { typeInto } from "./editor.js";
import { active } from "./selection.js";
import { world } from "./store.js";
import { t } from "./texts.js";

const MOST_VALUES = 200;

/** The values that a cell may take. */
export function chooseFromList(row, column) {
  const list = grid.model.list(row, column);
  if (!list) return;
  const now = grid.model.text(row, column);
  const title = world.tabTitle;
  const item = (value) => ({ label: value, checked: value === now, act: () => typeInto(title, row, column, value) });
  menu(cellAt(row, column), list.values.map(item), t("choose"));
}

export function openFilterAt(row, column) {
  filterMenu(grid.model, cellAt(row, column), row, column);
}

export function filterMenu(model, cell, row, column) {
  const range = model.filtered(row, column);
  if (!range) return;
  const name = model.text(row, column) || letters(column);
  const sort = (descending) => () => sortBy(sorted(model, range), column, descending);
  menu(cell, [
    { label: t("sort_asc"), icon: "asc", act: sort(false) },
    { label: t("sort_desc"), icon: "desc", act: sort(true) },
    null,
    { label: `${t("filter_by")}…`, icon: "funnel", disabled: !model.tab.filter, act: () => filterDialog(model, range, column, name) },
  ], t("filter_of", { name }));
}

/** The rows of data under a header, down to the last that is used. */
function sorted(model, [top, left, bottom, right]) {
  return [top + 1, left, Math.max(top + 2, Math.min(bottom, model.used)), Math.min(right, model.tab.columns)];
}

/** Sorts a range of the open tab. */
export async function sortBy(range, column, descending) {
  const body = { tab: world.tabTitle, range: rangeName(range), column: letters(column), descending };
  await attempt(() => sheets(world.state.workbook.id, "sort", body));
  active()?.focus({ preventScroll: true });
}

async function filterDialog(model, range, column, name) {
  const { tabTitle: tab } = world;
  const hidden = new Set(model.hiddenValues(column));
  const values = model.values(range, column).slice(0, MOST_VALUES);
  const boxes = values.map((value) => h("input", { type: "checkbox", checked: !hidden.has(value) }));
  const line = (value, index) => h("label", {}, boxes[index], h("span", { text: value || t("blanks") }));
  const all = (checked) => h("button", { type: "button", class: "plain", text: t(checked ? "filter_all" : "filter_none"), onclick: () => boxes.forEach((box) => (box.checked = checked)) });
  const chosen = await dialog({
    title: t("filter_of", { name }),
    body: [h("div", { class: "both" }, all(true), all(false)), h("div", { class: "values" }, values.map(line))],
    buttons: [{ label: t("cancel"), value: null }, { label: t("ok"), value: "yes", main: true }],
  });
  if (!chosen) return;
  const off = values.filter((_, index) => !boxes[index].checked);
  await attempt(() => sheets(world.state.workbook.id, "filter", { tab, column: letters(column), hidden: off.length ? off : null }));
}
