// One message of a chat, as Telegram shows it.
// Invariant: built from the message alone; what it lets people do goes through `acts`.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { formatted } from "./entities.js";
import { clockTime, fileSize, t } from "./texts.js";

/** `run` is one message, or the parts of one album; `acts`: {mine, group, command, press, jump, menu}. */
export function bubble(run, acts, place) {
  const message = run[0];
  const words = run.find((one) => one.text) ?? message;
  const mine = acts.mine(message);
  const only = run.every((one) => one.media) && !words.text && !message.reply_to;
  const body = h(
    "div",
    { class: `bubble${only && isPicture(message) ? " bare" : ""}${tight(run, mine)}` },
    acts.group && !mine && place.first && h("div", { class: `sender hue${hue(message.from.id)}`, text: message.from.name }),
    message.reply_to && quote(message.reply_to, acts),
    media(run),
    message.contact && contact(message.contact),
    message.other && h("div", { class: "text other", text: [t(`other_${message.other.kind}`), message.other.text].filter(Boolean).join(": ") }),
    words.text && h("div", { class: "text" }, formatted(words.text, words.entities, acts.command)),
    earlier(words),
    foot(run, mine),
  );
  const actions = h("button", {
    type: "button",
    class: "act",
    "aria-label": t("actions"),
    "data-focus": "act",
    tabindex: "-1",
    onclick: (event) => acts.menu(event.currentTarget, run[0]),
  }, icon("more"));
  const sides = `message ${mine ? "mine" : "theirs"}${place.first ? " first" : ""}${place.last ? " last" : ""}`;
  const row = h("article", { class: sides, tabindex: "-1", "aria-label": label(words), data: { message: message.id } },
    h("div", { class: "holder" }, h("div", { class: "line" }, body, actions), buttons(words, acts)));
  row.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    acts.menu({ x: event.clientX, y: event.clientY }, run[0]);
  });
  row.addEventListener("keydown", (event) => {
    if (event.target === row && (event.key === "Enter" || event.key === " ")) (event.preventDefault(), acts.menu(row, run[0]));
  });
  return row;
}

/** A text whose time stands in its last line, as in the apps. */
function tight(run, mine) {
  const words = run.find((one) => one.text);
  if (!words || run.some((one) => one.reactions?.length)) return "";
  return ` tight${mine ? " ticked" : ""}${words.edited ? " marked" : ""}`;
}

const label = (message) => `${message.from.name}, ${clockTime(message.at)}`;
export const hue = (id) => Math.abs(Number(id)) % 7;
const isPicture = (message) => ["photo", "animation", "video", "video_note", "sticker"].includes(message.media?.kind);

function quote({ id, name, text }, acts) {
  return h("button", { type: "button", class: "quote", "data-focus": "quote", onclick: () => acts.jump(id) },
    h("b", { text: name }), h("span", { text: text || "…" }));
}

function media(run) {
  const files = run.filter((one) => one.media);
  if (!files.length) return null;
  if (files.length === 1) return one(files[0].media);
  if (files.every(isPicture)) return h("div", { class: `album of${Math.min(files.length, 4)}` }, files.map((file) => one(file.media)));
  return h("div", { class: "files" }, files.map((file) => one(file.media)));
}

function one(file) {
  if (["photo", "animation", "sticker"].includes(file.kind)) return picture(file);
  if (["video", "video_note"].includes(file.kind)) return film(file);
  if (file.kind === "voice") return voice(file);
  return paper(file);
}

function picture(file) {
  const none = () => h("div", { class: "nopicture", role: "img", "aria-label": t("photo") }, icon("photo"), h("span", { text: file.name ?? t("photo") }), h("small", { text: fileSize(file.size) }));
  if (!file.url) return none();
  const image = h("img", { src: file.url, alt: file.name ?? t("photo"), loading: "lazy", class: file.kind });
  image.addEventListener("error", () => image.replaceWith(none()), { once: true });
  return image;
}

function film(file) {
  if (!file.url) return paper({ ...file, name: file.name ?? t("video") });
  return h("video", { src: file.url, controls: true, preload: "metadata", class: file.kind, "aria-label": file.name ?? t("video") });
}

