// The page's beginning: puts the parts together and listens to the server.
// Invariant: each part draws itself from the store and nothing else.

import { $, fill } from "./dom.js";
import { icon } from "./icons.js";
import { mountAccount } from "./account.js";
import { mountChats } from "./chats.js";
import { mountFilterViews } from "./filterviews.js";
import { mountGrid } from "./grid.js";
import { mountPhone } from "./phone.js";
import { notice } from "./popup.js";
import { apply, nextTheme, setLanguage, settings } from "./settings.js";
import { mountSwitches } from "./switches.js";
import { speak, t } from "./texts.js";
import { mountTour } from "./tour.js";
import { mountTrail } from "./trail.js";
import { mountViews } from "./views.js";
import { mountWebApp } from "./webapp.js";
import { listen, loadState, on, openChat, openTab, world } from "./store.js";
import { chatList } from "./chats.js";

/** The tab that the whole thing is about, if the workbook has it. */
const FIRST_TAB = /обращен|appeal/i;

function choose() {
  const { workbook } = world.state;
  const chats = chatList();
  if (!chats.some((chat) => chat.id === world.chatId) && chats.length) openChat(firstChat(chats));
  const tabs = workbook?.tabs ?? [];
  if (tabs.length && !tabs.includes(world.tabTitle)) openTab(tabs.find((title) => FIRST_TAB.test(title)) ?? tabs[0]);
}

/** Whoever has a partner code of his own is whom a stranger should play first. */
function firstChat(chats) {
  const codes = world.state.backstage?.partner_codes ?? [];
  const digits = codes.map((one) => one.code.replace(/\D/g, "")).filter((code) => code.length > 3);
  return (chats.find((chat) => digits.some((code) => String(chat.id).endsWith(code))) ?? chats[0]).id;
}

function renderTools() {
  const theme = $("#theme");
  const label = t(`theme_${settings.theme}`);
  theme.title = label;
  theme.setAttribute("aria-label", label);
  fill(theme, icon({ auto: "auto", light: "sun", dark: "moon" }[settings.theme]));
  const language = $("#language");
  fill(language, settings.language === "ru" ? "EN" : "RU");
  language.setAttribute("aria-label", t("language"));
  language.title = t("language");
}

function start() {
  apply();
  speak();
  mountViews();
  mountChats();
  mountPhone();
  mountGrid();
  mountFilterViews();
  mountTrail();
  mountAccount();
  mountSwitches();
  mountTour();
  mountWebApp();
  on("state", choose);
  on("language", () => (speak(), renderTools()));
  on("online", () => ($("#offline").hidden = world.online));
  on("failed", (error) => world.online && notice(error.message, true));
  for (const slot of document.querySelectorAll("[data-icon-slot]")) slot.prepend(icon(slot.dataset.iconSlot));
  $("#theme").addEventListener("click", () => (nextTheme(), renderTools()));
  $("#language").addEventListener("click", () => setLanguage(settings.language === "ru" ? "en" : "ru"));
  renderTools();
  listen();
  loadState();
}

start();
