// The demo's page in a real browser: `node page.mjs ../../target/release/sheetdesk`, or the address of a page that is served by
// `sheetdesk demo --no-tour --no-browser`. A second argument chooses steps by a word of theirs; STORM=no leaves the storm out.
// Invariant: only what a person could do is done, by clicks and keys; a failure leaves a screenshot in `failures/` and ends with 1.

import { mkdirSync } from "node:fs";
import { accessible, cell, chat, hears, openBrowser, openWindow, pageOf, place, sleep, state, tab, typeInto, until, write } from "./browser.mjs";

const { url, stop } = await pageOf(process.argv[2] ?? "http://127.0.0.1:8080/");
const APPEALS = "обращения";
const PARTNERS = "список сотрудников для авторизации";
const IVAN = "700001045";
/** She asks from the beginning. */
const ALLA = "700001044";

/** The step that fails at once where the service is away. */
const BREAKS = "link";

const ofIvan = (row) => row.telegram_id === IVAN;

const steps = {
  "the tour is clicked through": async ({ page }) => {
    const { tour } = (await state(page)).backstage;
    if (!tour?.steps?.length) return;
    const reached = (index) => until(`step ${tour.steps[index].id}`, async () => {
      const now = (await state(page)).backstage.tour;
      if (now.failed) throw new Error(JSON.stringify(now.failed));
      return now.at > index && !now.playing;
    }, undefined, 120_000);
    await page.locator("#tour-open").click();
    if (tour.at > 0) {
      await page.locator("#tour-list").click();
      await page.getByRole("menuitemradio").first().click();
    }
    for (let index = 0; index < tour.steps.length; index += 1) {
      if (tour.steps[index].id === BREAKS) await fails(page, tour.steps[index]);
      await reached(index);
      await page.locator("#tour h2", { hasText: tour.steps[index].title.ru }).waitFor();
      await until("the address of the step", async () => page.url().endsWith(`#${encodeURIComponent(tour.steps[index].id)}`), async () => page.url());
      if (index % 5 === 0) await accessible(page, `step ${tour.steps[index].id}`);
      if (tour.steps[index + 1]?.id === BREAKS) await kill(page);
      await page.locator("#tour-next").click();
    }
    await page.goto(`${url}#${tour.steps[4].id}`);
    await page.reload();
    await page.locator("#tour h2", { hasText: tour.steps[4].title.ru }).waitFor();
    await page.locator("#tour-leave").click();
  },

  "the phones are those of the sample, and the sheet is furnished": async ({ page }) => {
    for (const name of ["Марина", "Иван", "Павел", "Алла", "Оператор", "Специалисты", "Отдел продаж"]) await page.locator("#chats [role=tab]", { hasText: name }).waitFor();
    await page.locator("#sheet-tabs [role=tab]", { hasText: "Акции" }).click();
    const at = await place(page, "Акции", "Действие", (row) => row["Название"] === "Зимняя ипотека");
    await cell(page, at).locator(".cell-button.list").click();
    await page.getByRole("menuitemradio", { name: "Опубликовать" }).waitFor();
    await accessible(page, "a drop-down");
    await page.keyboard.press("Escape");
    const heavy = await page.locator("#table tr.frozen td", { hasText: "Действие" }).evaluate((header) => getComputedStyle(header.firstElementChild).fontWeight);
    if (Number(heavy) < 700) throw new Error(`the header is not bold but ${heavy}`);
  },

  "a stranger registers by clicks": async ({ page }) => {
    await chat(page, "Иван");
    await page.locator("#start").click();
    await hears(page, "пришлите код партнёра");
    await page.locator("#hint button").click();
    await page.locator("#send").click();
    await hears(page, "Код записали");
    await page.locator("#keyboard button", { hasText: "Отправить мой номер" }).click();
    await page.locator("#phone .dialog .main").click();
    await hears(page, "Готово, Иван");
    const authorized = (row) => row["Telegram ID"] === IVAN && row["Статус авторизации"] === "авторизован";
    await until("his row in the list", () => place(page, PARTNERS, "ФИО партнера", authorized));
  },

  "an appeal with a picture is a row": async ({ page }) => {
    await write(page, "Не открывается договор");
    await hears(page, "Приняли, обращение");
    await page.locator("#attach").click();
    await page.getByRole("menuitem").first().click();
    await page.locator("#log .mine img").first().waitFor();
    await until("his row", () => place(page, APPEALS, "№", ofIvan), async () => JSON.stringify((await tab(page, APPEALS)).cells));
    await page.locator("#log .mine .reaction").first().waitFor();
  },

  "an answer typed into the grid is in the chat": async ({ page }) => {
    await page.locator("#sheet-tabs [role=tab]", { hasText: APPEALS }).click();
    const at = await place(page, APPEALS, "специалист_ответ", ofIvan);
    await typeInto(page, at, "Договор прислали на почту.");
    await hears(page, "Договор прислали на почту.");
    await until("the word of delivery", () => place(page, APPEALS, "№", (row) => ofIvan(row) && row["Доставка"].startsWith("доставлено")));
    await until("the empty cell", async () => (await cell(page, at).innerText()).trim() === "");
  },

  "he corrects himself and replies": async ({ page }) => {
    await page.locator("#log .mine", { hasText: "Не открывается договор" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Изменить" }).click();
    await page.locator("#write").fill("Не открывается договор № 17");
    await page.locator("#send").click();
    await page.locator("#log .mine button.edited").first().click();
    await page.locator("#log .earlier", { hasText: "Не открывается договор" }).waitFor();
    await page.locator("#log .theirs", { hasText: "прислали на почту" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Ответить" }).click();
    await write(page, "Получил, спасибо!");
    await page.locator("#log .mine .quote").first().waitFor();
  },

  "specialists take it, answer it and mend their words in their chat": async ({ page }) => {
    await chat(page, "Специалисты");
    await page.locator("#speaker button", { hasText: "Ольга" }).click();
    await page.getByRole("menuitemradio", { name: "Дмитрий" }).click();
    const head = page.locator("#log .message", { hasText: "Лебедев Иван Сергеевич" }).first();
    await head.locator(".inline button", { hasText: "Беру" }).click();
    await hears(page, "В работе: Дмитрий Седов");
    await replyTo(page, head);
    await write(page, "Пришлём копию сегодня");
    await hears(page, "Доставлено в ");
    await accessible(page, "the specialists' chat");
    const named = (row) => ofIvan(row) && row["Ответственный"] === "Дмитрий Седов" && row["текст_обращений"].includes("(Дмитрий Седов): Пришлём копию сегодня");
    await until("his name in the row", () => place(page, APPEALS, "№", named));
    await page.locator("#log .mine", { hasText: "Пришлём копию сегодня" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Изменить" }).click();
    await write(page, "Пришлём копию завтра");
    await hears(page, "Исправлено у партнёра в ");
    await replyTo(page, head);
    await page.locator("#attach").click();
    await page.getByRole("menuitem").first().click();
    await page.locator("#about").waitFor({ state: "hidden" });
    await chat(page, "Иван");
    await hears(page, "Пришлём копию завтра");
    await page.locator("#log .theirs img").first().waitFor();
    if (await page.locator("#log .theirs .text", { hasText: "копию сегодня" }).count()) throw new Error("he has the words of before");
    await chat(page, "Специалисты");
    await head.locator("a").click();
    await page.locator("#sheet-tabs [aria-selected=true]", { hasText: APPEALS }).waitFor();
    await chat(page, "Иван");
  },

  "a status chosen from the drop-down reaches the partner": async ({ page }) => {
    // A message that nobody has seen in the sheet yet would open the appeal again.
    const hasAll = (row) => ofIvan(row) && row["текст_обращений"].includes("Получил, спасибо!");
    const at = await until("what he wrote last", () => place(page, APPEALS, "статус", hasAll));
    await cell(page, at).locator(".value-chip", { hasText: "В работе" }).click();
    await page.getByRole("menuitemradio", { name: "Решено" }).click();
    await hears(page, "решено. Если");
    await cell(page, at).locator(".value-chip", { hasText: "Решено" }).waitFor();
    await page.locator("#log .inline button", { hasText: "👍" }).last().click();
    await hears(page, "Ваша оценка: 👍");
    await until("the rating", () => place(page, APPEALS, "№", (row) => ofIvan(row) && row["Оценка"] === "👍"));
  },

  "Telegram goes down and comes back: nothing is lost": async ({ page }) => {
    await page.locator("#weather-telegram [data-weather=down]").click();
    await page.locator("#weather-telegram [data-weather=down][aria-checked=true]").waitFor();
    await write(page, "Это во время сбоя");
    await sleep(1500);
    if (await place(page, APPEALS, "№", (row) => row["текст_обращений"].includes("во время сбоя"))) throw new Error("Telegram was not down");
    await page.locator("#weather-telegram [data-weather=calm]").click();
    const row = () => place(page, APPEALS, "№", (one) => one["текст_обращений"].includes("во время сбоя"));
    await until("what he wrote meanwhile", row, undefined, 90_000);
  },

  "every switch shows what is on": async ({ page }) => {
    for (const side of ["telegram", "sheets"]) {
      for (const weather of ["slow", "too_many", "lossy", "down", "calm"]) {
        await page.locator(`#weather-${side} [data-weather=${weather}]`).click();
        await page.locator(`#weather-${side} [data-weather=${weather}][aria-checked=true]`).waitFor();
        const { weather: now } = await state(page);
        if (now[side] !== weather) throw new Error(`${side} is ${now[side]}, not ${weather}`);
      }
    }
    for (const on of ["true", "false"]) {
      await page.locator("#sorting").click();
      await page.locator(`#sorting[aria-checked=${on}]`).waitFor();
    }
  },

  "the service is killed and started again": async ({ page }) => {
    if (!(await page.locator("#service").isVisible())) return;
    await kill(page);
    await write(page, "Это без сервиса");
    await page.locator("[data-act='service/start']").click();
    await page.locator("[data-act='service/kill']").waitFor();
    const row = () => place(page, APPEALS, "№", (one) => one["текст_обращений"].includes("без сервиса"));
    await until("what he wrote meanwhile", row, undefined, 90_000);
  },

  "a filter view hides and sorts for whoever looks through it": async ({ page, browser }) => {
    await page.locator("#sheet-tabs [role=tab]", { hasText: APPEALS }).click();
    await chooseView(page, "Закрытые");
    const closed = await column(page, "статус");
    if (!closed.length || closed.some(({ text }) => text !== "Решено")) throw new Error(JSON.stringify(closed));
    const other = await openWindow(browser, url);
    if ((await column(other, "статус")).length <= closed.length || await other.locator("#filter-bar").isVisible()) throw new Error("the others see it, too");
    await other.close();
    await chooseView(page, "Ждут ответа");
    const waits = await column(page, "Ждёт с");
    const texts = waits.map(({ text }) => text);
    if (texts.length < 2 || texts.includes("") || texts.join() !== texts.toSorted().join()) throw new Error(JSON.stringify(texts));
    const at = (row) => cell(page, [row, 0]);
    await at(waits[0].row).click();
    await page.keyboard.press("ArrowDown");
    if ((await page.locator("#cell-name").inputValue()) !== `A${waits[1].row + 1}`) throw new Error("the arrows do not follow the view");
    const alla = (row) => row.telegram_id === ALLA;
    await typeInto(page, await place(page, APPEALS, "специалист_ответ", alla), "Пять процентов.");
    const [row] = await place(page, APPEALS, "№", alla);
    await at(row).waitFor({ state: "hidden" });
    await page.locator("#filter-bar button").click();
    await page.locator("#filter-bar").waitFor({ state: "hidden" });
    await at(row).waitFor();
  },

  "rows are inserted, dragged, sorted, filtered": async ({ page }) => {
    await page.locator("#sheet-tabs [role=tab]", { hasText: PARTNERS }).click();
    await cell(page, [3, 0]).filter({ hasText: "П-1044" }).waitFor();
    const first = async (row) => (await tab(page, PARTNERS)).cells[row]?.[0] ?? "";
    const is = (row, text) => until(`${text} in row ${row + 1}`, async () => (await first(row)) === text, async () => JSON.stringify(await first(row)));
    await page.locator("#table th.number[data-row='3']").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Вставить строку выше" }).click();
    await is(4, "П-1044");
    await page.locator("#table th.number[data-row='3']").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Удалить строку" }).click();
    await is(3, "П-1044");
    await page.locator("#table th.number[data-row='3']").dragTo(page.locator("#table th.number[data-row='5']"), { targetPosition: { x: 20, y: 18 } });
    await is(5, "П-1044");
    await page.locator("#table th.number[data-row='5']").click();
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menuitem", { name: "Переместить строку вверх" }).click();
    await is(4, "П-1044");
  },

  "two windows see the same": async ({ page, browser }) => {
    const other = await openWindow(browser, url, { locale: "en-GB" });
    await other.getByRole("tab", { name: "Spreadsheet" }).or(other.locator("#book-title")).first().waitFor({ state: "attached" });
    await chat(other, "Иван");
    await write(page, "Видно в двух окнах");
    await hears(other, "Видно в двух окнах");
    if (!(await other.locator("#storm").innerText()).includes("Storm")) throw new Error("the other window does not speak English");
    failIfFaulty(other);
    await other.close();
  },

  "the keyboard is enough": async ({ page }) => {
    await page.locator("#write").focus();
    await page.keyboard.type("/he");
    await page.locator("#commands [role=option]").first().waitFor();
    await page.keyboard.press("Enter");
    await hears(page, "/help");
    await page.locator("#sheet-tabs [aria-selected=true]").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("#sheet-tabs [aria-selected=true]", { hasText: APPEALS }).waitFor();
    await page.locator("#sheet:not([inert]) td[tabindex='0']").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    if ((await page.locator("#cell-name").inputValue()) !== "B2") throw new Error(`the keys lead to ${await page.locator("#cell-name").inputValue()}`);
    await page.keyboard.press("F2");
    await page.locator("#table textarea.editor").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#log").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem").first().waitFor();
    await page.keyboard.press("Escape");
  },

  "axe finds nothing, in both themes": async ({ page }) => {
    await page.locator("#sheet-tabs [role=tab]", { hasText: APPEALS }).click();
    await page.locator("#sheet td.filled .value-chip").first().scrollIntoViewIfNeeded();
    for (const theme of ["auto", "light", "dark"]) {
      await accessible(page, theme);
      await page.locator("#attach").click();
      await accessible(page, `${theme}, a menu`);
      await page.keyboard.press("Escape");
      await page.locator("#account").click();
      await accessible(page, `${theme}, the account`);
      await page.keyboard.press("Escape");
      await chooseView(page, "Закрытые");
      await accessible(page, `${theme}, a filter view`);
      await page.locator("#filter-bar button").click();
      await page.locator("#theme").click();
    }
  },

  "360 pixels are enough": async ({ browser }) => {
    const small = await openWindow(browser, url, { width: 360, height: 740 });
    for (const [index, part] of ["#phone", "#sheet", "#strip", "#weather-telegram", "#tour"].entries()) {
      await small.locator("#views [role=tab]").nth(index).click();
      await small.locator(part).waitFor();
      const wide = await small.evaluate(() => document.documentElement.scrollWidth);
      if (wide > 360) throw new Error(`${part} is ${wide} pixels wide`);
      await accessible(small, part);
      if (part !== "#sheet") continue;
      await chooseView(small, "Закрытые");
      await accessible(small, "a filter view");
    }
    failIfFaulty(small);
    await small.close();
  },

  "the storm ends with an account": async ({ page }) => {
    const { storm } = (await state(page)).backstage;
    if (!storm || process.env.STORM === "no") return;
    await page.locator("#storm").click();
    await page.locator("#storm.running").waitFor();
    await page.locator(".dialog .account-list").waitFor({ timeout: 240_000 });
    const { account } = (await state(page)).backstage.storm;
    if (account.lost !== 0 || account.partners !== 60) throw new Error(JSON.stringify(account));
    await accessible(page, "the storm's account");
    await page.keyboard.press("Escape");
  },
};

/** Begins an answer to a message. */
async function replyTo(page, message) {
  await message.locator(".text").first().click({ button: "right" });
  await page.getByRole("menuitem", { name: "Ответить" }).click();
}

/** Opens a filter view of the tab on show. */
async function chooseView(page, title) {
  await page.locator("#filter-views").click();
  await page.getByRole("menuitemradio", { name: title }).click();
  await page.locator("#filter-bar", { hasText: title }).waitFor();
}

/** What stands under a header of the appeals, row by row as the grid shows them. */
async function column(page, header) {
  const { cells } = await tab(page, APPEALS);
  const at = cells[0].indexOf(header);
  await page.locator(`#table td[data-row="0"][data-column="${at}"]`, { hasText: header }).waitFor({ state: "attached" });
  const shown = await page.locator(`#table tbody tr:not([hidden]):not(.frozen) td[data-column="${at}"]`).all();
  const read = shown.map(async (one) => ({ row: Number(await one.getAttribute("data-row")), text: (await one.innerText()).trim() }));
  return (await Promise.all(read)).filter(({ row }) => row < cells.length);
}

/** The step in hand cannot hold: the page says which and why, and goes on once the service is there again. */
async function fails(page, { title }) {
  await page.locator("#tour .failed", { hasText: title.ru }).waitFor();
  await page.locator("#tour .failed", { hasText: "попробовать ещё раз или выйти" }).waitFor();
  await accessible(page, "a step that failed");
  await page.locator("[data-act='service/start']").click();
  await page.locator("[data-act='service/kill']").waitFor();
  await page.locator("#tour-next", { hasText: "Ещё раз" }).click();
  await page.locator("#tour .failed").waitFor({ state: "detached" });
}

async function kill(page) {
  await page.locator("[data-act='service/kill']").click();
  await page.locator("[data-act='service/start']").waitFor();
}

function failIfFaulty(page) {
  if (page.faults.length) throw new Error(page.faults.join("; "));
}

async function main() {
  const browser = await openBrowser();
  const page = await openWindow(browser, url);
  const only = process.argv[3];
  let failed = 0;
  for (const [name, act] of Object.entries(steps)) {
    if (only && !name.includes(only)) continue;
    const began = Date.now();
    try {
      await act({ page, browser });
      failIfFaulty(page);
      console.log(`✓ ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      mkdirSync("failures", { recursive: true });
      await page.screenshot({ path: `failures/${failed}.png` }).catch(() => {});
      console.log(`✗ ${name}: ${error.message}`);
      page.faults.length = 0;
      await page.keyboard.press("Escape").catch(() => {});
    }
  }
  await browser.close();
  await stop();
  process.exit(failed ? 1 : 0);
}

await main();
