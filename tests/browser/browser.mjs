// A browser and what the tests ask of a page.
// Invariant: every wait has an end, and whatever fails names what was seen instead.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE_MS = 30_000;
/** Without these a browser calls its maker's servers, which a closed network refuses one by one. */
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** The page's address: the argument itself, or that of a demo which is started from the program of that path. */
export async function pageOf(argument) {
  if (/^https?:/.test(argument)) return { url: argument, stop: () => {} };
  const demo = spawn(argument, ["demo", "--no-tour", "--no-browser", "--page-listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => demo.once("exit", done));
  const stop = async () => {
    demo.kill("SIGTERM");
    await Promise.race([ended, sleep(PATIENCE_MS).then(() => demo.kill("SIGKILL"))]);
  };
  let said = "";
  demo.stdout.on("data", (piece) => (said = (said + piece).slice(0, 10_000)));
  const address = () => /The page: (http\S+)/.exec(said)?.[1] ?? (demo.exitCode === null ? null : "ended");
  const url = await until("the demo's page", address, async () => said);
  if (url === "ended") throw new Error(`the demo has ended: ${said}`);
  return { url, stop };
}

export async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: QUIET });
}

/** A window on the page; what goes wrong in it is kept in `faults`. */
export async function openWindow(browser, url, { width = 1280, height = 800, locale = "ru-RU", scheme = "light" } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, locale, colorScheme: scheme, reducedMotion: "reduce" });
  page.setDefaultTimeout(PATIENCE_MS);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  // A picture that is none is shown as a placeholder; everything else on the console is a fault.
  page.on("console", (said) => said.type() === "error" && !said.text().includes("Failed to load resource") && page.faults.push(said.text()));
  await page.goto(url);
  await page.locator("#chats [role=tab]").first().waitFor();
  await page.locator("#table td").first().waitFor({ state: "attached" });
  return page;
}

/** Waits until `ask` gives something true, and gives it; otherwise fails with what `seen` says. */
export async function until(what, ask, seen = async () => "", patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${patience / 1000} s. ${await seen()}`);
    await sleep(100);
  }
}

/** Waits for words in the open chat. */
export const hears = (page, words) => page.locator("#log .bubble", { hasText: words }).last().waitFor();

/** Chooses a chat by the name over its phone. */
export const chat = (page, name) => page.locator("#chats [role=tab]", { hasText: name }).click();

export async function write(page, text) {
  await page.locator("#write").fill(text);
  await page.locator("#send").click();
}

/** What the page knows of a tab. */
export const tab = (page, title) => page.evaluate(async (name) => (await fetch(`/api/tabs/${encodeURIComponent(name)}`)).json(), title);
export const state = (page) => page.evaluate(async () => (await fetch("/api/state")).json());

/** [row, column] of the first cell under `header` in the row for which `wanted` holds. */
export async function place(page, title, header, wanted) {
  const { cells } = await tab(page, title);
  const column = cells[0].indexOf(header);
  const row = cells.findIndex((line, index) => index > 0 && wanted(Object.fromEntries(cells[0].map((name, at) => [name, line[at] ?? ""]))));
  return column < 0 || row < 0 ? null : [row, column];
}

export const cell = (page, [row, column]) => page.locator(`#table td[data-row="${row}"][data-column="${column}"]`);

/** Types into a cell as somebody with a keyboard does. */
export async function typeInto(page, at, text) {
  await cell(page, at).click();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Fails if axe finds anything on the page as it stands. */
export async function accessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  if (told.length) throw new Error(`${what}: ${told.join("; ")}`);
}
