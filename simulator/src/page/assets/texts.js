// The page's words in Russian and English.
// Invariant: each text has its twin; the order is Russian, English.

import { settings } from "./settings.js";

const TEXTS = {
  title: ["Sheetdesk – живая демонстрация", "Sheetdesk – live demo"],
  tagline: ["поддержка в Telegram, а офис – Google Таблица", "a Telegram help desk whose office is a Google Sheet"],
  skip: ["К телефону", "Skip to the phone"],
  language: ["Switch to English", "Переключить на русский"],
  theme_auto: ["Тема: как в системе", "Theme: as the system"],
  theme_light: ["Тема: светлая", "Theme: light"],
  theme_dark: ["Тема: тёмная", "Theme: dark"],
  offline: ["Связь с сервером страницы прервалась. Пробуем снова…", "The page's server does not answer. Trying again…"],
  phones: ["Телефоны", "Phones"],
  workbook: ["Таблица", "Spreadsheet"],
  trail: ["Лента", "Trail"],
  strip: ["Что происходит", "What travels"],
  controls: ["Пульт", "Controls"],
  tour: ["Экскурсия", "Tour"],
  views: ["Разделы страницы", "Parts of the page"],
  loading: ["Загружаем…", "Loading…"],
  popups: ["Меню и окна", "Menus and dialogs"],
  ok: ["Хорошо", "OK"],
  cancel: ["Отмена", "Cancel"],
  close: ["Закрыть", "Close"],
  // Phones
  chats: ["Чаты", "Chats"],
  all_chats: ["Все чаты", "All chats"],
  new_person: ["Новый человек", "New person"],
  somebody: ["Кто-то ещё", "Somebody else"],
  unread: ["новое", "new"],
  bot: ["бот", "bot"],
  as_seen_by: ["телефон: {name}", "phone of {name}"],
  members: ["группа, бот внутри", "group, the bot is in"],
  no_bot: ["группа, бота нет", "group, without the bot"],
  empty_chat: ["Здесь пока пусто", "No messages here yet…"],
  empty_hint: ["Нажмите «Начать», как это сделал бы новый партнёр.", "Press “Start”, as a new partner would."],
  start: ["Начать", "Start"],
  message: ["Сообщение", "Message"],
  send: ["Отправить", "Send"],
  attach: ["Прикрепить", "Attach"],
  bot_menu: ["Меню", "Menu"],
  commands: ["Команды бота", "The bot's commands"],
  keyboard_show: ["Показать клавиатуру бота", "Show the bot's keyboard"],
  voice_send: ["Голосовое (образец)", "Voice message (sample)"],
  photo_send: ["Фото (образец)", "Photo (sample)"],
  album_send: ["Альбом из трёх фото (образец)", "Album of three photos (sample)"],
  document_send: ["Документ (образец)", "Document (sample)"],
  own_file: ["Файл с этого компьютера…", "A file of this computer…"],
  foreign_contact: ["Чужой контакт", "Somebody else's contact"],
  share_title: ["Поделиться номером?", "Share your phone number?"],
  share_words: ["Бот «{bot}» узнает номер телефона.", "The bot “{bot}” will see the phone number."],
  share_phone: ["Телефон", "Phone"],
  share: ["Поделиться", "Share"],
  edited: ["изм.", "edited"],
  edited_label: ["Изменено. Показать, что было раньше", "Edited. Show the earlier text"],
  earlier: ["Раньше было:", "Earlier:"],
  react: ["Реакция", "React"],
  reply: ["Ответить", "Reply"],
  edit: ["Изменить", "Edit"],
  copy_text: ["Копировать текст", "Copy text"],
  editing: ["Изменение", "Edit message"],
  replying: ["Ответ: {name}", "Reply to {name}"],
  you: ["Вы", "You"],
  actions: ["Действия с сообщением", "Actions on the message"],
  chat_actions: ["Действия с чатом", "Actions on the chat"],
  block: ["Заблокировать бота", "Block the bot"],
  unblock: ["Разблокировать", "Unblock"],
  blocked: ["Вы заблокировали бота", "You have blocked the bot"],
  deactivate: ["Удалить аккаунт Telegram", "Delete the Telegram account"],
  add_bot: ["Добавить бота в группу", "Add the bot to the group"],
  remove_bot: ["Убрать бота из группы", "Remove the bot from the group"],
  writes_as: ["Пишет", "Writing as"],
  to_bottom: ["К последним сообщениям", "To the latest messages"],
  log: ["Сообщения чата", "Messages of the chat"],
  photo: ["Фото", "Photo"],
  voice: ["Голосовое сообщение", "Voice message"],
  video: ["Видео", "Video"],
  sticker: ["Стикер", "Sticker"],
  play: ["Слушать", "Play"],
  download: ["Скачать", "Download"],
  contact_of: ["Контакт", "Contact"],
  web_app: ["Мини-приложение", "Mini app"],
  web_app_failed: ["Мини-приложение не открылось: {words}", "The mini app did not open: {words}"],
  hint_code: ["Код партнёра: {code}", "Partner code: {code}"],
  hint_insert: ["Вписать код в сообщение", "Put the code into the message"],
  today: ["Сегодня", "Today"],
  copied: ["Скопировано", "Copied"],
  too_large: ["Файл больше 20 МБ: такие Telegram ботам не отдаёт. Отправляем только его размер.", "More than 20 MB: Telegram gives bots no such files. Only its size is sent."],
  other_location: ["📍 Геопозиция", "📍 Location"],
  other_venue: ["📍 Место", "📍 Venue"],
  other_poll: ["📊 Опрос", "📊 Poll"],
  other_dice: ["🎲 Кубик", "🎲 Dice"],
  other_new_chat_members: ["👋 Теперь в группе", "👋 Joined the group"],
  other_left_chat_member: ["🚪 Группу покидает участник", "🚪 Left the group"],
  // Sheet
  cell_name: ["Ячейка", "Cell"],
  formula_bar: ["Строка формул", "Formula bar"],
  tabs: ["Листы таблицы", "Sheets"],
  row_menu: ["Строка {row}", "Row {row}"],
  insert_above: ["Вставить строку выше", "Insert 1 row above"],
  insert_below: ["Вставить строку ниже", "Insert 1 row below"],
  delete_rows: ["Удалить строку", "Delete row"],
  delete_rows_n: ["Удалить строки {from}–{to}", "Delete rows {from}–{to}"],
  move_up: ["Переместить строку вверх", "Move row up"],
  move_down: ["Переместить строку вниз", "Move row down"],
  cut: ["Вырезать", "Cut"],
  copy: ["Копировать", "Copy"],
  paste: ["Вставить", "Paste"],
  clear: ["Очистить", "Clear"],
  sort_asc: ["Сортировать А → Я", "Sort A → Z"],
  sort_desc: ["Сортировать Я → А", "Sort Z → A"],
  filter_by: ["Фильтр по значениям", "Filter by values"],
  filter_of: ["Фильтр столбца «{name}»", "Filter of “{name}”"],
  filter_all: ["Показать все", "Show all"],
  filter_none: ["Скрыть все", "Clear"],
  blanks: ["(Пустые)", "(Blanks)"],
  zoom: ["Масштаб", "Zoom"],
  zoom_in: ["Крупнее", "Zoom in"],
  zoom_out: ["Мельче", "Zoom out"],
  choose: ["Выбрать значение", "Choose a value"],
  add_row_hint: ["Ещё {count} строк", "{count} more rows"],
  warned_title: ["Внимание!", "Heads up!"],
  warned: ["Вы меняете часть листа, которую лучше не менять. Всё равно изменить?", "You're trying to edit part of this sheet that shouldn't be changed accidentally. Edit anyway?"],
  table_named: ["Таблица «{name}»", "Table “{name}”"],
  filtered: ["Показано по фильтру: {shown} из {all}", "{shown} of {all} rows shown"],
  // Strip
  strip_empty: ["Напишите боту или измените ячейку – здесь появится каждый шаг.", "Write to the bot or edit a cell: every step shows up here."],
  in_chats: ["чатов: {count}", "{count} chats"],
  in_tabs: ["листов: {count}", "{count} sheets"],
  mark_typed: ["правка в листе", "edit in the sheet"],
  mark_update: ["сообщение", "update"],
  mark_delivered: ["сохранено", "stored"],
  mark_send: ["ответ в чат", "answer to the chat"],
  mark_edit: ["правка в чате", "edit in the chat"],
  mark_react: ["реакция", "reaction"],
  mark_upload: ["файл в чат", "file to the chat"],
  mark_look: ["чтение листа", "sheet read"],
  mark_write: ["запись в лист", "sheet written"],
  mark_callback: ["лист изменили", "sheet changed"],
  mark_token: ["ключ доступа", "access token"],
  note_cut: ["обрыв", "cut"],
  "note_answer lost": ["ответ потерян", "answer lost"],
  // Controls
  telegram: ["Telegram", "Telegram"],
  sheets: ["Таблицы", "Sheets"],
  weather_calm: ["Норма", "Fine"],
  weather_down: ["Лежит", "Down"],
  weather_slow: ["Медленно", "Slow"],
  weather_too_many: ["429", "429"],
  weather_lossy: ["Теряет", "Lossy"],
  about_calm: ["Всё работает", "All works"],
  about_down: ["Не отвечает вовсе", "Does not answer at all"],
  about_slow: ["Каждый вызов на 2 секунды дольше", "Each call takes 2 seconds longer"],
  about_too_many: ["Отказывает: слишком много запросов", "Refuses: too many requests"],
  about_lossy: ["Каждый третий вызов исполнен, а ответ о нём теряется", "Every third call is carried out and its answer is lost"],
  sorting: ["Сортировка под запись", "Sort under writes"],
  sorting_about: ["Кто-то сортирует лист во время каждой записи", "Somebody sorts the sheet during every write"],
  service: ["Сервис", "Service"],
  service_running: ["работает", "running"],
  service_starting: ["запускается", "starting"],
  service_stopped: ["остановлен", "stopped"],
  service_killed: ["убит", "killed"],
  service_start: ["Запустить", "Start"],
  service_stop: ["Остановить", "Stop"],
  service_kill: ["Убить (kill -9)", "Kill (kill -9)"],
  storm: ["Буря", "Storm"],
  storm_about: ["Минута всех бед сразу: 60 партнёров пишут, всё ломается, сервис падает. В конце – отчёт.", "A minute of every trouble at once: 60 partners write, all fails, the service dies. Ends with the account."],
  storm_left: ["Буря · {left} с", "Storm · {left} s"],
  storm_over: ["Буря прошла. Отчёт", "The storm is over. The account"],
  account: ["Счёт", "Account"],
  account_about: ["По тому, что видели сами Telegram и Таблицы, а не по словам сервиса.", "From what Telegram and Sheets saw themselves, not from the service's word."],
  wrote: ["написали", "written"],
  arrived: ["дошло", "arrived"],
  answered: ["ответил бот", "bot answered"],
  waiting: ["в пути", "on the way"],
  lost: ["потеряно", "lost"],
  twice: ["дважды", "twice"],
  unknown: ["неизвестно", "unknown"],
  answers_typed: ["ответов введено", "answers typed"],
  answers_arrived: ["ответов дошло", "answers arrived"],
  messages_twice: ["сообщений дважды", "messages twice"],
  answers_twice: ["ответов дважды", "answers twice"],
  restarts: ["перезапусков", "restarts"],
  about_wrote: ["сообщений партнёры написали боту", "messages partners wrote to the bot"],
  about_arrived: ["из них стоят в ячейках таблицы", "of them stand in cells of the sheet"],
  about_answered: ["на них бот ответил сам: код, команда", "the bot answered these itself: a code, a command"],
  about_waiting: ["ещё в пути", "still on the way"],
  about_lost: ["не дошли, хотя минуту всё спокойно", "did not arrive, though all was calm for a minute"],
  about_messages_twice: ["стоят в таблице лишний раз", "stand in the sheet once too often"],
  about_unknown: ["строк, где сервис честно сомневается", "rows in which the service admits a doubt"],
  about_answers_typed: ["ответов ввели в таблицу", "answers typed into the sheet"],
  about_answers_arrived: ["пришли в чаты партнёров", "came to the partners' chats"],
  about_answers_twice: ["пришли больше одного раза", "came more than once"],
  about_restarts: ["раз сервис упал и поднялся", "times the service died and rose"],
  // Tour
  tour_about: ["За две минуты: партнёр пишет в Telegram, специалист отвечает в ячейке, всё ломается – и ничего не теряется.", "Two minutes: a partner writes in Telegram, a specialist answers in a cell, everything fails – and nothing is lost."],
  tour_start: ["Начать экскурсию", "Take the tour"],
  tour_next: ["Дальше", "Next"],
  tour_again: ["Ещё раз", "Try again"],
  tour_go_on: ["Можно попробовать ещё раз или выйти из экскурсии: всё сделанное останется.", "Try again, or leave the tour: all that was done stays."],
  tour_back: ["Назад", "Back"],
  tour_leave: ["Выйти", "Leave"],
  tour_steps: ["Шаги", "Steps"],
  tour_step: ["Шаг {n} из {all}", "Step {n} of {all}"],
  tour_playing: ["Идёт…", "Playing…"],
  tour_seen: ["Увидели: {words}", "Seen: {words}"],
  tour_done: ["Это всё. Теперь таблица и телефоны ваши.", "That is all. The sheet and the phones are yours now."],
  tour_none: ["Экскурсию ведёт команда «sheetdesk demo».", "The tour comes with “sheetdesk demo”."],
  tour_link: ["Ссылка на этот шаг", "Link to this step"],
};

