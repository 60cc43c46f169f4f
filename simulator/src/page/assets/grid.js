// The workbook: tabs, letters, numbers, cells, as Google Sheets shows them.
// Invariant: only cells that have changed are touched; scroll, focus and selection stay.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { cellName, letters, parseCell } from "./a1.js";
import { Model } from "./model.js";
import { editing, mountEditor, refreshBar } from "./editor.js";
import { openView, viewOf } from "./filterviews.js";
import { mountHands } from "./hands.js";
import { mountSelection, paint, select, selection } from "./selection.js";
import { on, openTab, world } from "./store.js";
import { t } from "./texts.js";

/** What is on the screen: the model, and the elements by row and column. */
export const grid = { model: null, title: null, rows: [], cells: [] };

const FROZEN_TOP_PX = 24;
/** As wide as `.numbers` in the style. */
const NUMBERS_PX = 46;
const ZOOMS = [0.5, 0.75, 0.9, 1, 1.25];
let zoom = 0.9;
/** The tab on show was opened while the workbook was not in sight. */
let isUnseen = false;

export function mountGrid() {
  mountSelection();
  mountEditor();
  mountHands();
  $("#zoom-in").addEventListener("click", () => zoomTo(1));
  $("#zoom-out").addEventListener("click", () => zoomTo(-1));
  zoomTo(0);
  new ResizeObserver(() => isUnseen && grid.model && begin(grid.model)).observe($("#sheet"));
  on("tab", render);
  on("edited", render);
  on("view", () => (render(), $("#sheet").scrollTo({ top: 0 }), select(grid.model?.first ?? 0, selection.column, { quiet: true })));
  on("state", renderTabs);
  on("touched", renderTabs);
  on("language", () => ((grid.title = null), renderTabs(), render()));
}

/** What stands at the left stays there. */
function zoomTo(step) {
  const [sheet, before] = [$("#sheet"), zoom];
  const left = sheet.scrollLeft;
  zoom = ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(zoom) + step))];
  $("#table").style.setProperty("zoom", String(zoom));
  $("#zoom").textContent = `${zoom * 100}%`;
  sheet.scrollLeft = (left * zoom) / before;
}

export const cellAt = (row, column) => grid.cells[row]?.[column] ?? null;

/** Opens a cell by its tab and name, and brings it into view. */
export async function goTo(title, name) {
  await openTab(title);
  const place = parseCell(name.split(":")[0]);
  if (!place || !grid.model || grid.title !== title) return;
  if (grid.model.view && grid.model.isHidden(place[0])) openView(null);
  isUnseen = false;
  select(place[0], place[1]);
  cellAt(...place)?.scrollIntoView({ block: "nearest", inline: "center" });
}

function renderTabs() {
  const titles = world.state?.workbook?.tabs ?? [];
  $("#book-title").textContent = world.state?.workbook?.title ?? "";
  const bar = $("#sheet-tabs");
  const focused = bar.contains(document.activeElement);
  fill(bar, titles.map((title) => {
    const selected = title === world.tabTitle;
    return h("button", {
      type: "button",
      role: "tab",
      "aria-selected": String(selected),
      "aria-controls": "sheet",
      tabindex: selected ? "0" : "-1",
      class: world.touched.has(title) ? "has-news" : "",
      text: title,
      onclick: () => openTab(title),
      onkeydown: (event) => turn(event, titles),
    });
  }));
  if (focused) bar.querySelector("[aria-selected='true']")?.focus();
}

function turn(event, titles) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  openTab(titles[(titles.indexOf(world.tabTitle) + step + titles.length) % titles.length]);
  $("#sheet-tabs [aria-selected='true']")?.focus();
}

function render() {
  renderTabs();
  // Until the tab is there, the table is still the one before: nobody may type into it by mistake.
  $("#sheet").inert = !world.tab;
  if (!world.tab) return;
  const model = new Model(world.tab, viewOf(world.tab));
  const same = grid.title === world.tab.title && grid.model?.rows <= model.rows && grid.model?.columns === model.columns;
  const moved = grid.title !== world.tab.title;
  if (!same) build(model, moved);
  grid.model = model;
  grid.title = world.tab.title;
  while (grid.rows.length < model.rows) addRow(grid.rows.length);
  const held = $("#table").contains(document.activeElement);
  draw();
  if (moved) begin(model);
  else if (model.isHidden(selection.row) && !editing()) select(model.first, selection.column, { quiet: true, focus: held });
  else paint();
  refreshBar();
  tell();
}

