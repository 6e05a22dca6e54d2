// The page as a whole: what is shown, what the keys do, and what becomes of a decision.
import { answerCard, answerWhole } from "./answers.js";
import { askSplit, askText, askTheme, chooseTheme, confirm, previewBox, tell } from "./dialogs.js";
import { button, fill, h, later, say } from "./dom.js";
import { compareView, list, logView, suggestView, suggestedWords, themeAnswers, themeHead, themeList, wordList } from "./panels.js";
import { Locked, Lost, Refused, decide, discard, get, link, listen, send, unsaved } from "./server.js";
import { keys, locale, quoted, t } from "./texts.js";

document.documentElement.lang = locale;

const state = { overview: null, view: null, theme: null, main: null, place: { mode: "theme", theme: null }, filter: {}, trouble: null, pane: "answers" };
const place = () => state.place;

// ---- the frame of the page

const parts = {};
const part = (name, element) => (parts[name] = element);

function build() {
  const { overview } = state;
  document.getElementById("page").replaceChildren(
    h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); parts.main.querySelector("h2")?.focus(); } }, t("skip")),
    h("header", { class: "top" },
      h("h1", {}, "canvass review"),
      h("label", { class: "question" }, h("span", { class: "unseen" }, t("question")), part("question", h("select", { onchange: (event) => openQuestion(event.target.value), key: "question" }, overview.questions.map((question) => h("option", { value: question.id }, `${question.id}  ${question.text}`))))),
      h("form", { role: "search", class: "search", onsubmit: (event) => { event.preventDefault(); const sought = parts.search.value.trim(); if (sought) go({ mode: "search", sought }); } },
        part("search", h("input", { type: "search", "aria-label": t("searchLabel"), placeholder: t("searchHint"), key: "search", autocomplete: "off" })), h("button", { type: "submit" }, t("find"))),
      h("p", { class: "acts" }, button(t("suggestions"), () => go({ mode: "suggest" }), { key: "suggestions" }), button(t("log"), () => go({ mode: "log" }), { key: "log" }), button(t("undoLast"), undoLast, { key: "undoLast" }), button(t("help"), showKeys, { key: "help" }))),
    part("notices", h("div", { class: "notices", role: "alert" })),
    part("switch", h("nav", { class: "panes", "aria-label": t("panes") }, ["themes", "answers", "tools"].map((name) => button(t(name), () => showPane(name), { "data-pane": name, key: `pane ${name}` })))),
    h("div", { class: "columns" },
      part("themes", h("nav", { class: "pane", id: "themes", "aria-label": t("themes") })),
      part("main", h("main", { class: "pane", id: "main" })),
      part("tools", h("aside", { class: "pane", id: "tools", "aria-label": t("tools") }))),
    h("footer", { class: "quiet small" }, h("p", {}, t("author", { author: overview.author, file: overview.file }))));
  showPane(state.pane);
}

function showPane(name) {
  state.pane = name;
  document.body.dataset.pane = name;
  for (const one of parts.switch.children) one.setAttribute("aria-pressed", String(one.dataset.pane === name));
}

/** What stands in the way of the work, above it: until it is gone. */
function notices() {
  const all = [];
  const connection = { lost: "lost", locked: "locked", other: "otherReview" }[link.state];
  if (connection) all.push(h("div", { class: "notice trouble", id: "connection" }, h("p", {}, t(connection)), connection === "otherReview" && button(t("reload"), () => location.reload())));
  if (state.trouble) all.push(h("div", { class: "notice trouble" }, h("p", { dir: "auto" }, t("trouble", state.trouble))));
  for (const entry of unsaved()) {
    all.push(h("div", { class: "notice unsaved" }, h("p", { dir: "auto" }, t("unsaved", { told: entry.told })),
      h("span", { class: "acts" }, button(t("sendAgain"), () => settle(send(entry), entry.told), { class: "main", key: `send ${entry.id}` }), button(t("discard"), () => { discard(entry.id); say(t("discarded", { told: entry.told })); notices(); }, { key: `discard ${entry.id}` }))));
  }
  if (state.recovered) {
    const { line, aside, text } = state.recovered;
    all.push(h("div", { class: "notice" }, h("p", { dir: "auto" }, t("recovered", { line, aside, text })), button("×", () => { state.recovered = null; notices(); }, { "aria-label": t("close") })));
  }
  fill(parts.notices, all);
}

