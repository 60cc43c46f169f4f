// The picture of docs/SHEETS.md: `node sheet.mjs ../../target/release/sheetdesk ../../docs/sheet.png`.
// Invariant: what is seen was written by the service, in the workbook that `setup sheets` has furnished; takes a little over a minute.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, openWindow, sleep, until } from "./browser.mjs";

const [, , program, out = "sheet.png"] = process.argv;
const TAB = "обращения";
const BOOK = "demo-workbook";
const MOST_BYTES = 200_000;
const PEOPLE = { marina: 700001042, pavel: 700001043, alla: 700001044, ivan: 700001045 };
const directory = mkdtempSync(join(tmpdir(), "sheet-"));

/** The stand-ins, and what a service beside them is told. */
async function standIns() {
  const ports = ["--telegram-listen", "--sheets-listen", "--page-listen"].flatMap((option) => [option, "127.0.0.1:0"]);
  const child = spawn(program, ["simulate", "--no-browser", ...ports], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (piece) => (said += piece));
  await until("the stand-ins", () => said.includes("# An edit by hand"), async () => said);
  const told = [...said.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]);
  return { child, page: /The page: (\S+)/.exec(said)[1], told: Object.fromEntries(told) };
}

const { child, page: url, told } = await standIns();
const env = { ...process.env, ...told, SHEETDESK_DATA_DIR: join(directory, "data"), SHEETDESK_APPEALS__ANSWER_WITHIN: "1", SHEETDESK_LOG__FILTER: "error" };
execFileSync(program, ["setup", "sheets"], { env, stdio: "inherit" });
const service = spawn(program, ["serve"], { env, stdio: ["ignore", "inherit", "inherit"] });

async function call(base, path, body) {
  const answer = await fetch(base + path, { method: body ? "POST" : "GET", headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

const telegram = (path, body) => call(told.SHEETDESK_TELEGRAM__API_URL, `/sim${path}`, body);
const sheets = (path, body) => call(told.SHEETDESK_SHEETS__API_URL, `/sim/workbooks/${BOOK}${path}`, body);
const writes = (who, text) => telegram(`/people/${PEOPLE[who]}/write`, { text });

/** The row of a partner's that shows these words, by its headers. */
async function row(who, words) {
  const { rows } = await sheets(`/tabs/${encodeURIComponent(TAB)}`);
  const [headers, ...lines] = rows;
  const at = lines.findIndex((line) => line[3] === String(PEOPLE[who]) && line.some((cell) => cell.includes(words)));
  return at < 0 ? null : { at: at + 2, headers };
}

async function asks(who, text) {
  await writes(who, text);
  await until(`the row of ${who}`, () => row(who, text));
}

async function types(who, words, header, text) {
  const { at, headers } = await row(who, words);
  const column = String.fromCharCode(65 + headers.indexOf(header));
  await sheets("/type", { tab: TAB, cell: `${column}${at}`, text });
}

/** He rates the appeal that is closed. */
async function rates(who, label) {
  const closed = ({ reply_markup: markup }) => markup?.inline_keyboard?.flat().find(({ text }) => text === label);
  const asked = await until(`${who} is asked`, async () => (await telegram(`/chats/${PEOPLE[who]}/messages`)).findLast(closed));
  await telegram(`/people/${PEOPLE[who]}/press`, { message_id: asked.message_id, data: closed(asked).callback_data });
}

async function answers(who, words, text) {
  await types(who, words, "специалист_ответ", text);
  await until(`the answer to ${who}`, () => row(who, `Специалист: ${text.split("\n").at(-1)}`));
}

async function registers(who, code, phone_number) {
  await writes(who, "/start");
  await writes(who, code);
  await telegram(`/people/${PEOPLE[who]}/contact`, { phone_number });
  await until(`${who} is registered`, async () => JSON.stringify(await telegram(`/chats/${PEOPLE[who]}/messages`)).includes("Готово"));
}

async function play() {
  await telegram("/people", { id: PEOPLE.alla, first_name: "Алла", language_code: "ru", known: true });
  await asks("pavel", "Здравствуйте! Где посмотреть акт сверки за октябрь? В кабинете его нет, а клиент ждёт к вечеру.");
  await registers("marina", "П-1042", "79123456789");
  await registers("ivan", "1045", "79161112233");
  await asks("marina", "Добрый день! Можно перенести показ на субботу?");
  await types("marina", "перенести показ", "Ответственный", "Крылова");
  await answers("marina", "перенести показ", "// клиент из Твери, просит окно с 12 до 14\nДа, в субботу с 12:30. Ключи у охраны, скажите «корпус 4».");
  await asks("ivan", "Когда сдают корпус 4?");
  await answers("ivan", "корпус 4", "В марте, ключи – с 15-го.");
  await types("ivan", "корпус 4", "статус", "Решено");
  await rates("ivan", "👍");
  await until("his rating", () => row("ivan", "👍"));
  await until("the wait of Pavel is overdue", () => row("pavel", "просрочено"), undefined, 120_000);
  await writes("marina", "Спасибо! А парковка там есть?");
  await until("her second question", () => row("marina", "парковка"));
  await asks("alla", "Подскажите комиссию по «Берёзовой роще»");
  await sleep(2000);
}

/** The grid alone, as wide as it is. */
async function picture() {
  const browser = await openBrowser();
  const page = await openWindow(browser, url, { width: 2000, height: 900 });
  await page.locator("#sheet-tabs [role=tab]", { hasText: TAB }).click();
  await page.locator("#view-workbook").evaluate((view) => Object.assign(view.style, { position: "fixed", inset: "0", zIndex: "99" }));
  await sleep(500);
  const last = await page.locator("#table td", { hasText: "Берёзовой роще" }).first().boundingBox();
  const top = await page.locator("#table").boundingBox();
  const right = await page.locator("#table thead th").last().boundingBox();
  await page.screenshot({ path: out, clip: { x: top.x, y: top.y, width: right.x + right.width - top.x, height: last.y + last.height - top.y } });
  await browser.close();
}

try {
  await play();
  await picture();
} finally {
  service.kill("SIGTERM");
  child.kill("SIGTERM");
  rmSync(directory, { recursive: true, force: true });
}
const { size } = statSync(out);
console.log(`${out}: ${(size / 1000).toFixed(0)} kB`);
process.exit(size > MOST_BYTES ? 1 : 0);
