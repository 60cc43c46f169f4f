// Calls of the page's server.
// Invariant: a call that fails throws an Error whose message is words for people.

// A step of the tour may have to end before an answer comes.
const PATIENCE_MS = 60_000;

async function call(method, path, body) {
  const options = { method, signal: AbortSignal.timeout(PATIENCE_MS), headers: {} };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) throw new Error(words(answer) ?? `${response.status} ${text.slice(0, 120)}`.trim());
  return answer;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The words of a refusal: the stand-ins' shape, or Google's. */
function words({ error }) {
  return typeof error === "string" ? error : error?.message;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);

/** What somebody does in Telegram: `act("people/7/write", {text})`. */
export const telegram = (path, body) => post(`/telegram/${path}`, body);

/** What somebody does in the workbook. */
export const sheets = (workbook, act, body) => post(`/sheets/workbooks/${encodeURIComponent(workbook)}/${act}`, body);

/** What stands behind the stand-ins. */
export const backstage = (name, body) => post(`/api/backstage/${name}`, body);
