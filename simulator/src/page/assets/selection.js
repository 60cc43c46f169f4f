// Which cells are chosen, by keyboard and pointer.
// Invariant: exactly one cell is active and can be reached by Tab; what is painted is what `range()` says.

import { $ } from "./dom.js";
import { cellAt, grid } from "./grid.js";
import { beginEdit, editing, refreshBar } from "./editor.js";
import { contextMenu, clearRange, moveRows } from "./hands.js";
import { chooseFromList, openFilterAt } from "./filter.js";

export const selection = {
  row: 0,
  column: 0,
  endRow: 0,
  endColumn: 0,
  rows: false,
  /** [top, left, bottom, right], the ends exclusive. */
  range() {
    const [top, bottom] = [Math.min(this.row, this.endRow), Math.max(this.row, this.endRow) + 1];
    const [left, right] = [Math.min(this.column, this.endColumn), Math.max(this.column, this.endColumn) + 1];
    return [top, left, bottom, right];
  },
};

let painted = [];

/** Makes a cell the active one; `extend` keeps the other end, `rows` chooses whole rows. */
export function select(row, column, { extend: wider = false, rows = false, focus = false, quiet = false } = {}) {
  const { model } = grid;
  if (!model) return;
  // Rows that a view shows side by side need not stand so.
  const extend = wider && !model.view;
  const [y, x] = [Math.max(0, Math.min(row, model.rows - 1)), Math.max(0, Math.min(column, model.columns - 1))];
  selection.rows = rows;
  if (extend) [selection.endRow, selection.endColumn] = [y, rows ? model.columns - 1 : x];
  else [selection.row, selection.column, selection.endRow, selection.endColumn] = [y, x, y, rows ? model.columns - 1 : x];
  paint();
  refreshBar();
  if (focus) active()?.focus({ preventScroll: true });
  if (!quiet) reveal(extend ? cellAt(y, x) : active());
}

export const active = () => cellAt(selection.row, selection.column);

/** Scrolls as little as possible, minding what is frozen. */
function reveal(cell) {
  if (!cell) return;
  const [sheet, box] = [$("#sheet"), cell.getBoundingClientRect()];
  const around = sheet.getBoundingClientRect();
  const top = around.top + parseFloat(getComputedStyle(sheet).scrollPaddingTop || "24");
  const left = around.left + 46;
  const frozen = cell.parentElement.classList.contains("frozen");
  if (!frozen && box.top < top) sheet.scrollTop -= top - box.top;
  else if (!frozen && box.bottom > around.bottom - 14) sheet.scrollTop += Math.min(box.bottom - around.bottom + 14, box.top - top);
  if (box.left < left) sheet.scrollLeft -= left - box.left;
  else if (box.right > around.right - 14) sheet.scrollLeft += Math.min(box.right - around.right + 14, box.left - left);
}

export function paint() {
  for (const element of painted) {
    element.classList.remove("active", "chosen");
    if (element.tagName === "TD") (element.tabIndex = -1), element.removeAttribute("aria-selected");
  }
  painted = [];
  const mark = (element, name) => element && (element.classList.add(name), painted.push(element));
  const [top, left, bottom, right] = selection.range();
  for (let row = top; row < bottom; row += 1) {
    mark(grid.rows[row]?.firstElementChild, "chosen");
    if (bottom - top > 1 || right - left > 1) for (let column = left; column < right; column += 1) mark(cellAt(row, column), "chosen");
  }
  const head = $("#table thead tr")?.children ?? [];
  for (let column = left; column < right; column += 1) mark(head[column + 1], "chosen");
  const cell = active();
  if (!cell) return;
  mark(cell, "active");
  cell.tabIndex = 0;
  cell.setAttribute("aria-selected", "true");
}

export function mountSelection() {
  const table = $("#table");
  table.addEventListener("pointerdown", press);
  table.addEventListener("dblclick", (event) => !event.target.closest("button") && at(event) && beginEdit());
  table.addEventListener("click", clickButton);
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (event.target === cell && (Number(cell.dataset.row) !== selection.row || Number(cell.dataset.column) !== selection.column)) select(Number(cell.dataset.row), Number(cell.dataset.column), { quiet: true });
  });
  table.addEventListener("contextmenu", context);
  table.addEventListener("keydown", keys);
}

function at(event) {
  const cell = event.target.closest("td");
  return cell ? [Number(cell.dataset.row), Number(cell.dataset.column)] : null;
}

