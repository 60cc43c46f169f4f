// Where people write: text, commands, files, the bot's keyboard, the contact.
// Invariant: what is being written stays while the chat around it changes; each chat keeps its own draft.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt, dialog, menu, notice } from "./popup.js";
import { telegram } from "./api.js";
import { keyboardPanel, sendFile } from "./attach.js";
import { openWebApp } from "./webapp.js";
import { speakAs, speaker, speakers } from "./speaker.js";
import { on, world } from "./store.js";
import { t } from "./texts.js";

/** People outside of a group who are offered to write in it. */
const SPEAKERS = 8;
const drafts = new Map();
const closedKeyboards = new Map();
let about = null; // {kind: "reply" | "edit", message}
let shownFor = null;

const isGroup = () => world.chatId < 0;
const input = () => $("#write");

/** Begins an answer to a message, or its correction. */
export function compose(kind, message) {
  about = { kind, message };
  if (kind === "edit") input().value = message.text;
  render();
  input().focus();
}

/** Writes a text as whoever holds the phone. */
export async function writeText(text) {
  const { chatId } = world;
  if (!text.trim()) return;
  await attempt(() => (isGroup() ? telegram(`groups/${chatId}/write`, { from: speaker(), text }) : telegram(`people/${chatId}/write`, { text })));
}

export function mountComposer() {
  const form = $("#composer");
  form.addEventListener("submit", (event) => (event.preventDefault(), submit()));
  input().addEventListener("input", () => (grow(), renderSend(), renderCommands()));
  input().addEventListener("keydown", keys);
  $("#attach").addEventListener("click", (event) => attachMenu(event.currentTarget));
  $("#bot-menu").addEventListener("click", () => ((input().value = "/"), grow(), renderSend(), renderCommands(), input().focus()));
  $("#keys").addEventListener("click", toggleKeyboard);
  $("#start").addEventListener("click", () => writeText("/start"));
  $("#unblock").addEventListener("click", () => attempt(() => telegram(`people/${world.chatId}/unblock`)));
  $("#own-file").addEventListener("change", ownFile);
  for (const name of ["chat", "state", "language"]) on(name, render);
  on("focus-phone", () => input().focus());
}

async function submit() {
  const text = input().value;
  const { chatId } = world;
  if (!text.trim()) return about ? cancel() : sendFile("voice");
  const at = `${isGroup() ? "groups" : "people"}/${chatId}`;
  const from = isGroup() ? { from: speaker() } : {};
  const was = about;
  input().value = "";
  about = null;
  render();
  grow();
  const done = was
    ? await attempt(() => telegram(`${at}/${was.kind}`, { ...from, message_id: was.message.id, text }))
    : await attempt(() => telegram(`${at}/write`, { ...from, text }));
  if (done === null && world.chatId === chatId && !input().value) (input().value = text), (about = was), render();
}

function cancel() {
  if (about?.kind === "edit") input().value = "";
  about = null;
  render();
  input().focus();
}

function keys(event) {
  const list = $("#commands");
  const open = !list.hidden;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const chosen = open && list.querySelector("[aria-selected='true']");
    if (chosen) return chosen.click();
    return input().value.trim() ? submit() : undefined;
  }
  if (event.key === "Escape") return open ? hideCommands() : cancel();
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    chooseCommand(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "ArrowUp" && !input().value) {
    const author = isGroup() ? speaker() : world.chatId;
    const own = world.chat?.messages.filter((message) => message.from.id === author && message.text).at(-1);
    if (own) (event.preventDefault(), compose("edit", own));
  }
}

