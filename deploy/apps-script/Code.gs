/**
 * Sheetdesk: сообщает сервису, что в таблице что-то изменили, – и ответ уходит партнёру сразу, а не через минуту.
 * Sheetdesk: tells the service that somebody has edited the sheet, so that an answer leaves at once and not within a minute.
 *
 * A call is only a hint: the service looks at the sheet by itself as well, so a lost call costs time and nothing else.
 * Every name here begins with "sheetdesk", so the file may stand beside any other script of the spreadsheet.
 */

/** Keys of the script properties. */
var SHEETDESK_KEYS = {
  url: 'SHEETDESK_URL', // the service's public address
  secret: 'SHEETDESK_SECRET', // whsec_…, signs the calls
  tabs: 'SHEETDESK_TABS', // names of the tabs to watch, one a line; empty: all
  trouble: 'SHEETDESK_TROUBLE', // what went wrong last, for «Проверить связь»
};

/** Edits of so many milliseconds become one call. */
var SHEETDESK_GATHER_MS = 2000;
/** For how many seconds a call that is being prepared is waited for; an execution that died is forgotten then. */
var SHEETDESK_PENDING_S = 30;
/** Pauses before the second and the third try, in milliseconds. */
var SHEETDESK_PAUSES_MS = [1000, 4000];
/** How long to wait for other executions of this script, in milliseconds. */
var SHEETDESK_LOCK_MS = 5000;

/** The triggers that must stand: which function, and how its trigger is made. */
var SHEETDESK_TRIGGERS = {
  sheetdeskOnEdit: function (spreadsheet) { return ScriptApp.newTrigger('sheetdeskOnEdit').forSpreadsheet(spreadsheet).onEdit(); },
  sheetdeskOnChange: function (spreadsheet) { return ScriptApp.newTrigger('sheetdeskOnChange').forSpreadsheet(spreadsheet).onChange(); },
  sheetdeskMenu: function (spreadsheet) { return ScriptApp.newTrigger('sheetdeskMenu').forSpreadsheet(spreadsheet).onOpen(); },
  sheetdeskCheckTriggers: function () { return ScriptApp.newTrigger('sheetdeskCheckTriggers').timeBased().everyDays(1); },
};

/** Triggers of earlier versions of this script: they go when the triggers are made anew. */
var SHEETDESK_FORMER_TRIGGERS = ['sheetdeskKeepTriggers'];

/**
 * Run this once, in the script editor; afterwards it is the menu's «Включить уведомления»: it keeps the settings, makes all triggers anew
 * and shows the menu. It takes a person: a trigger that a trigger has made may never fire.
 */
function sheetdeskInstall() {
  if (typeof sheetdeskSettings === 'function') {
    PropertiesService.getScriptProperties().setProperties(sheetdeskSettings());
  }
  sheetdeskMakeTriggers_();
  PropertiesService.getScriptProperties().deleteProperty(SHEETDESK_KEYS.trouble);
  sheetdeskMenu();
}

/** Installable onEdit: somebody has typed or pasted. */
function sheetdeskOnEdit(event) {
  sheetdeskTell_(event.source, event.range.getSheet().getName());
}

/**
 * Installable onChange: rows were inserted, deleted, sorted or pasted. It does not say where, so the open tab it is. Edits are onEdit's:
 * here they may be the service's own, and each would cost an execution and a look. Colours are nobody's business.
 */
function sheetdeskOnChange(event) {
  if (event.changeType !== 'EDIT' && event.changeType !== 'FORMAT') {
    sheetdeskTell_(event.source, event.source.getActiveSheet().getName());
  }
}

/** Installable onOpen: the menu. */
function sheetdeskMenu() {
  SpreadsheetApp.getUi()
    .createMenu('Sheetdesk')
    .addItem('Проверить связь', 'sheetdeskCheckConnection')
    .addItem('Включить уведомления', 'sheetdeskInstall')
    .addToUi();
}

/** Every day: triggers get lost when an account changes. It only says so, for «Проверить связь»: only a person can make them anew. */
function sheetdeskCheckTriggers() {
  var lost = sheetdeskLostTriggers_();
  if (lost.length > 0) {
    sheetdeskRemember_({ words: 'нет уведомлений ' + lost.join(', ') });
  }
}