/** A tab opens where its text is: at the widest column, if that would not be in view. */
function begin(model) {
  isUnseen = !$("#sheet").clientWidth;
  const widths = Array.from({ length: model.columns }, (_, column) => model.width(column));
  const widest = widths.indexOf(Math.max(...widths));
  const before = widths.slice(0, widest).reduce((sum, width) => sum + width, 0);
  const isOut = (before + widths[widest] + NUMBERS_PX) * zoom > $("#sheet").clientWidth;
  select(Math.min(1, model.rows - 1), isOut ? widest : 0, { quiet: true });
  $("#sheet").scrollTo(isOut ? before * zoom : 0, 0);
}

/** An empty table of the model's width. */
function build(model, moved) {
  const table = $("#table");
  const widths = Array.from({ length: model.columns }, (_, column) => h("col", { style: { width: `${model.width(column)}px` } }));
  const head = Array.from({ length: model.columns }, (_, column) => h("th", { role: "columnheader", scope: "col", "aria-colindex": String(column + 2), data: { column }, text: letters(column) }));
  const corner = h("th", { class: "corner", role: "columnheader", "aria-colindex": "1" }, h("span", { class: "unseen", text: t("row_menu", { row: "" }) }));
  fill(table, h("colgroup", {}, h("col", { class: "numbers" }), widths), h("thead", { role: "rowgroup" }, h("tr", { role: "row", "aria-rowindex": "1" }, corner, head)), h("tbody", { role: "rowgroup" }));
  table.setAttribute("aria-colcount", String(model.columns + 1));
  [grid.rows, grid.cells] = [[], []];
  if (moved) $("#sheet").scrollTo(0, 0);
  grid.model = model;
}

function addRow(row) {
  const number = h("th", { class: "number", role: "rowheader", scope: "row", "aria-colindex": "1", data: { row }, text: row + 1 });
  const cells = Array.from({ length: grid.model.columns }, (_, column) =>
    h("td", { role: "gridcell", tabindex: "-1", "aria-colindex": String(column + 2), data: { row, column } }, h("div")));
  const line = h("tr", { role: "row", "aria-rowindex": String(row + 2) }, number, cells);
  grid.rows.push(line);
  grid.cells.push(cells);
  $("#table tbody").append(line);
}

function draw() {
  const { model } = grid;
  $("#table").setAttribute("aria-rowcount", String(model.rows + 1));
  let all = NUMBERS_PX;
  [...$("#table colgroup").children].slice(1).forEach((col, column) => {
    const width = model.width(column);
    all += width;
    if (col.style.width !== `${width}px`) col.style.width = `${width}px`;
  });
  // A table that is wider than its columns would stretch them.
  $("#table").style.width = `${all}px`;
  for (let row = 0; row < grid.rows.length; row += 1) {
    const line = grid.rows[row];
    // What is being typed stays in sight, whatever becomes of its row.
    line.hidden = row >= model.rows || (model.isHidden(row) && !line.querySelector(".edited-now"));
    line.classList.toggle("frozen", row < model.frozen);
    line.classList.toggle("frozen-last", row === model.frozen - 1);
    if (!line.hidden) drawRow(row);
  }
  arrange();
  let top = FROZEN_TOP_PX;
  for (const line of grid.rows.slice(0, model.frozen)) {
    line.style.setProperty("--top", `${top}px`);
    top += line.offsetHeight;
  }
  $("#sheet").style.setProperty("scroll-padding-top", `${top}px`);
}