function grow() {
  const box = input();
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 132)}px`;
}

function render() {
  const { chat, chatId, state } = world;
  if (shownFor !== chatId) {
    if (shownFor !== null) drafts.set(shownFor, input().value);
    input().value = drafts.get(chatId) ?? "";
    [shownFor, about] = [chatId, null];
    hideCommands();
    requestAnimationFrame(grow);
  }
  const known = state?.people?.find((person) => person.id === chatId)?.known;
  const fresh = Boolean(chat) && !isGroup() && !chat.messages.length && !known;
  const blocked = chat?.standing === "blocked";
  $("#start").hidden = !fresh || blocked;
  $("#unblock").hidden = !blocked;
  $("#composer").hidden = fresh || blocked;
  $("#bot-menu").hidden = isGroup() || !state?.bot?.commands?.length;
  input().placeholder = chat?.keyboard?.placeholder ?? t("message");
  renderAbout();
  renderSpeaker();
  renderHint();
  renderKeyboard();
  renderSend();
}

function renderAbout() {
  const box = $("#about");
  box.hidden = !about;
  if (!about) return fill(box);
  const { kind, message } = about;
  const head = kind === "edit" ? t("editing") : t("replying", { name: message.from.name });
  fill(box, icon(kind), h("div", {}, h("b", { text: head }), h("span", { text: message.text || "…" })),
    h("button", { type: "button", class: "quiet", "aria-label": t("cancel"), onclick: cancel }, icon("close")));
}

function renderSpeaker() {
  const box = $("#speaker");
  box.hidden = !isGroup();
  if (!isGroup()) return;
  const [members, all] = speakers();
  const others = all.filter((one) => !one.crowd);
  const item = ({ id, name }) => ({ label: name, checked: id === speaker(), act: () => (speakAs(id), render()) });
  const items = [...members.map(item), members.length > 0 && null, ...others.slice(0, SPEAKERS).map(item)].filter((one) => one !== false);
  const name = [...members, ...others].find(({ id }) => id === speaker())?.name ?? "";
  fill(box, h("button", { type: "button", "aria-haspopup": "menu", onclick: (event) => menu(event.currentTarget, items, t("writes_as")) },
    `${t("writes_as")}: `, h("b", { text: name }), icon("down")));
}

/** The partner code of whoever holds the phone, as long as it may be wanted. */
export function partnerCode() {
  const person = world.state?.people?.find((one) => one.id === world.chatId);
  const codes = world.state?.backstage?.partner_codes ?? [];
  if (!person) return null;
  const digits = (text) => text.replace(/\D/g, "");
  return codes.find((one) => digits(one.code).length > 3 && String(person.id).endsWith(digits(one.code))) ?? codes.find((one) => one.name.includes(person.first_name)) ?? null;
}

function renderHint() {
  const box = $("#hint");
  const code = partnerCode();
  const asked = world.chat?.keyboard?.rows?.flat().some((button) => button.request_contact);
  const wanted = code && asked && !isGroup();
  box.hidden = !wanted;
  if (!wanted) return;
  const put = () => ((input().value = code.code), grow(), renderSend(), input().focus());
  fill(box, h("button", { type: "button", title: t("hint_insert"), onclick: put }, icon("key"), t("hint_code", { code: code.code })));
}

function renderSend() {
  const words = input().value.trim();
  const editing = about?.kind === "edit";
  const [name, label] = words || about ? [editing ? "check" : "send", t("send")] : ["mic", t("voice_send")];
  const button = $("#send");
  button.setAttribute("aria-label", label);
  button.title = label;
  if (button.dataset.icon !== name) fill(button, icon(name));
  button.dataset.icon = name;
}

function renderCommands() {
  const value = input().value;
  const commands = (world.state?.bot?.commands ?? []).filter(({ command }) => `/${command}`.startsWith(value.toLowerCase()));
  const list = $("#commands");
  if (!/^\/\w*$/.test(value) || !commands.length) return hideCommands();
  const option = ({ command, description }, index) =>
    h("div", { role: "option", id: `command-${index}`, "aria-selected": String(index === 0), onclick: () => sendCommand(command) }, h("b", { text: `/${command}` }), h("span", { text: description }));
  fill(list, commands.map(option));
  list.hidden = false;
  input().setAttribute("aria-activedescendant", "command-0");
}

function chooseCommand(step) {
  const options = [...$("#commands").children];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (at + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
  options[next].scrollIntoView({ block: "nearest" });
  input().setAttribute("aria-activedescendant", options[next].id);
}

function sendCommand(command) {
  input().value = "";
  hideCommands();
  renderSend();
  input().focus();
  writeText(`/${command}`);
}

function hideCommands() {
  $("#commands").hidden = true;
  input().removeAttribute("aria-activedescendant");
}

function renderKeyboard() {
  const { chat, chatId } = world;
  const rows = chat?.keyboard?.rows;
  const sign = JSON.stringify(rows ?? null);
  const closed = closedKeyboards.get(chatId) === sign;
  $("#keys").hidden = !rows;
  $("#keys").setAttribute("aria-expanded", String(Boolean(rows) && !closed));
  const panel = $("#keyboard");
  panel.hidden = !rows || closed || $("#composer").hidden;
  if (panel.dataset.sign !== sign) fill(panel, rows ? keyboardPanel(rows, pressKey) : []);
  panel.dataset.sign = sign;
}

function toggleKeyboard() {
  const sign = JSON.stringify(world.chat?.keyboard?.rows ?? null);
  if (closedKeyboards.get(world.chatId) === sign) closedKeyboards.delete(world.chatId);
  else closedKeyboards.set(world.chatId, sign);
  renderKeyboard();
}

async function pressKey(button) {
  if (button.web_app) return openWebApp(button.web_app, button.text);
  if (button.request_contact) return shareContact();
  await writeText(button.text);
  if (world.chat?.keyboard?.one_time) toggleKeyboard();
}

async function shareContact() {
  const { chatId } = world;
  const phone = h("input", { type: "tel", "aria-label": t("share_phone"), value: partnerCode()?.phone ?? "79123456789" });
  const words = h("p", { text: t("share_words", { bot: world.state?.bot?.name ?? "" }) });
  const buttons = [{ label: t("cancel"), value: null }, { label: t("share"), value: "yes", main: true }];
  const chosen = await dialog({ title: t("share_title"), body: [words, h("label", {}, t("share_phone"), phone)], buttons, within: $("#phone") });
  if (chosen) await attempt(() => telegram(`people/${chatId}/contact`, { phone_number: phone.value.trim() }));
  input().focus();
}

/** Sends a sample or a chosen file; in a group as the answer that was begun, if one was. */
async function attach(sample, file) {
  const answered = isGroup() && about?.kind === "reply" ? about.message.id : undefined;
  const sent = await sendFile(sample, { file, reply_to: answered });
  if (answered && about?.message.id === answered) cancel();
  return sent;
}

function attachMenu(button) {
  const { chatId } = world;
  const foreign = () => attempt(() => telegram(`people/${chatId}/contact`, { phone_number: "79990001122", first_name: "Сергей", owner: null }));
  menu(button, [
    { label: t("photo_send"), icon: "photo", act: () => attach("photo") },
    { label: t("album_send"), icon: "album", act: () => attach("album") },
    { label: t("voice_send"), icon: "mic", act: () => attach("voice") },
    { label: t("document_send"), icon: "file", act: () => attach("paper") },
    { label: t("own_file"), icon: "upload", act: () => $("#own-file").click() },
    ...(isGroup() ? [] : [null, { label: t("foreign_contact"), icon: "person", act: foreign }]),
  ], t("attach"));
}

async function ownFile(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  const { size } = await attach("chosen", file) ?? {};
  if (size) notice(t("too_large"));
}
