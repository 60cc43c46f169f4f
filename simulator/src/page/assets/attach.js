// Files that go out of a phone, and the bot's keyboard.
// Invariant: the caption is what stands in the composer, and it is gone from there once the file is sent.

import { $, h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./popup.js";
import { telegram } from "./api.js";
import { speaker } from "./speaker.js";
import * as samples from "./samples.js";
import { world } from "./store.js";

function caption() {
  const box = $("#write");
  const text = box.value.trim();
  box.value = "";
  box.dispatchEvent(new Event("input"));
  return text.startsWith("/") ? "" : text;
}

const whose = () => `${world.chatId < 0 ? "groups" : "people"}/${world.chatId}`;

/** Sends one file: a sample by its name, or one that was chosen. Says what was sent. */
export async function sendFile(sample, file) {
  const at = whose();
  const made = await samples[sample](file);
  const sent = { ...made, caption: caption() };
  // Groups take files as albums, be it of one.
  await attempt(() => (world.chatId < 0 ? telegram(`${at}/album`, { from: speaker(), files: [sent] }) : telegram(`${at}/file`, sent)));
  return made;
}

/** Sends three pictures as one album. */
export async function album() {
  const at = whose();
  const files = [await samples.photo(), await samples.photo(), await samples.photo()];
  files[0].caption = caption();
  await attempt(() => telegram(`${at}/album`, world.chatId < 0 ? { from: speaker(), files } : { files }));
}

/** The bot's keyboard. */
export function keyboardPanel(rows, press) {
  const key = (button) => h("button", { type: "button", onclick: () => press(button) }, button.request_contact && icon("person"), button.web_app && icon("window"), h("span", { text: button.text }));
  return rows.map((row) => h("div", {}, row.map(key)));
}
