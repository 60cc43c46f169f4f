// Records the animation of the READMEs: `node record.mjs ../../target/release/sheetdesk demo.webp [storm.png]`, or with the address of a fresh page.
// Invariant: what is seen really happens; needs img2webp (Debian's package webp), and ends with 1 if the file is over 2 MB.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { chat, hears, openBrowser, openWindow, pageOf, place, sleep, tab, until, write } from "./browser.mjs";

const [, , program = "http://127.0.0.1:8080/", out = "demo.webp", storm = ""] = process.argv;
const { url, stop } = await pageOf(program);
const APPEALS = "обращения";
const FRAMES = "frames";
const MOST_BYTES = 2_000_000;
const SIZE = { width: 1280, height: 720 };
/** Milliseconds for which a frame stays. */
const GLANCE = 90;
const LOOK = 1100;
const READ = 2200;

const taken = [];
let page;

async function frame(ms) {
  const file = `${FRAMES}/${String(taken.length).padStart(3, "0")}.png`;
  await page.screenshot({ path: file });
  taken.push({ file, ms });
}

/** So many frames while something goes on. */
async function film(count, ms = 160) {
  for (let at = 0; at < count; at += 1) {
    await frame(ms);
    await sleep(ms / 2);
  }
}

/** A text typed so that it can be followed. */
async function typed(text, { piece = 4 } = {}) {
  for (let at = 0; at < text.length; at += piece) {
    await page.keyboard.type(text.slice(at, at + piece));
    await frame(GLANCE);
  }
}

async function registered() {
  await chat(page, "Иван");
  await page.locator("#start").click();
  await hears(page, "код партнёра");
  await page.locator("#hint button").click();
  await page.locator("#send").click();
  await hears(page, "Код записали");
  await page.locator("#keyboard button").first().click();
  await page.locator("#phone .dialog .main").click();
  await hears(page, "Готово, Иван");
}

/** Two more rows, so that a sort has something to stir. */
async function crowded() {
  for (const [name, text] of [["Павел", "Пришлите, пожалуйста, акт сверки"], ["Алла", "Можно показ в субботу?"]]) {
    await chat(page, name);
    await write(page, text);
    await hears(page, "Приняли, обращение");
  }
}

const ofIvan = (row) => row.telegram_id === "700001045";

async function story() {
  await page.locator("#write").focus();
  await frame(LOOK);
  await typed("Здравствуйте! Когда сдают корпус 4?");
  await page.keyboard.press("Enter");
  await film(6);
  await hears(page, "Приняли, обращение");
  const [row] = await until("his row", () => place(page, APPEALS, "№", ofIvan));
  await film(3);
  await frame(READ);
  const answer = await place(page, APPEALS, "специалист_ответ", ofIvan);
  await page.locator(`#table td[data-row="${answer[0]}"][data-column="${answer[1]}"]`).click();
  await frame(400);
  await page.keyboard.press("Enter");
  await typed("В марте, ключи – с 15-го.");
  await page.keyboard.press("Enter");
  await frame(LOOK);
  await until("the answer in his chat", async () => (await frame(260), page.locator("#log .bubble", { hasText: "ключи – с 15-го" }).count()));
  await until("the word of delivery", () => place(page, APPEALS, "№", (one) => ofIvan(one) && one["Доставка"].startsWith("доставлено")));
  await film(3);
  await frame(READ);
  return row;
}

/** Somebody sorts the sheet in the midst of a write; the line still finds its row. */
async function sorted() {
  await page.locator("#sorting").click();
  await frame(LOOK);
  await page.locator("#write").focus();
  await typed("Спасибо! А парковка будет?");
  await page.keyboard.press("Enter");
  await until("the new line in his row", async () => {
    await frame(200);
    return place(page, APPEALS, "№", (one) => ofIvan(one) && one["текст_обращений"].includes("парковка"));
  });
  await film(4);
  await frame(READ);
  await page.locator("#sorting").click();
  await until("every line in its own row", async () => {
    await frame(220);
    const lines = (await tab(page, APPEALS)).cells.map((row) => row[4] ?? "");
    return ["акт сверки", "показ в субботу", "парковка", "Договор отправлен"].every((words) => lines.filter((line) => line.includes(words)).length === 1);
  });
  await film(3);
  await frame(READ);
}

/** The account with which the storm ends, as a picture. */
async function stormed() {
  await page.locator("#storm").click();
  await page.locator(".dialog .account-list").waitFor({ timeout: 240_000 });
  await sleep(500);
  await page.screenshot({ path: storm });
}

async function main() {
  rmSync(FRAMES, { recursive: true, force: true });
  mkdirSync(FRAMES);
  const browser = await openBrowser();
  page = await openWindow(browser, url, SIZE);
  await crowded();
  await registered();
  // Small enough for question, status and answer side by side.
  await page.locator("#zoom-out").click();
  await page.locator("#sheet-tabs [role=tab]", { hasText: APPEALS }).click();
  await sleep(600);
  await story();
  await sorted();
  if (storm) await stormed();
  await browser.close();
  await stop();
  const frames = taken.flatMap(({ file, ms }) => ["-d", String(ms), file]);
  execFileSync("img2webp", ["-loop", "0", "-min_size", "-lossy", "-q", "62", "-m", "6", ...frames, "-o", out]);
  const { size } = statSync(out);
  console.log(`${out}: ${taken.length} frames, ${(size / 1000).toFixed(0)} kB`);
  process.exit(size > MOST_BYTES ? 1 : 0);
}

await main();
