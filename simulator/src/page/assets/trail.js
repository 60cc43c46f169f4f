// The strip between phones and workbook: what travels, newest on top.
// Invariant: like marks in a row are one line with a count; a line leads to where it happened.

import { $, fill, h, perFrame, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { nameOf } from "./chats.js";
import { goTo } from "./grid.js";
import { on, openChat, openTab, world } from "./store.js";
import { clockSeconds, has, t } from "./texts.js";

const TOGETHER_MS = 2500;
const MOST_LINES = 60;
/** Icon, and where it goes: right is away from the phone, left is towards it. */
const WAYS = {
  update: ["chat", "right"],
  delivered: ["inbox", "right"],
  send: ["send", "left"],
  edit: ["edit", "left"],
  react: ["heart", "left"],
  upload: ["upload", "left"],
  look: ["eye", "left"],
  write: ["table", "right"],
  callback: ["signal", "left"],
  token: ["key", "right"],
};

export function mountTrail() {
  const draw = perFrame(render);
  for (const name of ["trail", "language", "state"]) on(name, draw);
}

/** Marks that belong together, newest first: {first, last, count, places}. */
export function grouped(marks) {
  const lines = [];
  for (const mark of marks.toReversed()) {
    const line = lines.at(-1);
    if (line && kind(line.last) === kind(mark) && new Date(line.first.at) - new Date(mark.at) < TOGETHER_MS) {
      line.first = mark;
      line.count += 1;
      line.places.add(placeOf(mark));
    } else {
      if (lines.length === MOST_LINES) break;
      lines.push({ first: mark, last: mark, count: 1, places: new Set([placeOf(mark)]) });
    }
  }
  return lines;
}

const kind = (mark) => [mark.side, mark.what, mark.ok, mark.note ?? ""].join("|");
const placeOf = (mark) => mark.chat ?? tabOf(mark) ?? "";

/** Where it happened: a name, or how many places it were. */
function where({ last, places }) {
  if (places.size > 1) return t(last.chat ? "in_chats" : "in_tabs", { count: places.size });
  return last.chat ? nameOf(last.chat) ?? "" : tabOf(last) ?? "";
}

function render() {
  const list = $("#marks");
  const lines = grouped(world.trail);
  if (!lines.length) return void fill(list, h("li", { class: "none", text: t("strip_empty") }));
  let second = null;
  const wanted = lines.map((line) => {
    const time = clockSeconds(line.last.at);
    const shows = time !== second;
    second = time;
    const place = where(line);
    return [`k${line.first.n}`, JSON.stringify([line.last.n, line.count, shows, place, document.documentElement.lang]), () => item(line, shows && time, place)];
  });
  reconcile(list, wanted);
}

/** The tab of a mark; reads name it in their ranges alone. */
const tabOf = (mark) => mark.tab ?? /^'([^']+)'/.exec(mark.text ?? "")?.[1];

/** What to quote of a mark; names of the API's requests say nothing to people. */
function quoted({ side, what, text = "" }, count) {
  if (side === "sheets" && what === "update") return text.split(" ").slice(1).join(" ");
  return count > 1 || /^[a-z]+[A-Z]/.test(text) ? "" : text;
}

function item({ last: mark, count }, time, place) {
  const typed = mark.side === "sheets" && mark.what === "update";
  const [name, way] = typed ? ["edit", "left"] : WAYS[mark.what] ?? ["more", "right"];
  const words = t(typed ? "mark_typed" : `mark_${mark.what}`);
  const at = place || (mark.side === "telegram" ? t("telegram") : t("sheets"));
  const note = mark.note && h("span", { class: "note", text: has(`note_${mark.note}`) ? t(`note_${mark.note}`) : mark.note });
  const minor = ["look", "token", "callback"].includes(mark.what) && mark.ok && !mark.note;
  const button = h("button", { type: "button", "data-focus": "mark", title: [words, at, mark.text].filter(Boolean).join(" · "), onclick: () => lead(mark) },
    h("span", { class: "badge", "aria-hidden": "true" }, icon(name)),
    h("span", { class: "what" },
      h("b", {}, words, count > 1 && h("span", { class: "times", text: `×${count}` }), note),
      h("span", { class: "where", text: minor ? at : [place, quoted(mark, count)].filter(Boolean).join(": ") || at })),
    h("span", { class: "arrow", "aria-hidden": "true" }, icon(`arrow${way}`)));
  const classes = ["mark", mark.side, way, !mark.ok || mark.note ? "failed" : "", minor ? "minor" : ""].filter(Boolean).join(" ");
  return h("li", { class: classes }, time && h("time", { datetime: mark.at, text: time }), button);
}

/** Opens the chat or the tab of a mark; a range in its text is chosen. */
function lead(mark) {
  if (mark.chat) openChat(mark.chat);
  const tab = tabOf(mark);
  if (!tab || !world.state?.workbook?.tabs.includes(tab)) return;
  const range = /\b[A-Z]{1,2}\d+\b/.exec(mark.text ?? "");
  if (range) goTo(tab, range[0]);
  else openTab(tab);
}