// ---- where we are

const named = (id) => state.view?.themes.find((row) => row.id === id)?.name ?? state.view?.gone.find((gone) => gone.id === id)?.name ?? id;
const question = () => state.view.id;

function remember() {
  const { mode, theme, other, sought, response } = place();
  const values = { q: question(), mode, theme, other, sought, response };
  const hash = `#${new URLSearchParams(Object.entries(values).filter(([, value]) => value))}`;
  if (hash !== location.hash) history.pushState(null, "", hash);
  document.title = t("title", { question: question() });
}

function recall() {
  const values = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  return { question: values.q, place: values.mode ? { mode: values.mode, theme: values.theme, other: values.other, sought: values.sought, response: values.response } : null };
}

async function openQuestion(id, at = null) {
  await guarded(async () => {
    state.view = await get("question", { q: id });
    parts.question.value = id;
    state.place = at ?? { mode: "theme", theme: null };
    state.filter = {};
    await show({ focus: false });
  });
}

/** Goes somewhere within the question. */
async function go(where, { focus = true } = {}) {
  const before = place().theme;
  state.place = { theme: before, ...where };
  state.filter = {};
  showPane("answers");
  await guarded(() => show({ focus }));
}

/** Reads anew what is shown, after a decision of whoever. */
async function refresh() {
  await guarded(async () => {
    state.view = await get("question", { q: question() });
    await show({ focus: false, anew: true });
  });
}

/** Does something that reads, and says if it cannot. */
async function guarded(act) {
  try { return await act(); } catch (error) {
    if (error instanceof Refused) {
      say(t("refused", { message: error.message }), { kind: "refused" });
      if (place().mode !== "theme" || place().theme) { state.place = { mode: "theme", theme: null }; await guarded(() => show({ focus: false })); }
    } else if (!(error instanceof Lost) && !(error instanceof Locked)) throw error;
  }
}

let shown = 0;
async function show({ focus = true, anew = false } = {}) {
  shown += 1;
  const mine = shown;
  const q = question();
  const there = (id) => state.view.themes.some((row) => row.id === id);
  if (!there(place().theme)) {
    const gone = state.view.gone.find((gone) => gone.id === place().theme);
    place().theme = gone?.into && there(gone.into) ? gone.into : (state.view.themes.find((row) => row.status !== "rejected") ?? state.view.themes[0])?.id ?? null;
  }
  if (place().mode === "compare" && !there(place().other)) state.place = { mode: "theme", theme: place().theme };
  if (place().mode === "theme" && !place().theme) state.place = { mode: "uncoded", theme: null };
  const { mode, theme, other, sought, response } = place();
  const known = anew ? listed().length : 0;
  let content;
  state.theme = theme && (mode === "theme") ? await get("theme", { q, t: theme, word: state.filter.word, hand: state.filter.hand }) : null;
  if (mode === "theme") content = state.theme;
  else if (mode === "compare") content = { ...await get("compare", { q, t: theme, u: other }), words: await wordsOf(theme, other) };
  else if (mode === "uncoded") content = await get("uncoded", { q, longest: state.filter.longest, word: sought });
  else if (mode === "search") content = await get("search", { q, word: sought });
  else if (mode === "response") content = await get("response", { q, r: response });
  else if (mode === "log") content = await get("log", { q });
  else content = await get("suggest", { q });
  if (mine !== shown) return;
  state.main = { mode, content };
  remember();
  draw();
  // What was read on to is there again.
  for (let had = 0; known > 50 && mine === shown && listed().length < Math.min(known, total()) && listed().length > had;) {
    had = listed().length;
    await more();
  }
  if (focus) parts.main.querySelector("h2")?.focus({ preventScroll: true });
  if (focus) parts.main.scrollTop = 0;
}

/** The answers that are shown, and how many there are. */
const listOf = () => ({ theme: (content) => content.answers, uncoded: (content) => content, search: (content) => content })[state.main?.mode]?.(state.main.content);
const listed = () => listOf()?.answers ?? [];
const total = () => listOf()?.n ?? 0;

