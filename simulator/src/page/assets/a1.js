// Names of cells: `C7`, `B2:D9`.
// Invariant: rows and columns are counted from 0 inside of the page, and named from 1 and A for people.

export function letters(column) {
  let name = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

export const cellName = (row, column) => `${letters(column)}${row + 1}`;

/** [row, column] of `C7`, or null. */
export function parseCell(name) {
  const found = /^\$?([A-Z]{1,3})\$?(\d+)$/i.exec(name.trim());
  if (!found) return null;
  const column = [...found[1].toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return [Number(found[2]) - 1, column];
}

/** The name of [top, left, bottom, right], the ends exclusive. */
export function rangeName([top, left, bottom, right]) {
  const [first, last] = [cellName(top, left), cellName(bottom - 1, right - 1)];
  return first === last ? first : `${first}:${last}`;
}

export const inside = ([top, left, bottom, right], row, column) => row >= top && row < bottom && column >= left && column < right;
