// What people do with rows and ranges: insert, delete, cut, copy, paste, sort, drag.
// Invariant: the sheet changes on the server alone; the page shows what comes back.

import { $, h } from "./dom.js";
import { letters, rangeName } from "./a1.js";
import { grid } from "./grid.js";
import { attempt, menu } from "./popup.js";
import { sheets } from "./api.js";
import { editing } from "./editor.js";
import { sortBy } from "./filter.js";
import { active, select, selection } from "./selection.js";
import { world } from "./store.js";
import { t } from "./texts.js";

const DRAG_PX = 5;
let board = null; // {tab, range, text, cut}

export function mountHands() {
  const table = $("#table");
  table.addEventListener("pointerdown", grabRow);
  document.addEventListener("copy", (event) => take(event, false));
  document.addEventListener("cut", (event) => take(event, true));
  document.addEventListener("paste", drop);
}

const does = (act, body) => attempt(() => sheets(world.state.workbook.id, act, { tab: world.tabTitle, ...body }));

/** The menu of what is chosen. */
export function contextMenu(at) {
  const [top, left, bottom] = selection.range();
  const count = bottom - top;
  // What a view shows one below the other stands elsewhere in the sheet.
  const viewed = grid.model.view !== null;
  const sort = (descending) => () => sortBy(grid.model.sortRange(left), left, descending);
  const remove = count > 1 ? t("delete_rows_n", { from: top + 1, to: bottom }) : t("delete_rows");
  menu(at, [
    { label: t("cut"), icon: "cut", note: "Ctrl+X", act: () => keep(true) },
    { label: t("copy"), icon: "copy", note: "Ctrl+C", act: () => keep(false) },
    { label: t("paste"), icon: "paste", note: "Ctrl+V", disabled: !board, act: () => put() },
    null,
    { label: t("insert_above"), icon: "plus", disabled: viewed, act: () => does("insert-rows", { row: top + 1, count: 1 }) },
    { label: t("insert_below"), icon: "plus", disabled: viewed, act: () => does("insert-rows", { row: bottom + 1, count: 1 }) },
    { label: t("move_up"), icon: "up", disabled: top === 0 || viewed, act: () => moveRows(-1) },
    { label: t("move_down"), icon: "down", disabled: viewed, act: () => moveRows(1) },
    { label: remove, icon: "trash", danger: true, act: () => does("delete-rows", { row: top + 1, count }) },
    { label: t("clear"), icon: "close", act: clearRange },
    null,
    { label: t("sort_asc"), icon: "asc", note: letters(left), disabled: viewed, act: sort(false) },
    { label: t("sort_desc"), icon: "desc", note: letters(left), disabled: viewed, act: sort(true) },
  ], t("row_menu", { row: top + 1 }));
}

export const clearRange = () => does("clear", { range: rangeName(selection.range()) });

/** Moves the chosen rows by one. */
export async function moveRows(by) {
  const [top, , bottom] = selection.range();
  const to = by < 0 ? top : bottom + 2;
  if (to < 1 || grid.model.view) return;
  if (await does("move-rows", { row: top + 1, count: bottom - top, to })) select(top + by, 0, { rows: selection.rows, focus: true });
}

/** What a range holds, as text with tabs. */
function asText([top, left, bottom, right]) {
  const { model } = grid;
  const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [];
  for (let row = top; row < bottom; row += 1) {
    const cells = [];
    for (let column = left; column < right; column += 1) cells.push(quote(model.text(row, column)));
    lines.push(cells.join("\t"));
  }
  return lines.join("\n");
}

function keep(cut) {
  const range = selection.range();
  if (selection.rows) range[3] = Math.min(grid.model.columns, grid.model.tab.columns);
  board = { tab: world.tabTitle, range, text: asText(range), cut };
  navigator.clipboard?.writeText(board.text).catch(() => {});
  for (const old of document.querySelectorAll(".ants")) old.classList.remove("ants");
  for (let row = range[0]; row < range[2]; row += 1) for (let column = range[1]; column < range[3]; column += 1) grid.cells[row]?.[column]?.classList.add("ants");
}

const isInGrid = () => !editing() && Boolean(document.activeElement?.closest?.("#table"));

function take(event, cut) {
  if (!isInGrid()) return;
  keep(cut);
  event.clipboardData.setData("text/plain", board.text);
  event.preventDefault();
}

function drop(event) {
  if (!isInGrid()) return;
  event.preventDefault();
  put(event.clipboardData.getData("text/plain"));
}

/** Pastes what was taken here with its looks, anything else as text. */
async function put(text = board?.text) {
  const { row, column } = selection;
  const place = `${letters(column)}${row + 1}`;
  const own = board && board.tab === world.tabTitle && (text ?? "").replaceAll("\r", "") === board.text;
  if (own) {
    const { cut } = board;
    await does(cut ? "cut" : "copy", { range: rangeName(board.range), to: place });
    if (cut) board = null;
    for (const old of document.querySelectorAll(".ants")) old.classList.remove("ants");
  } else if (text) await does("paste", { cell: place, rows: fromText(text) });
  active()?.focus({ preventScroll: true });
}

/** Rows and cells of text with tabs; quoted cells may hold line breaks. */
export function fromText(text) {
  const rows = [[]];
  const cells = /(?:^|[\t\n])(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))/g;
  const clean = text.replaceAll("\r", "").replace(/\n$/, "");
  for (const found of clean.matchAll(cells)) {
    if (found[0].startsWith("\n")) rows.push([]);
    rows.at(-1).push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
  }
  return rows;
}

/** A press on a number chooses the row; a drag moves what is chosen. */
function grabRow(event) {
  const number = event.target.closest("th.number");
  if (!number || event.button !== 0) return;
  event.preventDefault();
  const row = Number(number.dataset.row);
  const [top, , bottom] = selection.range();
  const chosen = selection.rows && row >= top && row < bottom;
  if (!chosen) select(row, 0, { rows: true, extend: event.shiftKey && selection.rows, focus: true, quiet: true });
  const from = event.clientY;
  const line = h("div", { class: "drop-line", hidden: true });
  let to = null;
  const move = (now) => {
    if (grid.model.view || (line.hidden && Math.abs(now.clientY - from) < DRAG_PX)) return;
    to = showDrop(line, now);
  };
  const up = async () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    line.remove();
    document.body.classList.remove("dragging");
    if (to !== null) await dropRows(to);
    else if (chosen) select(row, 0, { rows: true, focus: true, quiet: true });
  };
  $("#sheet").append(line);
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
}

/** Shows where the rows would go; the index of the row before which that is. */
function showDrop(line, { clientX, clientY }) {
  document.body.classList.add("dragging");
  const over = document.elementFromPoint(clientX, clientY)?.closest("tr")?.querySelector("th.number");
  if (!over) return null;
  const box = over.getBoundingClientRect();
  const after = clientY > box.top + box.height / 2;
  const sheet = $("#sheet");
  line.hidden = false;
  line.style.top = `${(after ? box.bottom : box.top) - sheet.getBoundingClientRect().top + sheet.scrollTop}px`;
  line.style.width = `${$("#table").offsetWidth}px`;
  return Number(over.dataset.row) + (after ? 1 : 0);
}

async function dropRows(before) {
  const [top, , bottom] = selection.range();
  const count = bottom - top;
  if (before >= top && before <= bottom) return;
  const done = await does("move-rows", { row: top + 1, count, to: before + 1 });
  if (!done) return;
  const at = before > top ? before - count : before;
  select(at, 0, { rows: true, focus: true, quiet: true });
  select(at + count - 1, 0, { rows: true, extend: true, quiet: true });
}
