// The account: what was written, what arrived, what is lost or doubled.
// Invariant: the numbers come from the server, which counts what the stand-ins hold; nothing is computed here.

import { $, fill, h } from "./dom.js";
import { dialog } from "./popup.js";
import { on, world } from "./store.js";
import { side, t } from "./texts.js";

const SHORT = ["wrote", "arrived", "answered", "waiting", "lost", "twice", "unknown"];
const LONG = ["wrote", "arrived", "answered", "waiting", "lost", "messages_twice", "answers_typed", "answers_arrived", "answers_twice", "unknown"];
const BAD = new Set(["lost"]);
const DOUBTFUL = new Set(["twice", "messages_twice", "answers_twice", "unknown"]);

export function mountAccount() {
  on("state", render);
  on("language", render);
  $("#account").addEventListener("click", showAccount);
}

const tone = (name, value) => (BAD.has(name) ? (value ? "bad" : "good") : DOUBTFUL.has(name) && value ? "doubt" : "");

function render() {
  const account = world.state?.account;
  const box = $("#account");
  if (!account) return;
  box.title = t("account_about");
  fill(box, h("span", { class: "unseen", text: `${t("account")}: ` }), SHORT.map((name) => {
    const value = account[name] ?? 0;
    return h("span", { class: `figure ${tone(name, value)}` }, h("b", { text: value }), ` ${t(name)}`);
  }));
}

function lines(account, names) {
  return h("dl", { class: "account-list" }, names.filter((name) => name in account).map((name) =>
    h("div", { class: tone(name, account[name]) }, h("dt", { text: account[name] }), h("dd", {}, h("b", { text: t(name) }), h("span", { text: t(`about_${name}`) })))));
}

function showAccount() {
  const { account } = world.state ?? {};
  if (!account) return;
  dialog({
    title: t("account"),
    body: [h("p", { class: "about", text: t("account_about") }), lines(account, LONG)],
    buttons: [{ label: t("ok"), value: true, main: true }],
    wide: true,
  });
}

/** The account of the storm that has just passed. */
export function showStorm() {
  const { account } = world.state.backstage.storm;
  if (!account) return;
  dialog({
    title: t("storm_over"),
    body: [h("p", { class: "about", text: side(account.words) }), lines(account, [...LONG, "restarts"])],
    buttons: [{ label: t("ok"), value: true, main: true }],
    wide: true,
  });
}
