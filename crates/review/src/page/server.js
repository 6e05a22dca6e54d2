// Talking with the server: reading, deciding, news, and what to do when it is gone.
// A decision gets its id here, once: sent again it is the same decision, and the server applies it once.

/** The server cannot be reached. */
export class Lost extends Error {}
/** The server does not know this browser (any more). */
export class Locked extends Error {}
/** The server says no, and why. */
export class Refused extends Error {
  constructor(body) { super(body.message); this.body = body; }
}

export const link = { state: "connected", version: { digest: "", n_decisions: 0 }, identity: "", onstate: () => {}, onnews: () => {}, ontrouble: () => {} };

function become(state) {
  if (link.state === state) return;
  const before = link.state;
  link.state = state;
  link.onstate(state, before);
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    become("lost");
    throw new Lost(String(error));
  }
  if (response.status === 401 || response.status === 403) { become("locked"); throw new Locked(); }
  let body;
  try { body = await response.json(); } catch {
    // Too much, or no decision at all: sent again it would fare no better.
    if (response.status >= 400 && response.status < 500) throw new Refused({ kind: "invalid", message: `${response.status} ${response.statusText}`, hint: "" });
    become("lost");
    throw new Lost("broken off");
  }
  if (response.status === 500) { become("lost"); throw new Lost(body.message); }
  if (link.state !== "other") become("connected");
  if (!response.ok) throw new Refused(body);
  return body;
}

/** Reads something. */
export function get(name, values = {}) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== false));
  return ask(`/api/${name}?${query}`);
}

const post = (name, body) => ask(`/api/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** 16 hexadecimal digits that nobody else draws. */
const drawn = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** What a decision would come to. */
export const preview = (question, action) => post("preview", { id: "preview", question, action });

// What was sent and not yet answered, kept over a reload and a restart of the server.
const shelf = () => `canvass-review ${link.identity}`;
function kept() {
  try { return JSON.parse(localStorage.getItem(shelf())) ?? []; } catch { return []; }
}
function keep(all) {
  try {
    if (all.length) localStorage.setItem(shelf(), JSON.stringify(all)); else localStorage.removeItem(shelf());
  } catch { /* without storage it is kept in this tab alone */ }
}
const mine = new Map();

/** What is not saved: this tab's, and what another left behind a while ago. */
export function unsaved() {
  const left = kept().filter((entry) => !mine.has(entry.id) && Date.now() - entry.at > 5000);
  return [...[...mine.values()].filter((entry) => entry.failed), ...left];
}

/** Takes it off the shelf. */
export function discard(id) {
  mine.delete(id);
  keep(kept().filter((entry) => entry.id !== id));
}

/** Makes a decision. It is on the shelf until the server has answered, whatever it says. */
export const decide = (question, action, told, reason = "") => send({ id: drawn(), question, action, told, reason, at: Date.now() });

/** Sends what is on the shelf, for the first time or again. */
export async function send(entry) {
  entry.failed = false;
  mine.set(entry.id, entry);
  keep([...kept().filter((other) => other.id !== entry.id), entry]);
  const { id, question, action, reason } = entry;
  try {
    const done = await post("decide", { id, question, action, reason, seen: link.version });
    discard(id);
    link.version = done.version;
    return done;
  } catch (error) {
    if (error instanceof Refused && error.body.kind !== "file") discard(id);
    else entry.failed = true;
    throw error;
  }
}

const pause = (time) => new Promise((done) => setTimeout(done, time));
const seen = () => new Promise((done) => {
  if (!document.hidden) return done();
  const check = () => { if (!document.hidden) { document.removeEventListener("visibilitychange", check); done(); } };
  document.addEventListener("visibilitychange", check);
});

/** Listens for news for ever. A tab that nobody sees does not ask: a browser has few connections to one server. */
export async function listen() {
  let wait = 500;
  for (;;) {
    await seen();
    const quiet = new AbortController();
    const hide = () => { if (document.hidden) quiet.abort(); };
    document.addEventListener("visibilitychange", hide);
    try {
      if (link.state !== "connected") {
        const overview = await get("overview");
        if (overview.identity !== link.identity) { become("other"); return; }
      }
      const { digest, n_decisions: n } = link.version;
      const news = await ask(`/api/changes?${new URLSearchParams({ digest, n })}`, { signal: quiet.signal });
      wait = 500;
      link.ontrouble(news.trouble);
      // A decision of this tab may have been answered meanwhile.
      if (news.version.digest !== link.version.digest) {
        const known = link.version.n_decisions;
        link.version = news.version;
        await link.onnews(news.since.filter((noted) => !mine.has(noted.id)), known);
      }
      if (news.trouble) await pause(2000);
    } catch (error) {
      if (error.name !== "AbortError") await pause(wait);
      wait = Math.min(wait * 2, 4000);
    } finally {
      document.removeEventListener("visibilitychange", hide);
    }
  }
}
