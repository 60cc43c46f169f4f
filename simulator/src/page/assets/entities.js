// The formatting of a Telegram text.
// Invariant: offsets count UTF-16 units, as the Bot API's do; a link leads only to http(s), mail or a phone.

import { h } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const FOUND = /(https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)])|(^|(?<=\s))(\/[a-z][a-z0-9_]{0,31})(?=$|[\s.,!?])/gim;

/** Nodes for a text with its entities; `onCommand` is told which command was clicked. */
export function formatted(text, entities = [], onCommand) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return part(text, 0, text.length, sorted, onCommand);
}

function part(text, from, to, entities, onCommand) {
  const nodes = [];
  let at = from;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) {
      rest = others;
      continue;
    }
    nodes.push(...plain(text.slice(at, entity.offset), onCommand));
    const inner = others.filter((other) => other.offset < end);
    rest = others.filter((other) => other.offset >= end);
    nodes.push(wrap(entity, text.slice(entity.offset, end), () => part(text, entity.offset, end, inner, onCommand), onCommand));
    at = end;
  }
  nodes.push(...plain(text.slice(at, to), onCommand));
  return nodes;
}

function wrap(entity, words, inner, onCommand) {
  if (TAGS[entity.type]) return h(TAGS[entity.type], {}, inner());
  if (entity.type === "bot_command") return command(words, onCommand);
  if (entity.type === "spoiler") return spoiler(inner());
  const address = { url: words, text_link: entity.url, email: `mailto:${words}`, phone_number: `tel:${words}` }[entity.type];
  if (address) return link(address, inner());
  return h("span", { class: "mention" }, words);
}

/** Text without entities: the apps find links and commands in it themselves. */
function plain(text, onCommand) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(FOUND)) {
    nodes.push(text.slice(at, found.index));
    nodes.push(found[1] ? link(found[1], [found[1]]) : command(found[3], onCommand));
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter(Boolean);
}

function command(words, onCommand) {
  if (!onCommand) return h("span", { class: "mention" }, words);
  return h("button", { type: "button", class: "command", "data-focus": words, text: words, onclick: () => onCommand(words) });
}

function link(address, children) {
  const safe = /^(https?:\/\/|mailto:|tel:)/i.test(address) ? address : `http://${address}`;
  return h("a", { href: safe, target: "_blank", rel: "noreferrer noopener" }, children);
}

function spoiler(children) {
  const box = h("button", { type: "button", class: "spoiler", onclick: () => box.classList.add("shown") }, children);
  return box;
}