function press(event) {
  const place = at(event);
  if (!place || event.button !== 0 || event.target.closest("button, textarea")) return;
  event.preventDefault();
  if (editing()) document.activeElement.blur();
  select(...place, { extend: event.shiftKey, focus: true, quiet: true });
  const drag = (move) => {
    const over = document.elementFromPoint(move.clientX, move.clientY)?.closest("td");
    if (over?.dataset.row) select(Number(over.dataset.row), Number(over.dataset.column), { extend: true, quiet: true });
  };
  const up = () => (removeEventListener("pointermove", drag), removeEventListener("pointerup", up));
  addEventListener("pointermove", drag);
  addEventListener("pointerup", up);
}

function clickButton(event) {
  const button = event.target.closest(".cell-button, .value-chip");
  if (!button) return;
  const [row, column] = at(event);
  select(row, column, { focus: true, quiet: true });
  if (button.classList.contains("filter")) openFilterAt(row, column);
  else chooseFromList(row, column);
}

function context(event) {
  const place = at(event);
  const number = event.target.closest("th.number");
  if (!place && !number) return;
  event.preventDefault();
  const [top, left, bottom, right] = selection.range();
  const row = number ? Number(number.dataset.row) : place[0];
  const isIn = row >= top && row < bottom && (number ? selection.rows : place[1] >= left && place[1] < right);
  if (!isIn) select(row, number ? 0 : place[1], { rows: Boolean(number), focus: true, quiet: true });
  const byKey = event.clientX === 0 && event.clientY === 0;
  contextMenu(byKey ? active() : { x: event.clientX, y: event.clientY });
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Tab: [0, 1], Enter: [1, 0], PageDown: [18, 0], PageUp: [-18, 0] };

function keys(event) {
  if (editing() || event.target.closest("button")) return;
  if (event.target.closest("td") === null) return;
  const { row, column } = selection;
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && event.key === "ArrowDown") return done(event, () => (grid.model.filtered(row, column) ? openFilterAt(row, column) : chooseFromList(row, column)));
  if (event.altKey && event.shiftKey && event.key === "ArrowUp") return done(event, () => moveRows(-1));
  if (event.key === "Enter" || event.key === "F2") return done(event, () => beginEdit());
  if (event.key === "Delete" || event.key === "Backspace") return done(event, clearRange);
  if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) return done(event, () => contextMenu(active()));
  if (event.key === " " && event.shiftKey) return done(event, () => select(row, 0, { rows: true, focus: true }));
  if (event.key === "Home") return done(event, () => select(ctrl ? 0 : row, 0, { focus: true }));
  if (event.key === "End") return done(event, () => select(ctrl ? grid.model.last : row, grid.model.columns - 1, { focus: true }));
  if (event.key === "Tab") return tabOn(event);
  const move = MOVES[event.key];
  if (move) return done(event, () => go(move, event.shiftKey, ctrl));
  if (event.key.length === 1 && !ctrl && !event.altKey) done(event, () => beginEdit(event.key));
}

function done(event, act) {
  event.preventDefault();
  act();
}

/** Tab goes along the row; at its end it leaves the grid, so that nobody is caught. */
function tabOn(event) {
  const next = selection.column + (event.shiftKey ? -1 : 1);
  const widest = grid.model.tab.cells[selection.row]?.length ?? 0;
  if (next < 0 || next > Math.max(widest - 1, 0)) return;
  done(event, () => select(selection.row, next, { focus: true }));
}

/** Steps, or with Ctrl to the end of what is filled. */
function go([down, right], extend, far) {
  const { model } = grid;
  const from = extend ? [selection.endRow, selection.endColumn] : [selection.row, selection.column];
  let [row, column] = [from[0], from[1] + right];
  for (let left = Math.abs(down); left > 0; left -= 1) row = model.step(row, Math.sign(down));
  if (far) [row, column] = edge(from, down, right);
  select(row, column, { extend, rows: extend && selection.rows, focus: true });
}

function edge([fromRow, fromColumn], down, right) {
  const { model } = grid;
  if (down && model.view) return [down > 0 ? model.last : model.first, fromColumn];
  let [row, column] = [fromRow, fromColumn];
  const [lastRow, lastColumn] = [Math.max(model.used - 1, 0), model.columns - 1];
  while ((down > 0 ? row < lastRow : down < 0 ? row > 0 : right > 0 ? column < lastColumn : column > 0)) {
    [row, column] = [row + down, column + right];
    const next = model.text(row + down, column + right);
    if (!next && model.text(row, column)) break;
  }
  return [row, column];
}