async function wordsOf(...themes) {
  const [a, b] = await Promise.all(themes.map((theme) => get("theme", { q: question(), t: theme })));
  const set = (view) => new Set(view.words.filter((word) => !word.exclude).map((word) => word.term));
  return { a: set(a), b: set(b) };
}

/** The next answers of what is shown. */
async function more() {
  await guarded(async () => {
    const q = question();
    const { mode, content } = state.main;
    const { theme, other, sought } = place();
    const extend = (known, further) => { known.answers.push(...further.answers); };
    if (mode === "theme") extend(content.answers, (await get("theme", { q, t: theme, from: content.answers.answers.length, word: state.filter.word, hand: state.filter.hand })).answers);
    else if (mode === "compare") {
      const from = Math.max(...content.answers.map((answers) => answers.answers.length));
      const further = await get("compare", { q, t: theme, u: other, from });
      further.answers.forEach((answers, at) => extend(content.answers[at], answers));
    } else if (mode === "uncoded") extend(content, await get("uncoded", { q, from: content.answers.length, longest: state.filter.longest, word: sought }));
    else extend(content, await get("search", { q, word: sought, from: content.answers.length }));
    draw();
  });
}

// ---- drawing

function draw() {
  const { mode, content } = state.main;
  const at = cards().indexOf(chosen());
  const current = ["theme"].includes(mode) ? place().theme : null;
  fill(parts.themes, h("h2", {}, t("themes")), themeList(state.view, current, { open: (theme) => go({ mode: "theme", theme }), uncoded: () => go({ mode: "uncoded" }), add: () => addTheme(), name: named, undo, mode, language: state.overview.questions.find((one) => one.id === question()).language }));
  fill(parts.main, { theme: drawTheme, compare: drawCompare, uncoded: drawUncoded, search: drawSearch, response: drawResponse, log: drawLog, suggest: drawSuggest }[mode](content));
  document.body.dataset.mode = mode;
  // Where the answer that had the focus is gone, the next one has it.
  if (at >= 0 && !chosen()) (cards()[at] ?? cards().at(-1) ?? parts.main.querySelector("h2"))?.focus({ preventScroll: true });
  drawTools();
  notices();
}

const drawTheme = (view) => [themeHead(view, acts), themeAnswers(view, state.filter, { ...pointActs, openAnswer, more, clearFilter: () => filter({}), filterHand: () => filter({ hand: true }) })];
const drawCompare = (view) => compareView(view, view.words, { openAnswer, more, mergeInto, placeBelow });
const drawLog = (decisions) => logView(decisions, { undo });
const drawSuggest = (found) => suggestView(found, { name: named, openAnswer, compareWith, mergeInto, splitOff, addTheme });

const withCode = (answer) => h("p", { class: "acts" }, button(t("codeAnswer"), () => codeAnswer(answer), { key: `code ${answer.response}` }));

function drawUncoded(answers) {
  const order = (value, label) => h("option", { value, selected: Boolean(state.filter.longest) === (value === "long") ? true : null }, label);
  return [
    h("header", { class: "theme-head" }, h("h2", { tabindex: "-1", key: "title" }, t("uncoded")), h("p", { class: "figures" }, t("uncodedIntro", { n: answers.n })),
      h("label", { class: "order" }, t("order"), " ", h("select", { key: "order", onchange: (event) => filter({ longest: event.target.value === "long" }) }, order("file", t("orderFile")), order("long", t("orderLong"))))),
    list(answers, (answer) => answerCard(answer, { open: openAnswer, tools: withCode }), more),
  ];
}

function drawSearch(answers) {
  const { sought } = place();
  return [
    h("header", { class: "theme-head" }, h("h2", { tabindex: "-1", key: "title", dir: "auto" }, t("searchOf", { n: t("responses", { n: answers.n }), sought: quoted(sought) })),
      h("p", { class: "acts" }, button(t("themeOfSearch"), () => addTheme(sought, [sought], sought), { key: "themeOfSearch" }))),
    list(answers, (answer) => answerCard(answer, { open: openAnswer, tools: withCode }), more),
  ];
}

function drawResponse(answers) {
  return [h("header", { class: "theme-head" }, h("h2", { tabindex: "-1", key: "title" }, t("answer", { id: place().response }))),
    list(answers, (answer) => h("div", {}, answerCard(answer, {}), answerWhole(answer, { ...pointActs, name: named, code: codeAnswer, dropAnswer, moveAnswer })), more)];
}

