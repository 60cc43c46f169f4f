// The reader's own settings: language and theme.
// Invariant: kept in this browser alone; without storage they last as long as the page.

import { emit } from "./store.js";

const KEYS = { language: "sheetdesk.language", theme: "sheetdesk.theme" };

function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that stores nothing forgets it; that is its owner's choice.
  }
}

const spoken = navigator.language?.toLowerCase().startsWith("ru") ? "ru" : "en";

export const settings = { language: kept(KEYS.language) ?? spoken, theme: kept(KEYS.theme) ?? "auto" };

export function setLanguage(language) {
  settings.language = language;
  keep(KEYS.language, language);
  apply();
  emit("language");
}

/** auto, light, dark – in turn. */
export function nextTheme() {
  const order = ["auto", "light", "dark"];
  settings.theme = order[(order.indexOf(settings.theme) + 1) % order.length];
  keep(KEYS.theme, settings.theme);
  apply();
}

export function apply() {
  document.documentElement.lang = settings.language;
  document.documentElement.dataset.theme = settings.theme;
}
