// The controls: what goes wrong, the service's life, the storm.
// Invariant: a switch shows what the server says is on, never what was merely clicked.

import { $, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { attempt } from "./popup.js";
import { backstage, put } from "./api.js";
import { showStorm } from "./account.js";
import { loadState, on, world } from "./store.js";
import { side, t } from "./texts.js";

const WEATHERS = ["calm", "down", "slow", "too_many", "lossy"];

export function mountSwitches() {
  for (const name of ["telegram", "sheets"]) on("state", () => renderWeather(name));
  on("state", renderService);
  on("state", renderStorm);
  on("language", () => world.state && [renderWeather("telegram"), renderWeather("sheets"), renderService(), renderStorm()]);
  $("#sorting").addEventListener("click", () => weather({ sorting: !world.state?.weather?.sorting }));
  $("#storm").addEventListener("click", storm);
}

async function weather(change) {
  await attempt(() => put("/api/weather", change));
  await loadState();
}

function renderWeather(name) {
  const box = $(`#weather-${name}`);
  const now = world.state?.weather?.[name] ?? "calm";
  const focused = box.contains(document.activeElement);
  box.setAttribute("aria-label", t(name));
  box.classList.toggle("troubled", now !== "calm");
  fill(box, h("span", { class: "legend" }, icon(name === "telegram" ? "send" : "table"), t(name)), h("span", { class: "segments" }, WEATHERS.map((one) => h("button", {
    type: "button",
    role: "radio",
    "aria-checked": String(one === now),
    tabindex: one === now ? "0" : "-1",
    data: { weather: one },
    title: t(`about_${one}`),
    text: t(`weather_${one}`),
    onclick: () => weather({ [name]: one }),
    onkeydown: (event) => turn(event, name, now),
  }))));
  if (focused) box.querySelector("[aria-checked='true']")?.focus();
  const sorting = $("#sorting");
  sorting.setAttribute("aria-checked", String(world.state?.weather?.sorting === true));
  sorting.title = t("sorting_about");
}

function turn(event, name, now) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  weather({ [name]: WEATHERS[(WEATHERS.indexOf(now) + step + WEATHERS.length) % WEATHERS.length] });
}

function renderService() {
  const box = $("#service");
  const service = world.state?.backstage?.service;
  box.hidden = !service;
  if (!service) return;
  const focused = document.activeElement?.dataset?.act;
  const act = (name, glyph, label) => h("button", { type: "button", class: "quiet", data: { act: name }, "aria-label": label, title: label, onclick: () => life(name) }, icon(glyph));
  const runs = service.state === "running";
  const words = side(service.words);
  fill(box, h("span", { class: "legend" }, h("i", { class: `lamp ${service.state}`, "aria-hidden": "true" }), t("service")),
    h("span", { class: "state", title: words }, h("b", { text: t(`service_${service.state}`) }), words && h("small", { text: words })),
    runs ? [act("service/stop", "stop", t("service_stop")), act("service/kill", "bolt", t("service_kill"))]
      : service.state === "starting" ? [] : [act("service/start", "play", t("service_start"))]);
  if (focused) (box.querySelector(`[data-act="${focused}"]`) ?? box.querySelector("button"))?.focus();
}

async function life(name) {
  await attempt(() => backstage(name));
  await loadState();
}

let before = null;

function renderStorm() {
  const storm = world.state?.backstage?.storm;
  const button = $("#storm");
  button.hidden = !storm;
  if (!storm) return;
  const running = storm.state === "running";
  button.title = t("storm_about");
  button.classList.toggle("running", running);
  document.body.classList.toggle("stormy", running);
  button.setAttribute("aria-disabled", String(running));
  const label = running ? t("storm_left", { left: Math.ceil(storm.left_s ?? 0) }) : t("storm");
  if (button.dataset.shows !== label) fill(button, icon("storm"), h("span", { text: label }));
  button.dataset.shows = label;
  if (before === "running" && storm.state === "over") showStorm();
  before = storm.state;
}

async function storm() {
  if (world.state?.backstage?.storm?.state === "running") return;
  await attempt(() => backstage("storm/start"));
  await loadState();
}