// The box in which a word is tried stays as it is while the rest is drawn anew.
const box = { theme: null, element: null, preview: null };
function drawTools() {
  const view = state.theme;
  if (!view) { fill(parts.tools, h("h2", {}, t("words")), h("p", { class: "quiet" }, t("chooseFirst"))); box.theme = null; return; }
  if (box.theme !== view.row.id) newBox(view);
  const suggested = h("section", { "aria-label": t("suggestedWords") });
  fill(parts.tools, h("h2", { dir: "auto" }, t("wordsOf", { name: view.row.name })), wordList(view, { showWord: (word) => filter({ word }), removeWord }), box.element, suggested);
  const { digest } = view.version;
  get("suggest", { q: question(), t: view.row.id }).then((found) => {
    if (state.theme === view && view.version.digest === digest) fill(suggested, suggestedWords(found.words, { tryWord }));
  }).catch((error) => { if (!(error instanceof Lost || error instanceof Locked || error instanceof Refused)) throw error; });
}

function newBox(view) {
  const theme = view.row.id;
  const shown = previewBox();
  const field = h("input", { type: "text", name: "term", placeholder: t("wordHint"), autocomplete: "off", key: "term", id: "term" });
  const choice = (value, label, checked) => h("label", {}, h("input", { type: "radio", name: "exclude", value, checked, key: `exclude ${value}` }), label);
  const { languages } = state.view;
  const tongues = languages.length > 1 && h("label", { class: "order" }, t("language"), " ", h("select", { name: "language", key: "language" }, languages.map((code) => h("option", { value: code, selected: code === view.row.language }, code))));
  const form = h("form", { class: "add" }, h("h3", {}, h("label", { for: "term" }, t("addWord"))), field, h("fieldset", {}, h("legend", { class: "unseen" }, t("addWord")), choice("", t("puts"), true), choice("yes", t("keeps"), false)), tongues, h("button", { type: "submit", class: "main", key: "add word" }, t("add")), shown.element);
  const action = () => {
    const data = new FormData(form);
    const term = data.get("term").trim();
    const language = data.get("language");
    return term && { action: "add-term", theme, term, ...(language && language !== view.row.language ? { language } : {}), ...(data.get("exclude") ? { exclude: true } : {}) };
  };
  const update = () => { const tried = action(); if (tried) shown.show(question(), tried); else shown.clear(); };
  form.oninput = later(120, update);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const tried = action();
    if (tried && await commit(tried, `${named(theme)}: ${tried.exclude ? t("keeps") : t("puts")} ${quoted(tried.term)}`)) { field.value = ""; shown.clear(); }
  };
  Object.assign(box, { theme, element: form, field, form, update });
}

function tryWord(term, exclude = false) {
  box.field.value = term;
  for (const choice of box.form.querySelectorAll("input[type=radio]")) choice.checked = (choice.value === "yes") === exclude;
  showPane("tools");
  box.update();
  box.field.focus();
}

async function filter(values) {
  state.filter = values;
  showPane("answers");
  await guarded(() => show({ focus: false }));
}

// ---- decisions

/** Makes a decision and shows what came of it. */
function commit(action, told, reason = "") {
  if (unsaved().length) { say(t("firstUnsaved"), { kind: "refused" }); notices(); return Promise.resolve(null); }
  return settle(decide(question(), action, told, reason), told);
}

/** What becomes of a decision that was sent. */
async function settle(sending, told) {
  try {
    const done = await sending;
    if (done.since.length) tellSince(done.since);
    await refresh();
    say(t(done.again ? "savedBefore" : "saved", { told: done.decision.told }));
    return done;
  } catch (error) {
    if (error instanceof Refused) {
      const { message, hint, since, blocking } = error.body;
      if (since?.length) tellSince(since);
      if (blocking) say(`${t("refused", { message: told })} ${t("blocking", { told: blocking.told })}`, { lasting: true, close: t("close"), kind: "refused", actions: [[t("undoThatFirst"), () => undo(blocking.id)]] });
      else say(`${t("refused", { message })}. ${hint ? t("wayOut", { hint }) : ""}`, { lasting: true, close: t("close"), kind: "refused" });
      if (state.view) await refresh();
    } else if (!(error instanceof Lost) && !(error instanceof Locked)) throw error;
    notices();
    return null;
  }
}