/** The text of that name in the reader's language; `{name}` takes what `values` holds. */
export function t(name, values = {}) {
  const pair = TEXTS[name];
  const text = pair ? pair[settings.language === "ru" ? 0 : 1] : name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const has = (name) => name in TEXTS;

/** The reader's side of a pair of texts that came from the server. */
export const side = (pair) => (typeof pair === "string" ? pair : (pair?.[settings.language] ?? pair?.ru ?? ""));

/** Puts the words into the page's fixed elements. */
export function speak(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  document.title = t("title");
}

const two = (number) => String(number).padStart(2, "0");

export const clockTime = (at) => ((date) => `${two(date.getHours())}:${two(date.getMinutes())}`)(new Date(at));
export const clockSeconds = (at) => `${clockTime(at)}:${two(new Date(at).getSeconds())}`;

export function day(at) {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return t("today");
  return date.toLocaleDateString(settings.language === "ru" ? "ru-RU" : "en-GB", { day: "numeric", month: "long" });
}

export function fileSize(bytes) {
  if (bytes === null || bytes === undefined) return "";
  const units = settings.language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  const power = bytes < 1024 ? 0 : bytes < 1048576 ? 1 : 2;
  const number = bytes / 1024 ** power;
  return `${power && number < 100 ? number.toFixed(1) : Math.round(number)} ${units[power]}`;
}
