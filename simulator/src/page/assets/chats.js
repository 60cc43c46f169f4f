// The chat switcher over the phone.
// Invariant: who stands out (a name of one's own, a group) comes first; the crowd, and who is there only for a group, are behind «…».

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { hue } from "./bubble.js";
import { attempt, dialog, menu } from "./popup.js";
import { telegram } from "./api.js";
import { emit, loadState, on, openChat, world } from "./store.js";
import { t } from "./texts.js";

const SHOWN = 7;
const LISTED = 120;

/** Everybody with a phone and every group: {id, name, group, sub}. */
export function chatList() {
  const { people = [], groups = [] } = world.state ?? {};
  const names = new Map();
  for (const { first_name: name } of people) names.set(name, (names.get(name) ?? 0) + 1);
  const codes = (world.state?.backstage?.partner_codes ?? []).map(({ code }) => code.replace(/\D/g, "")).filter((code) => code.length > 3);
  const colleagues = new Set(groups.flatMap((group) => group.members ?? []));
  const own = ({ id, first_name: name, known }) => (names.get(name) > 1 ? 3 : codes.some((code) => String(id).endsWith(code)) ? 0 : known || !colleagues.has(id) ? 1 : 2);
  const persons = [...people].sort((a, b) => own(a) - own(b)).map((person) => ({ id: person.id, name: person.first_name, group: false, crowd: own(person) === 3, aside: own(person) > 1, known: person.known }));
  const all = groups.map((group) => ({ id: group.id, name: group.title, group: true, crowd: false }));
  return [...persons.filter((person) => !person.aside), ...all, ...persons.filter((person) => person.aside)];
}

export const nameOf = (id) => chatList().find((chat) => chat.id === id)?.name;

export function mountChats() {
  on("state", render);
  on("unread", render);
  on("chat", render);
  on("language", render);
}

function shown(list) {
  const first = list.slice(0, SHOWN);
  const current = list.find((chat) => chat.id === world.chatId);
  if (current && !first.includes(current)) first[SHOWN - 1] = current;
  return first;
}

function render() {
  const list = chatList();
  const tabs = $("#chats");
  const focused = tabs.contains(document.activeElement);
  fill(tabs, shown(list).map(tab));
  if (focused) tabs.querySelector("[aria-selected='true']")?.focus();
  const rest = list.slice(SHOWN).some((chat) => world.unread.has(chat.id));
  fill($("#chats-more"),
    h("button", { type: "button", class: "chip", "aria-label": t("new_person"), title: t("new_person"), "data-focus": "new", onclick: (event) => newPerson(event.currentTarget) }, icon("plus")),
    h("button", { type: "button", class: `chip${rest ? " has-news" : ""}`, "aria-label": t("all_chats"), title: t("all_chats"), onclick: (event) => more(event.currentTarget) }, icon("more")));
}

function tab(chat) {
  const selected = chat.id === world.chatId;
  const news = world.unread.has(chat.id);
  return h("button", {
    type: "button",
    role: "tab",
    id: `chat-tab-${chat.id}`,
    "aria-selected": String(selected),
    "aria-controls": "phone",
    "aria-label": `${chat.name}${news ? `, ${t("unread")}` : ""}`,
    tabindex: selected ? "0" : "-1",
    class: "chat-tab",
    title: chat.name,
    onclick: () => openChat(chat.id),
    onkeydown: turn,
  }, avatar(chat), h("span", { class: "name", text: chat.name }), news && h("i", { class: "dot", "aria-hidden": "true" }));
}

export function avatar(chat) {
  const letters = chat.group ? icon("group") : (chat.name ?? "?").trim().slice(0, 1).toUpperCase();
  return h("span", { class: `avatar hue${hue(chat.id)}`, "aria-hidden": "true" }, letters);
}

function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const list = shown(chatList());
  const at = list.findIndex((chat) => chat.id === world.chatId);
  openChat(list[(at + step + list.length) % list.length].id);
  $("#chats [aria-selected='true']")?.focus();
  event.preventDefault();
}

function more(button) {
  const item = (chat) => ({
    label: chat.name,
    lead: avatar(chat),
    note: chat.crowd ? String(chat.id).slice(-3) : world.unread.has(chat.id) ? t("unread") : "",
    checked: chat.id === world.chatId,
    act: () => openChat(chat.id),
  });
  const people = chatList().slice(0, LISTED).map(item);
  menu(button, people, t("all_chats"));
}

/** Partners of the list who have not come to Telegram yet, or anybody else. */
function newPerson(button) {
  const people = world.state?.people ?? [];
  const isHere = (id) => people.some((person) => person.id === id);
  const absent = (world.state?.backstage?.partner_codes ?? [])
    .map(({ code, name }) => ({ code, id: Number(`70000${code.replace(/\D/g, "").padStart(4, "0")}`), name: name.split(" ")[1] ?? name }))
    .filter(({ id }) => !isHere(id));
  const item = ({ code, id, name }) => ({ label: name, icon: "person", note: code, act: () => arrive(id, name) });
  if (!absent.length) return askName();
  menu(button, [...absent.map(item), null, { label: `${t("somebody")}…`, icon: "plus", act: askName }], t("new_person"));
}

/** Somebody new has Telegram from now on. */
async function arrive(id, name) {
  await attempt(() => telegram("people", { id, first_name: name, language_code: document.documentElement.lang }));
  await loadState();
  openChat(id);
  emit("focus-phone");
}

async function askName() {
  const input = h("input", { type: "text", "aria-label": t("new_person"), maxlength: "40", value: "Вера" });
  const chosen = await dialog({
    title: t("new_person"),
    body: [input],
    buttons: [{ label: t("cancel"), value: null }, { label: t("ok"), value: "yes", main: true }],
  });
  const name = input.value.trim();
  if (!chosen || !name) return;
  await arrive(700_009_000 + Math.floor(Math.random() * 900), name);
}