const tellSince = (since) => since.slice(-3).forEach((noted) => say(t("meanwhile", { told: `${noted.author}: ${noted.told}` })));
const undo = (id) => commit({ action: "undo", decision: id }, `${t("undo")}: ${id}`);

async function undoLast() {
  await guarded(async () => {
    const decisions = await get("log", { q: question() });
    const last = decisions.find((noted) => !noted.undone_by && noted.action !== "undo");
    if (last) await undo(last.id); else say(t("nothingToUndo"));
  });
}

const rows = (but = []) => state.view.themes.filter((row) => !but.includes(row.id) && row.status !== "rejected");
const openAnswer = (answer) => go({ mode: "response", response: answer.response });
const compareWith = (theme, other) => go({ mode: "compare", theme, other });

async function mergeInto(theme, into) {
  const action = { action: "merge", theme, into };
  const title = t("confirmMerge", { name: quoted(named(theme)), into: quoted(named(into)) });
  const asked = await confirm(title, t("merge"), question(), action);
  if (asked && await commit(action, title, asked.reason)) await go({ mode: "theme", theme: into });
}

async function placeBelow(theme, parent) {
  const action = { action: "set-parent", theme, parent };
  const title = parent ? t("confirmBelow", { name: quoted(named(theme)), parent: quoted(named(parent)) }) : t("confirmTop", { name: quoted(named(theme)) });
  const asked = await confirm(title, t("save"), question(), action);
  if (asked) await commit(action, title, asked.reason);
}

async function splitOff(theme, chosen = []) {
  const view = await guarded(() => get("theme", { q: question(), t: theme }));
  if (!view) return;
  const words = [...new Set(view.words.filter((word) => !word.exclude).map((word) => word.term))];
  const title = t("splitTitle", { name: quoted(named(theme)) });
  const asked = await askSplit(title, question(), theme, words, chosen);
  if (!asked) return;
  const done = await commit({ action: "split", theme, new: "", name: asked.name, terms: asked.terms }, title, asked.reason);
  if (done) await go({ mode: "theme", theme: done.theme });
}

async function addTheme(name = "", words = [], search = "") {
  const asked = await askTheme(question(), name, words);
  if (!asked) return;
  const language = state.overview.questions.find((one) => one.id === question()).language;
  const done = await commit({ action: "add", theme: "", name: asked.name, language, include: asked.include, ...(search ? { search } : {}) }, `${t("newTheme")}: ${asked.name}`, asked.reason);
  if (done) await go({ mode: "theme", theme: done.theme });
}

async function removeWord(word) {
  const theme = place().theme;
  const action = { action: "remove-term", theme, term: word.term, language: word.language, ...(word.exclude ? { exclude: true } : {}) };
  const title = t("removeTitle", { term: quoted(word.term), name: quoted(named(theme)) });
  const asked = await confirm(title, t("save"), question(), action);
  if (asked) await commit(action, title, asked.reason);
}

const current = () => (place().mode === "theme" ? place().theme : null);
const simple = (action, key) => () => current() && commit({ action, theme: current() }, `${t(key)}: ${named(current())}`);
async function sure(action, key, label) {
  if (!current()) return;
  const decision = { action, theme: current() };
  const title = t(key, { name: quoted(named(current())) });
  const asked = await confirm(title, t(label), question(), decision);
  if (asked) await commit(decision, title, asked.reason);
}

