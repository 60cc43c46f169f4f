// The phone: the head of the chat and its messages.
// Invariant: messages that did not change stay as they are, and so does the place to which somebody has scrolled.

import { $, fill, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { bubble } from "./bubble.js";
import { avatar, nameOf } from "./chats.js";
import { attempt, dialog, menu, notice } from "./popup.js";
import { telegram } from "./api.js";
import { compose, mountComposer, writeText } from "./composer.js";
import { speaker } from "./speaker.js";
import { openWebApp } from "./webapp.js";
import { loadChat, loadState, on, openTab, world } from "./store.js";
import { day, t } from "./texts.js";
import { showView } from "./views.js";

const NEAR_PX = 60;
const SAME_MINUTES = 10;
const REACTIONS = ["👍", "❤", "🔥"];
/** The address of a tab of a workbook, as Google has it. */
const TAB_ADDRESS = /^https:\/\/docs\.google\.com\/spreadsheets\/d\/([^/]+)\/edit#gid=(\d+)$/;
const toastSeen = new Map();
let sticks = true;

export function mountPhone() {
  mountComposer();
  on("chat", render);
  on("state", renderHead);
  on("language", render);
  on("speaker", render);
  $("#log").addEventListener("scroll", () => ((sticks = nearEnd()), showDown()));
  // Pictures and a smaller phone move the end away from whoever stands there.
  $("#log").addEventListener("load", () => sticks && toEnd("instant"), true);
  new ResizeObserver(() => sticks && toEnd("instant")).observe($("#log"));
  $("#log").addEventListener("keydown", walk);
  $("#log").addEventListener("click", leadToTab);
  $("#to-bottom").addEventListener("click", () => toEnd("smooth"));
}

const isGroup = () => world.chatId < 0;

function render() {
  renderHead();
  const { chat } = world;
  const log = $("#log");
  if (!chat) return fill(log, h("p", { class: "service", text: t("loading") }));
  const pinned = log.dataset.chat !== String(world.chatId) || sticks;
  log.dataset.chat = String(world.chatId);
  reconcile(log, rows(chat));
  if (pinned) (toEnd("instant"), (sticks = true));
  showDown();
  toast(chat.toast);
}

function renderHead() {
  const { chat, chatId } = world;
  const name = nameOf(chatId) ?? chat?.title ?? "";
  const bot = world.state?.bot?.name ?? "";
  const title = isGroup() ? name : bot;
  const sub = isGroup() ? t(chat?.standing === "member" ? "members" : "no_bot") : `${t("bot")} · ${t("as_seen_by", { name })}`;
  fill($("#phone-head"),
    avatar({ id: isGroup() ? chatId : 3, name: title, group: isGroup() }),
    h("div", { class: "who" }, h("h3", { text: title }), h("p", { text: sub })),
    h("button", { type: "button", class: "quiet", "aria-label": t("chat_actions"), title: t("chat_actions"), onclick: (event) => headMenu(event.currentTarget) }, icon("more")));
  $("#phone").setAttribute("aria-labelledby", `chat-tab-${chatId}`);
}

function headMenu(button) {
  const at = `${isGroup() ? "groups" : "people"}/${world.chatId}`;
  const does = (name, body) => () => attempt(async () => (await telegram(`${at}/${name}`, body), loadState(), loadChat()));
  const isIn = world.chat?.standing === "member";
  const standing = isGroup()
    ? [isIn ? { label: t("remove_bot"), icon: "block", danger: true, act: does("remove", { by: speaker() }) } : { label: t("add_bot"), icon: "plus", act: does("add", { by: speaker() }) }]
    : [
        world.chat?.standing === "blocked" ? { label: t("unblock"), icon: "check", act: does("unblock") } : { label: t("block"), icon: "block", danger: true, act: does("block") },
        { label: t("deactivate"), icon: "trash", danger: true, act: does("deactivate") },
      ];
  menu(button, standing, t("chat_actions"));
}

/** What stands in the log, each with a signature that tells when it has to be built anew. */
function rows(chat) {
  const runs = albums(chat.messages);
  const wanted = [];
  const author = speaker();
  let last = null;
  runs.forEach((run, index) => {
    const date = day(run[0].at);
    if (date !== last) wanted.push([`day-${date}`, date, () => h("p", { class: "service", text: date })]);
    const [before, after] = [runs[index - 1], runs[index + 1]];
    const place = { first: date !== last || !together(before, run), last: !together(run, after) };
    last = date;
    const id = run[0].id;
    const signature = JSON.stringify([run, place, document.documentElement.lang, author]);
    wanted.push([`m-${id}`, signature, (old) => keepOpen(old, bubble(run, acts(), place))]);
  });
  if (!runs.length) wanted.push(["none", document.documentElement.lang, emptyChat]);
  return wanted;
}

const emptyChat = () => h("div", { class: "empty" }, h("b", { text: t("empty_chat") }), h("p", { text: t("empty_hint") }), h("span", { class: "wave-hand", "aria-hidden": "true", text: "👋" }));

/** An opened history of edits stays open when its message is built anew. */
function keepOpen(old, fresh) {
  const was = old?.querySelector(".earlier");
  const now = fresh.querySelector(".earlier");
  if (was && now && !was.hidden) {
    now.hidden = false;
    fresh.querySelector("button.edited")?.setAttribute("aria-expanded", "true");
  }
  return fresh;
}

function albums(messages) {
  const runs = [];
  for (const message of messages) {
    const run = runs.at(-1);
    if (message.album && run?.[0].album === message.album) run.push(message);
    else runs.push([message]);
  }
  return runs;
}

const together = (one, other) =>
  Boolean(one && other && one[0].from.id === other[0].from.id && Math.abs(new Date(other[0].at) - new Date(one[0].at)) < SAME_MINUTES * 60_000);

const mine = (message) => !message.from.bot && message.from.id === (isGroup() ? speaker() : world.chatId);

function acts() {
  return { mine, group: isGroup(), command: (words) => writeText(words), press, jump, menu: messageMenu };
}

async function press(message, button, element) {
  if (button.web_app) return openWebApp(button.web_app, button.text);
  if (button.data === undefined) return;
  element.classList.add("busy");
  const body = { message_id: message.id, data: button.data };
  await attempt(() => (isGroup() ? telegram(`groups/${world.chatId}/press`, { from: speaker(), ...body }) : telegram(`people/${world.chatId}/press`, body)));
  setTimeout(() => element.classList.remove("busy"), 600);
}

/** Brings the last message with these words into view. */
export function showMessage(words) {
  const rows = [...$("#log").querySelectorAll(".message")];
  rows.findLast((row) => row.textContent.includes(words))?.scrollIntoView({ block: "center" });
}

function jump(id) {
  const row = $(`#log [data-message="${id}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.add("flash");
  setTimeout(() => row.classList.remove("flash"), 1400);
}

function messageMenu(at, message) {
  const own = mine(message);
  const copy = () => navigator.clipboard?.writeText(message.text).then(() => notice(t("copied")), () => {});
  menu(at, [
    { label: t("reply"), icon: "reply", act: () => compose("reply", message) },
    own && message.text ? { label: t("edit"), icon: "edit", act: () => compose("edit", message) } : undefined,
    message.text ? { label: t("copy_text"), icon: "copy", act: copy } : undefined,
    null,
    ...REACTIONS.map((emoji) => ({ label: `${t("react")} ${emoji}`, icon: "heart", checked: message.reactions?.includes(emoji) === true, act: () => react(message, emoji) })),
  ].filter((item) => item !== undefined), t("actions"));
}

/** The same reaction again takes it back. */
async function react(message, emoji) {
  const body = { message_id: message.id, emoji: message.reactions?.includes(emoji) ? null : emoji };
  await attempt(() => (isGroup() ? telegram(`groups/${world.chatId}/react`, { from: speaker(), ...body }) : telegram(`people/${world.chatId}/react`, body)));
}

/** The bot's answer to a pressed button, shown once. */
function toast(answer) {
  const known = toastSeen.has(world.chatId);
  const seen = toastSeen.get(world.chatId) ?? 0;
  toastSeen.set(world.chatId, answer?.number ?? seen);
  if (!answer || !known || answer.number === seen || !answer.text) return;
  if (answer.alert) {
    dialog({ body: [h("p", { text: answer.text })], buttons: [{ label: t("ok"), value: true, main: true }], within: $("#phone"), role: "alertdialog" });
    return;
  }
  const box = $("#toast");
  box.textContent = answer.text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (box.hidden = true), 4000);
}

/** A link to the workbook of this page leads to its tab here. */
function leadToTab(event) {
  const [, book, gid] = TAB_ADDRESS.exec(event.target.closest("a")?.href ?? "") ?? [];
  const { id, tabs = [], gids = [] } = world.state?.workbook ?? {};
  const title = tabs[gids.indexOf(Number(gid))];
  if (book !== id || !title) return;
  event.preventDefault();
  showView("workbook");
  openTab(title);
}

const nearEnd = () => ((log) => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX)($("#log"));

function toEnd(behavior) {
  const log = $("#log");
  log.scrollTo({ top: log.scrollHeight, behavior });
}

function showDown() {
  $("#to-bottom").hidden = nearEnd();
}

/** The arrows go from message to message. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const messages = [...$("#log").querySelectorAll(".message")];
  const at = messages.indexOf(document.activeElement.closest(".message"));
  const next = at < 0 ? messages.at(-1) : messages[Math.max(0, Math.min(messages.length - 1, at + step))];
  next?.focus();
  event.preventDefault();
}
