// Runs the script of the spreadsheet in Node, with stubs of the Apps Script services; its calls go over real HTTP.
//
// Usage: node harness.js SCRIPT... with the scenario, a JSON array of steps, on the standard input.
// Prints one JSON object: what was called, slept, shown, and which triggers and properties stand at the end.
//
// Apps Script runs triggers side by side. Here that is told apart by sleeping: while one execution sleeps, those that are
// due meanwhile run; time itself does not pass.

'use strict';

const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const vm = require('node:vm');

const log = { calls: [], pauses: [], alerts: [], errors: [], menus: [], others: [], made: 0 };
const properties = new Map();
const cache = new Map();
let triggers = [];
let waiting = [];
let tab = 'обращения';
let locked = false;
let offline = false;

// A fetch that waits for its answer, as UrlFetchApp's does.
const FETCHER = `
const { url, method, headers, body } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
fetch(url, { method, headers, body: Buffer.from(body, 'base64'), redirect: 'manual' })
  .then(async (response) => process.stdout.write(JSON.stringify({ status: response.status, text: await response.text() })))
  .catch((error) => { process.stdout.write(JSON.stringify({ error: String(error.cause || error) })); });
`;

const signed = (buffer) => Array.from(new Int8Array(buffer));
const unsigned = (bytes) => Buffer.from(Int8Array.from(bytes).buffer);

function fetchNow(url, options) {
  const request = {
    url: offline ? 'http://127.0.0.1:1/' : url,
    method: options.method.toUpperCase(),
    headers: { 'content-type': options.contentType, ...options.headers },
    body: unsigned(options.payload).toString('base64'),
  };
  const answer = JSON.parse(execFileSync(process.execPath, ['-e', FETCHER], { input: JSON.stringify(request), encoding: 'utf8' }));
  log.calls.push({
    status: answer.status || 0,
    id: options.headers['webhook-id'],
    body: JSON.parse(unsigned(options.payload).toString('utf8')),
  });
  if (answer.error) {
    throw new Error('Address unavailable: ' + answer.error);
  }
  return { getResponseCode: () => answer.status, getContentText: () => answer.text };
}

const spreadsheet = {
  getId: () => 'demo-workbook',
  getActiveSheet: () => ({ getName: () => tab }),
};

function triggerOf(handler, kind) {
  return { getHandlerFunction: () => handler, kind };
}

function builder(handler) {
  let kind = null;
  const self = {
    forSpreadsheet: () => self,
    timeBased: () => self,
    onEdit: () => { kind = 'edit'; return self; },
    onChange: () => { kind = 'change'; return self; },
    onOpen: () => { kind = 'open'; return self; },
    everyDays: () => { kind = 'clock'; return self; },
    create: () => { log.made += 1; triggers.push(triggerOf(handler, kind)); },
  };
  return self;
}

const menu = () => {
  const items = [];
  const self = {
    addItem: (label, handler) => { items.push([label, handler]); return self; },
    addToUi: () => { log.menus.push(items); },
  };
  return self;
};