/** What can be done with the theme that is shown. */
const acts = {
  signOff: simple("sign-off", "signOff"),
  reopen: simple("reopen", "reopen"),
  reject: () => sure("reject", "confirmReject", "reject"),
  remove: () => sure("delete", "confirmDelete", "remove"),
  async rename() {
    const theme = current();
    if (!theme) return;
    const title = t("renameTitle", { name: quoted(named(theme)) });
    const asked = await askText(title, t("nameLabel"), named(theme));
    if (asked?.text) await commit({ action: "rename", theme, name: asked.text }, title, asked.reason);
  },
  async define() {
    const theme = current();
    if (!theme) return;
    const title = t("defineTitle", { name: quoted(named(theme)) });
    const asked = await askText(title, t("defineLabel"), state.theme.definition, { long: true });
    if (asked) await commit({ action: "define", theme, definition: asked.text }, title, asked.reason);
  },
  async merge() {
    const theme = current();
    const into = theme && await chooseTheme(t("chooseMerge", { name: quoted(named(theme)) }), rows([theme]));
    if (into) await mergeInto(theme, into);
  },
  async split() { if (current()) await splitOff(current()); },
  async below() {
    const theme = current();
    if (!theme) return;
    const none = state.theme.row.parent ? [{ id: "", name: t("noParent") }] : [];
    const parent = await chooseTheme(t("chooseBelow", { name: quoted(named(theme)) }), [...none, ...rows([theme, state.theme.row.parent])]);
    if (parent !== null) await placeBelow(theme, parent);
  },
  async compare() {
    const theme = current();
    const other = theme && await chooseTheme(t("chooseCompare", { name: quoted(named(theme)) }), rows([theme]));
    if (other) await compareWith(theme, other);
  },
};

const where = (answer, point) => ({ response: answer.response, start: point.start, end: point.end });
const pointName = (answer, theme) => `${t("answer", { id: answer.response })}, ${named(theme)}`;
const putsOf = (answer) => [...new Set(answer.points.flatMap((point) => point.themes.map((put) => put.theme)))];

/** What can be done with a point. */
const pointActs = {
  name: named,
  drop: (answer, point, theme = place().theme) => commit({ action: "drop-point", theme, ...where(answer, point) }, `${t("takeOut")}: ${pointName(answer, theme)}`),
  async move(answer, point) {
    const from = place().theme;
    const to = await chooseTheme(t("choosePoint"), rows([from]));
    if (to) await commit({ action: "move-point", from, to, ...where(answer, point) }, `${t("moveTo")} ${pointName(answer, to)}`);
  },
  async put(answer, point) {
    const theme = await chooseTheme(t("choosePoint"), rows(point.themes.map((put) => put.theme)));
    if (theme) await commit({ action: "pin-point", theme, ...where(answer, point) }, `${t("putIn")} ${pointName(answer, theme)}`);
  },
  exemplar: (answer, point) => commit({ action: "mark-exemplar", theme: place().theme, ...where(answer, point) }, `${t("exemplar")}: ${pointName(answer, place().theme)}`),
  unquote: (answer, point) => commit({ action: "exclude-verbatim", ...where(answer, point) }, `${t("neverQuote")}: ${t("answer", { id: answer.response })}`),
};

async function codeAnswer(answer) {
  const theme = await chooseTheme(t("chooseCode", { id: answer.response }), rows(putsOf(answer)));
  if (theme) await commit({ action: "code-response", theme, response: answer.response }, `${t("codeAnswer")} ${pointName(answer, theme)}`);
}

async function dropAnswer(answer) {
  const puts = putsOf(answer);
  const theme = await chooseTheme(t("chooseDrop", { id: answer.response }), state.view.themes.filter((row) => puts.includes(row.id)));
  if (theme) await commit({ action: "drop-response", theme, response: answer.response }, `${t("dropAnswer")} ${pointName(answer, theme)}`);
}

async function moveAnswer(answer) {
  const puts = putsOf(answer);
  const from = await chooseTheme(t("chooseMoveFrom", { id: answer.response }), state.view.themes.filter((row) => puts.includes(row.id)));
  const to = from && await chooseTheme(t("chooseMoveTo"), rows([from]));
  if (to) await commit({ action: "move-response", from, to, response: answer.response }, `${t("moveAnswer")} ${pointName(answer, to)}`);
}

// ---- keys

const keysAreOn = () => localStorage.getItem("canvass-review keys") !== "off";

function showKeys() {
  const on = h("input", { type: "checkbox", checked: keysAreOn(), onchange: (event) => localStorage.setItem("canvass-review keys", event.target.checked ? "on" : "off") });
  tell(t("helpTitle"), h("label", { class: "check" }, on, t("keysOn")), h("p", { class: "quiet" }, t("keysIntro")),
    h("dl", { class: "keys" }, keys().map(([key, what]) => h("div", {}, h("dt", {}, key.split(" ").flatMap((one) => [h("kbd", {}, one), " "])), h("dd", {}, what)))));
}

