// The cell's editor and the formula bar, which show the same text.
// Invariant: what is being typed stays though the sheet changes around it; it is written once, when it is done.

import { $, h } from "./dom.js";
import { cellName, parseCell, rangeName } from "./a1.js";
import { cellAt, grid } from "./grid.js";
import { attempt, dialog, notice } from "./popup.js";
import { sheets } from "./api.js";
import { active, select, selection } from "./selection.js";
import { emit, world } from "./store.js";
import { t } from "./texts.js";

let open = null; // {row, column, title, was, box}

export const editing = () => open !== null;

const bar = () => $("#bar");

export function mountEditor() {
  bar().addEventListener("focus", () => begin(undefined, false));
  bar().addEventListener("input", () => open && ((open.box.value = bar().value), grow()));
  bar().addEventListener("keydown", keys);
  bar().addEventListener("blur", leave);
  $("#cell-name").addEventListener("keydown", (event) => {
    const place = event.key === "Enter" && parseCell(event.target.value.split(":")[0]);
    if (place) select(...place, { focus: true });
    if (event.key === "Escape") (refreshBar(), active()?.focus());
  });
  $("#cell-name").addEventListener("blur", refreshBar);
}

/** Shows the active cell in the formula bar. */
export function refreshBar() {
  if (open || !grid.model) return;
  const { row, column } = selection;
  bar().value = grid.model.source(row, column, cellName(row, column));
  if (document.activeElement !== $("#cell-name")) $("#cell-name").value = rangeName(selection.range());
}

/** Opens the editor in the active cell; a typed letter replaces what is there. */
export const beginEdit = (letter) => begin(letter, true);

async function begin(letter, inCell) {
  if (open || !grid.model) return;
  const { row, column } = selection;
  const warned = grid.model.warning(row, column);
  if (warned && !(await insist(warned))) return inCell ? active()?.focus() : bar().blur();
  const was = grid.model.source(row, column, cellName(row, column));
  const box = h("textarea", { class: "editor", "aria-label": cellName(row, column), rows: "1", spellcheck: "false" });
  box.value = letter ?? was;
  open = { row, column, title: world.tabTitle, was, box };
  box.addEventListener("input", () => ((bar().value = box.value), grow()));
  box.addEventListener("keydown", keys);
  box.addEventListener("blur", leave);
  bar().value = box.value;
  const cell = cellAt(row, column);
  cell.classList.add("edited-now");
  cell.append(box);
  grow();
  (inCell ? box : bar()).focus({ preventScroll: true });
  if (inCell) box.setSelectionRange(box.value.length, box.value.length);
}

/** People are asked before they change what is protected with a warning. */
function insist(warning) {
  const words = h("p", { text: warning.words || t("warned") });
  const buttons = [{ label: t("cancel"), value: false }, { label: t("ok"), value: true, main: true }];
  return dialog({ title: t("warned_title"), body: [words], buttons });
}

function grow() {
  const { box } = open;
  box.style.height = "auto";
  box.style.height = `${Math.min(Math.max(box.scrollHeight, 22), 260)}px`;
}

function keys(event) {
  if (!open) return;
  if (event.key === "Escape") return stop(event, () => finish(false));
  if (event.key === "Tab") return stop(event, () => finish(true, [0, event.shiftKey ? -1 : 1]));
  if (event.key !== "Enter" || event.isComposing) return event.stopPropagation();
  if (!event.altKey && !event.ctrlKey) return stop(event, () => finish(true, [event.shiftKey ? -1 : 1, 0]));
  stop(event, () => {
    const field = event.target;
    field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
  });
}

function stop(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** Focus that goes elsewhere writes, as in Google Sheets; between the two fields it may move. */
function leave() {
  setTimeout(() => {
    if (!open || document.activeElement === open.box || document.activeElement === bar()) return;
    if (!document.hasFocus()) return;
    finish(true, null, false);
  }, 0);
}

function finish(write, step, refocus = true) {
  const { row, column, title, was, box } = open;
  const text = box.value;
  open = null;
  cellAt(row, column)?.classList.remove("edited-now");
  box.remove();
  if (document.activeElement === bar()) bar().blur();
  if (refocus) {
    const [down, right] = step ?? [0, 0];
    const next = down ? grid.model.step(row, down) : row;
    select(step ? next : row, column + right, { focus: true });
  }
  refreshBar();
  emit("edited");
  if (write && text !== was) typeInto(title, row, column, text);
}

/** Types into a cell as a person does. */
export async function typeInto(title, row, column, text) {
  const list = title === world.tabTitle && grid.model?.list(row, column);
  if (list && list.strict && text && !list.values.includes(text)) {
    notice(`${cellName(row, column)}: ${list.values.join(" · ")}`, true);
    return;
  }
  const { id } = world.state.workbook;
  const cell = cellName(row, column);
  const done = await attempt(() => (text ? sheets(id, "type", { tab: title, cell, text }) : sheets(id, "clear", { tab: title, range: cell })));
  if (done) refreshBar();
}