/** Makes all triggers of ours anew: one that stands may be dead. Triggers of other scripts are not touched. */
function sheetdeskMakeTriggers_() {
  var ours = Object.keys(SHEETDESK_TRIGGERS).concat(SHEETDESK_FORMER_TRIGGERS);
  ScriptApp.getProjectTriggers().forEach(function (trigger) {
    if (ours.indexOf(trigger.getHandlerFunction()) >= 0) {
      ScriptApp.deleteTrigger(trigger);
    }
  });
  Object.keys(SHEETDESK_TRIGGERS).forEach(function (handler) {
    SHEETDESK_TRIGGERS[handler](SpreadsheetApp.getActiveSpreadsheet()).create();
  });
}

/** The trigger of an earlier version: it does what today's does. */
function sheetdeskKeepTriggers() {
  sheetdeskCheckTriggers();
}

/** The menu's «Проверить связь»: one call now, and what came of it. */
function sheetdeskCheckConnection() {
  var spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  var tab = spreadsheet.getActiveSheet().getName();
  var words = [sheetdeskVerdict_(sheetdeskSend_(spreadsheet.getId(), tab), tab)];
  var lost = sheetdeskLostTriggers_();
  if (lost.length > 0) {
    words.push('Уведомления включены не полностью. Выберите в меню Sheetdesk пункт «Включить уведомления».');
  }
  var trouble = PropertiesService.getScriptProperties().getProperty(SHEETDESK_KEYS.trouble);
  if (trouble) {
    words.push('Последняя неудача: ' + trouble);
  }
  SpreadsheetApp.getUi().alert('Sheetdesk', words.join('\n\n'), SpreadsheetApp.getUi().ButtonSet.OK);
}

/** Gathers the edits of a moment into one call. Whoever comes first waits and calls, whoever comes meanwhile leaves it to him. */
function sheetdeskTell_(spreadsheet, tab) {
  try {
    if (!sheetdeskIsWatched_(tab) || !sheetdeskIsFirst_(tab)) {
      return;
    }
    Utilities.sleep(SHEETDESK_GATHER_MS);
    // Taken back before the call: what is edited from now on needs another.
    CacheService.getScriptCache().remove(sheetdeskPending_(tab));
    var outcome = sheetdeskSend_(spreadsheet.getId(), tab);
    if (outcome.status !== 202) {
      sheetdeskRemember_(outcome);
    }
  } catch (error) {
    // Nobody who edits a cell shall see an error of ours.
    sheetdeskRemember_({ status: 0, words: String(error) });
  }
}

/** Whether no call for this tab is being prepared; from now on one is. */
function sheetdeskIsFirst_(tab) {
  var lock = LockService.getScriptLock();
  if (!lock.tryLock(SHEETDESK_LOCK_MS)) {
    return true; // one call too many does no harm, one too few would
  }
  try {
    var cache = CacheService.getScriptCache();
    var key = sheetdeskPending_(tab);
    if (cache.get(key) !== null) {
      return false;
    }
    cache.put(key, '1', SHEETDESK_PENDING_S);
    return true;
  } finally {
    lock.releaseLock();
  }
}

/** Keys of the cache are short and plain, names of tabs are neither. */
function sheetdeskPending_(tab) {
  var digest = Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, Utilities.newBlob(tab).getBytes());
  return 'sheetdesk-' + Utilities.base64Encode(digest);
}

function sheetdeskIsWatched_(tab) {
  var tabs = PropertiesService.getScriptProperties().getProperty(SHEETDESK_KEYS.tabs);
  return !tabs || tabs.split('\n').map(sheetdeskFold_).indexOf(sheetdeskFold_(tab)) >= 0;
}

/** Latin letters that look like Cyrillic ones, and ё: each as the letter below it. */
var SHEETDESK_ALIKE = ['abcehkmoptxyё', 'авсенкмортхуе'];

/**
 * A name as the service compares it: without marks that nobody sees, white space of any kind as single spaces, none at the ends,
 * in lower case, look-alike letters as one, no colon at the end.
 */