const cards = () => [...parts.main.querySelectorAll("article.answer")];
const chosen = () => document.activeElement?.closest("article.answer");

function step(by) {
  const all = cards();
  const at = all.indexOf(chosen());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
  if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  else if (by > 0) parts.main.querySelector("[data-key=more]")?.focus();
}

function stepTheme(by) {
  const ids = [...parts.themes.querySelectorAll("[data-key^='theme ']")].map((one) => one.dataset.key.slice(6));
  const at = ids.indexOf(place().theme);
  const next = ids[at + by];
  if (next) go({ mode: "theme", theme: next });
}

/** The answer that has the focus, as data; the first if none has. */
function answerAt() {
  const all = cards();
  const { mode, content } = state.main;
  const answers = { theme: () => content.answers.answers, compare: () => content.answers.flatMap((one) => one.answers), uncoded: () => content.answers, search: () => content.answers, response: () => content.answers, suggest: () => content.read.map((one) => one.answer) }[mode]?.() ?? [];
  const at = all.indexOf(chosen());
  return at < 0 ? (mode === "response" ? answers[0] : undefined) : answers[at];
}
const onPoint = (act) => () => {
  const answer = answerAt();
  const point = place().mode === "theme" && answer?.points.find((point) => point.is_in);
  if (point) act(answer, point);
};
const onAnswer = (act) => () => { const answer = answerAt(); if (answer) act(answer); };

const shortcuts = {
  j: () => step(1), k: () => step(-1), J: () => stepTheme(1), K: () => stepTheme(-1),
  t: () => { showPane("themes"); (parts.themes.querySelector("[aria-current]") ?? parts.themes.querySelector("button")).focus(); },
  "/": () => parts.search.focus(),
  a: () => box.theme && tryWord(box.field.value), x: () => box.theme && tryWord(box.field.value, true),
  r: () => acts.rename(), d: () => acts.define(), m: () => acts.merge(), s: () => acts.split(), b: () => acts.below(), v: () => acts.compare(),
  o: () => acts.signOff(), R: () => (state.theme?.row.status === "rejected" ? acts.reopen() : acts.reject()), D: () => acts.remove(),
  n: () => addTheme(),
  "-": onPoint(pointActs.drop), ">": onPoint(pointActs.move), e: onPoint(pointActs.exemplar), q: onPoint(pointActs.unquote),
  c: onAnswer(codeAnswer),
  g: () => go({ mode: "uncoded" }), i: () => go({ mode: "suggest" }), l: () => go({ mode: "log" }), u: undoLast, "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || !state.main) return;
  const typing = event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.key === "Escape") {
    if (typing) { parts.main.querySelector("h2")?.focus(); return; }
    if (place().mode !== "theme" || state.filter.word || state.filter.hand) go({ mode: "theme" });
    return;
  }
  if (typing || !keysAreOn()) return;
  if (event.key === "Enter" && event.target.matches("article.answer")) { const answer = answerAt(); if (answer && place().mode !== "response") { event.preventDefault(); openAnswer(answer); } return; }
  const act = shortcuts[event.key];
  if (act) { event.preventDefault(); act(); }
});

// ---- the beginning

link.onstate = (now, before) => { if (parts.notices) notices(); if (now === "connected" && before !== "connected" && state.view) { say(t("back")); refresh(); } };
link.onnews = async (since) => { if (since.length) tellSince(since); if (state.view) await refresh(); };
link.ontrouble = (trouble) => { if (JSON.stringify(trouble) !== JSON.stringify(state.trouble)) { state.trouble = trouble; notices(); } };
window.addEventListener("popstate", async () => {
  const { question: id, place: at } = recall();
  if (id && at) { if (id !== question()) await openQuestion(id, at); else { state.place = at; state.filter = {}; await guarded(() => show({ focus: false })); } }
});

async function begin() {
  const overview = await get("overview");
  Object.assign(state, { overview, recovered: overview.recovered });
  Object.assign(link, { version: overview.version, identity: overview.identity });
  build();
  const recalled = recall();
  const known = overview.questions.some((one) => one.id === recalled.question);
  await openQuestion(known ? recalled.question : overview.start ?? overview.questions[0].id, known ? recalled.place : null);
  notices();
  listen();
}
begin();
