// A tab as the grid shows it, derived from what the server told.
// Invariant: pure; the same tab gives the same model.

import { inside } from "./a1.js";

const SPARE_ROWS = 14;
const LEAST_ROWS = 40;
const SPARE_COLUMNS = 3;
const LEAST_COLUMNS = 14;
const MOST_ROWS = 600;

export class Model {
  /** `view` is the filter view through which somebody looks, if he does. */
  constructor(tab, view = null) {
    this.tab = tab;
    this.view = view;
    const widest = Math.max(0, ...tab.cells.map((row) => row.length));
    this.rows = Math.min(tab.rows, MOST_ROWS, Math.max(tab.cells.length + SPARE_ROWS, LEAST_ROWS));
    this.columns = Math.min(tab.columns, Math.max(widest + SPARE_COLUMNS, LEAST_COLUMNS));
    this.frozen = Math.min(tab.frozen_rows ?? 0, 3);
    this.used = Math.min(tab.used_rows ?? tab.cells.length, this.rows);
    this.order = this.#ordered();
    this.seen = new Set(this.order);
  }

  /** The rows as they stand one below the other; a view leaves some out, and sorts the rest. */
  #ordered() {
    const rows = Array.from({ length: this.rows }, (_, row) => row);
    if (!this.view) return rows;
    const { startRowIndex: top = 0, endRowIndex: bottom = this.tab.rows } = this.view.range;
    return [...rows.slice(0, top + 1), ...this.view.rows.filter((row) => row < this.rows), ...rows.slice(bottom)];
  }

  text(row, column) {
    return this.tab.cells[row]?.[column] ?? "";
  }

  /** What the editor begins with. */
  source(row, column, name) {
    return this.tab.formulas?.[name] ?? this.text(row, column);
  }

  width(column) {
    return this.tab.widths?.[column] ?? 100;
  }

  /** The look of a cell: later formats win. */
  format(row, column) {
    const look = {};
    for (const fill of this.tab.fills ?? []) if (inside(fill.range, row, column)) Object.assign(look, fill);
    delete look.range;
    return look;
  }

  /** Whether its text begins at the top. */
  isTop(row, column) {
    return (this.tab.tops ?? []).some((range) => inside(range, row, column));
  }

  wraps(row, column) {
    return (this.tab.wraps ?? []).some((range) => inside(range, row, column));
  }

  list(row, column) {
    return (this.tab.lists ?? []).findLast((list) => inside(list.range, row, column)) ?? null;
  }

  warning(row, column) {
    return (this.tab.warnings ?? []).find((warning) => inside(warning.range, row, column)) ?? null;
  }

  locked(row, column) {
    return (this.tab.locked ?? []).some((range) => inside(range, row, column));
  }

  table(row, column) {
    return (this.tab.tables ?? []).find((table) => inside(table.range, row, column)) ?? null;
  }

  /** The range that a filter's button of this header works on, without the header; null where there is no button. */
  filtered(row, column) {
    if (this.view) return null;
    const { filter } = this.tab;
    if (filter && row === filter.range[0] && inside(filter.range, row, column)) return filter.range;
    const table = this.table(row, column);
    return table && table.range[0] === row ? table.range : null;
  }

  /** Whether the open view goes by the column of this header. */
  isViewedBy(row, column) {
    if (!this.view || row !== (this.view.range.startRowIndex ?? 0)) return false;
    return (this.view.filterSpecs ?? []).some((spec) => (spec.columnIndex ?? 0) === column);
  }

  hiddenValues(column) {
    return this.tab.filter?.hidden?.[column] ?? [];
  }

  isHidden(row) {
    if (this.view) return !this.seen.has(row);
    const { filter } = this.tab;
    if (!filter || row <= filter.range[0] || row >= filter.range[2]) return false;
    return Object.entries(filter.hidden ?? {}).some(([column, values]) => values.includes(this.text(row, Number(column))));
  }

  /** The different values under a header, in the order of people. */
  values(range, column) {
    const found = new Set();
    const end = Math.min(range[2], Math.max(this.used, range[0] + 1));
    for (let row = range[0] + 1; row < end; row += 1) found.add(this.text(row, column));
    return [...found].sort((a, b) => a.localeCompare(b, "ru", { numeric: true }));
  }

  /** The range of data that a sort by a column concerns. */
  sortRange(column) {
    const header = this.filtered(this.tab.filter?.range[0] ?? 0, column) ?? this.tab.tables?.find(({ range }) => inside(range, range[0], column))?.range;
    const [top, left, bottom, right] = header ?? [Math.max(this.frozen, 1) - 1, 0, this.used, this.columns];
    return [top + 1, left, Math.max(top + 2, Math.min(bottom, this.used)), right];
  }

  /** The next row in a direction that is not hidden. */
  step(row, by) {
    const shown = this.order.filter((one) => one === row || !this.isHidden(one));
    return shown[shown.indexOf(row) + by] ?? row;
  }

  /** The first row of data that is not hidden. */
  get first() {
    return this.order.find((row) => row >= Math.max(this.frozen, 1) && !this.isHidden(row)) ?? 0;
  }

  /** The last row that holds anything and is not hidden. */
  get last() {
    return this.order.findLast((row) => row < this.used && !this.isHidden(row)) ?? 0;
  }
}