function sheetdeskFold_(name) {
  var visible = name.replace(/[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu, '');
  var composed = visible.toLowerCase().replace(/и\u0306/g, 'й').replace(/е\u0308/g, 'е');
  var alike = composed.replace(/[a-zё]/g, function (letter) {
    var at = SHEETDESK_ALIKE[0].indexOf(letter);
    return at < 0 ? letter : SHEETDESK_ALIKE[1][at];
  });
  return alike.replace(/[\s\u0085]+/g, ' ').trim().replace(/:+$/, '').trim();
}

/** Calls the service, three times at most. Answers with the HTTP status, 0 where there is none, and with words for people. */
function sheetdeskSend_(spreadsheetId, tab) {
  var properties = PropertiesService.getScriptProperties();
  var url = properties.getProperty(SHEETDESK_KEYS.url);
  var secret = properties.getProperty(SHEETDESK_KEYS.secret);
  if (!url || !secret) {
    return { status: -1, words: 'адрес или секрет не заданы' };
  }
  var message = { id: 'msg_' + Utilities.getUuid(), body: JSON.stringify({ spreadsheet_id: spreadsheetId, tab: tab }) };
  var outcome = sheetdeskTry_(url, secret, message);
  for (var i = 0; i < SHEETDESK_PAUSES_MS.length && sheetdeskMayPass_(outcome.status); i++) {
    Utilities.sleep(SHEETDESK_PAUSES_MS[i]);
    outcome = sheetdeskTry_(url, secret, message);
  }
  return outcome;
}

/** Whether the trouble may pass by itself: no answer, too many calls, or a fault of the server's. */
function sheetdeskMayPass_(status) {
  return status === 0 || status === 429 || status >= 500;
}

function sheetdeskTry_(url, secret, message) {
  var timestamp = String(Math.floor(Date.now() / 1000));
  try {
    var response = UrlFetchApp.fetch(url.replace(/\/+$/, '') + '/sheets/changed', {
      method: 'post',
      contentType: 'application/json; charset=utf-8',
      payload: Utilities.newBlob(message.body).getBytes(),
      headers: {
        'webhook-id': message.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': 'v1,' + sheetdeskSign_(secret, message.id + '.' + timestamp + '.' + message.body),
      },
      muteHttpExceptions: true,
      followRedirects: false,
    });
    var status = response.getResponseCode();
    return { status: status, words: 'ответ ' + status, body: response.getContentText() };
  } catch (error) {
    return { status: 0, words: String(error) };
  }
}

/** Standard Webhooks: HMAC-SHA256 in Base64, over UTF-8. */
function sheetdeskSign_(secret, text) {
  var key = Utilities.base64Decode(secret.replace(/^whsec_/, ''));
  return Utilities.base64Encode(Utilities.computeHmacSha256Signature(Utilities.newBlob(text).getBytes(), key));
}

function sheetdeskVerdict_(outcome, tab) {
  switch (outcome.status) {
    case 202:
      return sheetdeskKnows_(outcome.body)
        ? 'Связь есть: сервис услышал об изменении листа «' + tab + '».'
        : 'Связь есть, но за листом «' + tab + '» сервис не следит. Откройте лист обращений или партнёров и проверьте ещё раз.';
    case 401:
      return 'Сервис ответил, но не узнал подпись. Секрет здесь и в настройках сервиса разный – или часы сервиса отстают. Вставьте скрипт заново: sheetdesk setup apps-script.';
    case -1:
      return 'Адрес и секрет сервиса не заданы. Вставьте скрипт заново: его печатает команда sheetdesk setup apps-script.';
    case 0:
      return 'Сервис не отвечает. Проверьте, что он запущен и что его адрес открывается из интернета: ' + outcome.words;
    default:
      return 'Сервис ответил не так, как мы ждали (' + outcome.status + '). Проверьте адрес сервиса в настройках.';
  }
}

function sheetdeskKnows_(body) {
  try {
    return JSON.parse(body).known !== false;
  } catch (error) {
    return true;
  }
}

function sheetdeskLostTriggers_() {
  var standing = ScriptApp.getProjectTriggers().map(function (trigger) { return trigger.getHandlerFunction(); });
  return Object.keys(SHEETDESK_TRIGGERS).filter(function (handler) { return standing.indexOf(handler) < 0; });
}

function sheetdeskRemember_(outcome) {
  var when = Utilities.formatDate(new Date(), Session.getScriptTimeZone(), 'dd.MM HH:mm');
  PropertiesService.getScriptProperties().setProperty(SHEETDESK_KEYS.trouble, when + ' – ' + outcome.words);
}
