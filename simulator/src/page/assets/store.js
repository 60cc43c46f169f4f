// What the page knows of the world, and how it stays true.
// Invariant: only what is shown is fetched, each thing by one request at a time; after a lost connection all of it anew.

import { get } from "./api.js";

export const world = {
  state: null,
  chat: null,
  chatId: null,
  tab: null,
  tabTitle: null,
  trail: [],
  unread: new Set(),
  touched: new Set(),
  online: true,
};

const KEPT_MARKS = 200;
const listeners = new Map();

/** Calls `heard` whenever `name` happens: state, chat, tab, trail, unread, online, language, or an act of the page. */
export function on(name, heard) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(heard);
}

export function emit(name, detail) {
  for (const heard of listeners.get(name) ?? []) heard(detail);
}

/** Runs `load` at most once at a time; asked for meanwhile, once more afterwards. */
function single(load) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      try {
        await load();
      } catch (error) {
        emit("failed", error);
      }
    }
    running = false;
  };
}

export const loadState = single(async () => {
  const state = await get("/api/state");
  world.state = state;
  addMarks(state.trail ?? []);
  emit("state");
});

export const loadChat = single(async () => {
  const id = world.chatId;
  if (id === null) return;
  const chat = await get(`/api/chats/${id}`);
  if (id !== world.chatId) return;
  world.chat = chat;
  emit("chat");
});

export const loadTab = single(async () => {
  const title = world.tabTitle;
  if (title === null) return;
  const tab = await get(`/api/tabs/${encodeURIComponent(title)}`);
  if (title !== world.tabTitle) return;
  world.tab = tab;
  emit("tab");
});

export function openChat(id) {
  world.unread.delete(id);
  if (world.chatId === id) return emit("unread");
  world.chatId = id;
  world.chat = null;
  emit("chat");
  emit("unread");
  return loadChat();
}

export function openTab(title) {
  world.touched.delete(title);
  if (world.tabTitle === title) return;
  world.tabTitle = title;
  world.tab = null;
  emit("tab");
  return loadTab();
}

function addMarks(marks) {
  const last = world.trail.at(-1)?.n ?? -1;
  const restarted = marks.length && marks.at(-1).n < last;
  if (restarted) world.trail = [];
  const fresh = marks.filter((mark) => restarted || mark.n > last);
  if (!fresh.length) return;
  world.trail = [...world.trail, ...fresh].slice(-KEPT_MARKS);
  emit("trail", fresh);
}

function changed({ chats = [], tabs = [], state, trail = [] }) {
  if (trail.length) addMarks(trail);
  for (const id of chats) if (id !== world.chatId) world.unread.add(id);
  for (const title of tabs) if (title !== world.tabTitle) world.touched.add(title);
  if (chats.length) emit("unread");
  if (tabs.length) emit("touched");
  if (state) loadState();
  if (chats.includes(world.chatId)) loadChat();
  if (tabs.includes(world.tabTitle)) loadTab();
}

function setOnline(online) {
  if (world.online === online) return;
  world.online = online;
  emit("online");
}

let lost = false;

/** Listens to the server for as long as the page is open. */
export function listen() {
  const events = new EventSource("/events");
  events.addEventListener("changed", (event) => changed(JSON.parse(event.data)));
  events.addEventListener("open", () => {
    setOnline(true);
    if (lost) (loadState(), loadChat(), loadTab());
    lost = false;
  });
  events.addEventListener("error", () => {
    lost = true;
    setOnline(false);
    // A refusal (too many windows) closes the source for good.
    if (events.readyState === EventSource.CLOSED) (events.close(), setTimeout(listen, 3000));
  });
}
