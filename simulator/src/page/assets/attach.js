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

/** Sends a sample by its name, or a file that was chosen; in a group it may answer a message. Says what was sent, of an album the first. */
export async function sendFile(sample, { file, reply_to } = {}) {
  const at = whose();
  const isGroup = world.chatId < 0;
  const files = sample === "album" ? [await samples.photo(), await samples.photo(), await samples.photo()] : [await samples[sample](file)];
  const [made] = files;
  files[0] = { ...made, caption: caption() };
  // Groups take files as albums, be it of one.
  const one = !isGroup && files.length === 1;
  await attempt(() => (one ? telegram(`${at}/file`, files[0]) : telegram(`${at}/album`, isGroup ? { from: speaker(), files, reply_to } : { files })));
  return made;
}

/** The bot's keyboard. */
export function keyboardPanel(rows, press) {
  const key = (button) => h("button", { type: "button", onclick: () => press(button) }, button.request_contact && icon("person"), button.web_app && icon("window"), h("span", { text: button.text }));
  return rows.map((row) => h("div", {}, row.map(key)));
}