const services = {
  console,
  SpreadsheetApp: {
    getActiveSpreadsheet: () => spreadsheet,
    getUi: () => ({
      ButtonSet: { OK: 'OK' },
      createMenu: menu,
      alert: (title, words) => { log.alerts.push(words); },
    }),
  },
  PropertiesService: {
    getScriptProperties: () => ({
      getProperty: (key) => (properties.has(key) ? properties.get(key) : null),
      setProperty: (key, value) => { properties.set(key, String(value)); },
      deleteProperty: (key) => { properties.delete(key); },
      setProperties: (all) => { Object.entries(all).forEach(([key, value]) => properties.set(key, String(value))); },
    }),
  },
  CacheService: {
    getScriptCache: () => ({
      get: (key) => (cache.has(key) ? cache.get(key) : null),
      put: (key, value) => {
        if (key.length > 250) throw new Error('Argument too large: key');
        cache.set(key, value);
      },
      remove: (key) => { cache.delete(key); },
    }),
  },
  LockService: {
    getScriptLock: () => ({
      tryLock: () => { const free = !locked; locked = true; return free; },
      releaseLock: () => { locked = false; },
    }),
  },
  UrlFetchApp: { fetch: fetchNow },
  Utilities: {
    DigestAlgorithm: { SHA_256: 'sha256' },
    getUuid: () => crypto.randomUUID(),
    newBlob: (text) => ({ getBytes: () => signed(Buffer.from(text, 'utf8')) }),
    base64Encode: (bytes) => unsigned(bytes).toString('base64'),
    base64Decode: (text) => signed(Buffer.from(text, 'base64')),
    computeDigest: (algorithm, bytes) => signed(crypto.createHash(algorithm).update(unsigned(bytes)).digest()),
    computeHmacSha256Signature: (value, key) => signed(crypto.createHmac('sha256', unsigned(key)).update(unsigned(value)).digest()),
    formatDate: () => '01.02 03:04',
    sleep: (milliseconds) => {
      if (locked) throw new Error('slept with the lock in hand');
      log.pauses.push(milliseconds);
      const due = waiting;
      waiting = [];
      due.forEach(run);
    },
  },
  ScriptApp: {
    newTrigger: builder,
    getProjectTriggers: () => triggers.slice(),
    deleteTrigger: (twin) => { triggers = triggers.filter((trigger) => trigger !== twin); },
  },
  Session: { getScriptTimeZone: () => 'Europe/Moscow' },
  // For a script of somebody else's that stands beside ours.
  note: (words) => { log.others.push(words); },
};

const context = vm.createContext(services);
process.argv.slice(2).forEach((file) => vm.runInContext(fs.readFileSync(file, 'utf8'), context, { filename: file }));

const EVENTS = {
  edit: () => ({ source: spreadsheet, range: { getSheet: () => ({ getName: () => tab }) } }),
  change: (step) => ({ source: spreadsheet, changeType: step.type || 'INSERT_ROW' }),
  open: () => ({ source: spreadsheet }),
  clock: () => ({}),
};

// Fires the installed triggers of a kind, and the simple trigger of that name, as Apps Script does.
function fire(kind, step) {
  const simple = { edit: 'onEdit', open: 'onOpen' }[kind];
  const handlers = triggers.filter((trigger) => trigger.kind === kind).map((trigger) => trigger.getHandlerFunction());
  if (simple && typeof context[simple] === 'function') handlers.push(simple);
  handlers.forEach((handler) => {
    try {
      context[handler](EVENTS[kind](step));
    } catch (error) {
      log.errors.push(handler + ': ' + error);
    }
  });
}

const STEPS = {
  call: (step) => context[step.name](),
  tab: (step) => { tab = step.name; },
  edit: (step) => fire('edit', step),
  change: (step) => fire('change', step),
  open: (step) => fire('open', step),
  clock: (step) => fire('clock', step),
  // These come while the next execution sleeps.
  meanwhile: (step) => { waiting.push(...step.steps); },
  set: (step) => { Object.entries(step.properties).forEach(([key, value]) => properties.set(key, value)); },
  offline: (step) => { offline = step.is; },
  lose: () => { triggers = triggers.filter((trigger) => !trigger.getHandlerFunction().startsWith('sheetdesk')); },
  keep_clock: () => { triggers = triggers.filter((trigger) => trigger.kind === 'clock'); },
  double: () => { triggers.push(...triggers.map((trigger) => triggerOf(trigger.getHandlerFunction(), trigger.kind))); },
  foreign: (step) => { triggers.push(triggerOf(step.handler, step.kind)); },
};

function run(step) {
  STEPS[step.do](step);
}

JSON.parse(fs.readFileSync(0, 'utf8')).forEach(run);
log.triggers = triggers.map((trigger) => trigger.getHandlerFunction()).sort();
log.properties = Object.fromEntries(properties);
process.stdout.write(JSON.stringify(log));