const BARS = 28;

function voice(file) {
  const bars = Array.from({ length: BARS }, (_, index) => {
    const height = 4 + Math.round(12 * Math.abs(Math.sin(index * 1.7) * Math.cos(index * 0.6 + (file.size ?? 7) / 900)));
    return h("i", { style: { height: `${height}px` } });
  });
  const player = h("button", { type: "button", class: "round", "data-focus": "play", "aria-label": t("play"), onclick: () => listen(file, player, bars) }, icon("play"));
  return h("div", { class: "voice" }, player, h("div", {}, h("div", { class: "wave", "aria-hidden": "true" }, bars), h("small", { text: `${t("voice")} · ${fileSize(file.size)}` })));
}

let playing = null;

function listen(file, button, bars) {
  playing?.stop();
  if (!file.url || playing?.url === file.url) return (playing = null);
  const audio = new Audio(file.url);
  const show = () => bars.forEach((bar, index) => bar.classList.toggle("on", index / BARS <= audio.currentTime / (audio.duration || 2)));
  const stop = () => (audio.pause(), button.replaceChildren(icon("play")));
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("ended", () => (stop(), (playing = null)));
  audio.play().catch(stop);
  button.replaceChildren(icon("pause"));
  playing = { url: file.url, stop };
}

function paper(file) {
  const name = file.name ?? t(file.kind === "video" ? "video" : "download");
  const inside = [h("span", { class: "round" }, icon("file")), h("span", {}, h("b", { text: name }), h("small", { text: fileSize(file.size) }))];
  if (!file.url) return h("div", { class: "paper" }, inside);
  return h("a", { class: "paper", href: file.url, download: name, "data-focus": "paper" }, inside);
}

function contact({ first_name: name, phone_number: phone }) {
  return h("div", { class: "contact" }, h("span", { class: "avatar hue4", "aria-hidden": "true", text: (name ?? "?").slice(0, 1) }),
    h("span", {}, h("b", { text: name ?? t("contact_of") }), h("small", { text: phone })));
}

/** What it said before, on demand. */
function earlier(message) {
  if (!message.earlier?.length) return null;
  return h("div", { class: "earlier", hidden: true }, h("b", { text: t("earlier") }), message.earlier.map((text) => h("p", { text })));
}

function foot(run, mine) {
  const message = run.find((one) => one.text) ?? run[0];
  const reactions = [...new Set(run.flatMap((one) => one.reactions ?? []))];
  const toggle = (event) => {
    const box = event.currentTarget.closest(".bubble").querySelector(".earlier");
    box.hidden = !box.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!box.hidden));
  };
  const edited = message.edited && (message.earlier?.length
    ? h("button", { type: "button", class: "edited", "aria-expanded": "false", "aria-label": t("edited_label"), title: t("edited_label"), "data-focus": "edited", text: t("edited"), onclick: toggle })
    : h("span", { class: "edited", text: t("edited") }));
  return h("div", { class: "foot" },
    reactions.length > 0 && h("span", { class: "reactions" }, reactions.map((one) => h("span", { class: "reaction", text: one }))),
    h("span", { class: "meta" }, edited, h("time", { datetime: message.at, text: clockTime(message.at) }),
      mine && h("span", { class: "ticks", "aria-hidden": "true" }, icon("check"), icon("check"))));
}

function buttons(message, acts) {
  if (!message.buttons?.length) return null;
  return h("div", { class: "inline" }, message.buttons.map((row, y) => h("div", {}, row.map((button, x) => inlineButton(message, button, acts, `${y}:${x}`)))));
}

function inlineButton(message, button, acts, key) {
  const words = [h("span", { text: button.text })];
  if (button.url) {
    return h("a", { href: /^https?:/i.test(button.url) ? button.url : "#", target: "_blank", rel: "noreferrer noopener", "data-focus": key }, words, h("em", { "aria-hidden": "true", text: "↗" }));
  }
  const mark = button.web_app && icon("window");
  return h("button", { type: "button", "data-focus": key, onclick: (event) => acts.press(message, button, event.currentTarget) }, words, mark);
}