/** Puts the rows one below the other as the model has them; not while somebody types, since a row that moves loses the focus. */
function arrange() {
  if (editing()) return;
  const body = $("#table tbody");
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  let at = body.firstElementChild;
  for (const row of grid.model.order) {
    const line = grid.rows[row];
    if (line === at) at = at.nextElementSibling;
    else body.insertBefore(line, at);
  }
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function drawRow(row) {
  const { model } = grid;
  for (let column = 0; column < model.columns; column += 1) {
    const cell = grid.cells[row][column];
    const look = describe(row, column);
    const signature = JSON.stringify(look);
    if (cell.signature === signature) continue;
    const was = cell.signature;
    cell.signature = signature;
    drawCell(cell, look);
    if (was !== undefined && cell.shows !== look.text) flash(cell);
    cell.shows = look.text;
  }
}

function describe(row, column) {
  const { model } = grid;
  const text = model.text(row, column);
  const table = model.table(row, column);
  const wraps = model.wraps(row, column);
  const numeric = NUMBER.test(text) && text.length < 12;
  return {
    text,
    look: model.format(row, column),
    wraps,
    top: model.isTop(row, column),
    numeric,
    spills: Boolean(text) && !wraps && !numeric && !model.text(row, column + 1) && !model.list(row, column),
    list: model.list(row, column) !== null,
    filter: model.filtered(row, column) !== null,
    viewed: model.isViewedBy(row, column),
    narrowed: model.filtered(row, column) !== null && model.hiddenValues(column).length > 0,
    table: table ? (table.range[0] === row ? "head" : (row - table.range[0]) % 2 ? "odd" : "even") : "",
    guarded: model.warning(row, column) !== null || model.locked(row, column),
    image: /^=IMAGE/i.test(model.tab.formulas?.[cellName(row, column)] ?? ""),
  };
}

const NUMBER = /^[-−]?\d[\d\s ]{0,14}([.,]\d+)?\s?[%₽]?$/;

function drawCell(cell, look) {
  const classes = [look.wraps && "wraps", look.top && "top", look.spills && "spills", (look.filter || look.viewed) && "has-filter", look.table && `table-${look.table}`,
    look.numeric && "numeric", look.look.bold && "bold", look.look.strikethrough && "struck", look.look.background && "filled"];
  const kept = [...cell.classList].filter((name) => ["active", "chosen", "spot"].includes(name));
  cell.className = [...classes.filter(Boolean), ...kept].join(" ");
  cell.style.setProperty("--fill", look.look.background ?? "transparent");
  cell.style.color = look.look.color ? `light-dark(${look.look.color}, #e4e7ea)` : "";
  const box = cell.firstElementChild;
  const inner = look.list && look.text ? [chip(look.text)] : [look.text];
  fill(box, look.image ? [icon("photo"), h("span", { text: look.text })] : inner);
  [...cell.children].slice(1).forEach((extra) => extra.classList.contains("cell-button") && extra.remove());
  if (look.list && !look.text) cell.append(cellButton("down", t("choose"), "list"));
  if (look.viewed) cell.append(h("span", { class: "cell-button filter on", "aria-hidden": "true" }, icon("funnel")));
  if (look.filter) cell.append(cellButton("funnel", t("filter_of", { name: look.text }), look.narrowed ? "filter on" : "filter"));
}

/** A value that was chosen from a list; a click chooses another. Its name is its text, so that the cell reads as that. */
function chip(text) {
  return h("button", { type: "button", class: "value-chip", tabindex: "-1", title: t("choose") }, h("span", { text }), icon("down"));
}

function cellButton(name, label, kind) {
  return h("button", { type: "button", class: `cell-button ${kind}`, tabindex: "-1", "aria-label": label, title: label }, icon(name));
}

function flash(cell) {
  cell.classList.remove("changed");
  void cell.offsetWidth;
  cell.classList.add("changed");
  setTimeout(() => cell.classList.remove("changed"), 1600);
}

/** The line beside the title: the table's name, what the filter hides, where one is. */
function tell() {
  const { model } = grid;
  const parts = (model.tab.tables ?? []).map((table) => h("span", { class: "tag" }, icon("table"), table.name));
  const { filter } = model.tab;
  if (filter && !model.view && Object.values(filter.hidden ?? {}).some((values) => values.length)) {
    const rows = Array.from({ length: Math.max(0, model.used - 1) }, (_, index) => index + 1);
    const words = t("filtered", { shown: rows.filter((row) => !model.isHidden(row)).length, all: rows.length });
    parts.push(h("span", { class: "tag" }, icon("funnel"), words));
  }
  fill($("#sheet-tags"), parts);
}
