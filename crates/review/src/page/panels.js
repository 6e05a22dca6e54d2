// The parts of the page: the list of themes, a theme's head and words, pairs side by side, decisions, suggestions.
import { answerCard, pointTools } from "./answers.js";
import { button, h } from "./dom.js";
import { number, quoted, t } from "./texts.js";

const percent = (n, of) => `${of ? Math.round((100 * n) / of) : 0}%`;
const day = (time) => time.slice(0, 16).replace("T", " ");

/** A theme's badges: its status and who wrote it. */
const badges = (row) => [
  h("span", { class: `badge ${row.status}` }, t(row.status)),
  row.origin !== row.status && h("span", { class: `badge ${row.origin}` }, t(row.origin)),
];

/** The list of themes: those below another behind it. */
export function themeList(view, current, act) {
  const most = Math.max(1, ...view.themes.map((row) => row.n_respondents));
  const ids = new Set(view.themes.map((row) => row.id));
  const below = (parent) => view.themes.filter((row) => (row.parent && ids.has(row.parent) ? row.parent : null) === parent);
  const items = (parent, depth) => below(parent).flatMap((row) => {
    const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("span", {}));
    bar.firstChild.style.width = `${(100 * row.n_respondents) / most}%`;
    const item = h("li", { class: row.status === "rejected" ? "is-rejected" : null },
      h("button", { type: "button", class: "theme", "aria-current": row.id === current ? "true" : null, key: `theme ${row.id}`, onclick: () => act.open(row.id) },
        h("span", { class: "name", dir: "auto" }, row.name),
        h("span", { class: "count" }, number(row.n_respondents), h("span", { class: "unseen" }, ` ${t("respondents", { n: row.n_respondents }).replace(/^\S+\s/, "")}`)),
        bar,
        h("span", { class: "small" }, row.language !== act.language && h("span", { class: "badge" }, row.language), `${t("points", { n: row.n_points })}`, row.n_once !== row.n_respondents && ` · ${t("once", { n: row.n_once })}`, row.n_by_hand > 0 && ` · ${t("byHand", { n: row.n_by_hand })}`, " ", row.status === row.origin ? ` · ${t(row.status)}` : badges(row))));
    item.style.setProperty("--depth", String(depth));
    return [item, ...items(row.id, depth + 1)];
  });
  return [
    h("p", { class: "base" }, t("baseLine", { responses: t("responses", { n: view.n_responses }), respondents: t("respondents", { n: view.n_respondents }), points: t("points", { n: view.n_points }) })),
    h("button", { type: "button", class: "theme none", "aria-current": act.mode === "uncoded" ? "true" : null, key: "uncoded", onclick: act.uncoded }, h("span", { class: "name" }, t("uncoded")), h("span", { class: "count", id: "n-uncoded" }, number(view.n_uncoded))),
    h("ul", { class: "themes" }, items(null, 0)),
    h("p", {}, button(t("newTheme"), act.add, { key: "new theme" })),
    view.gone.length > 0 && h("details", { class: "gone" }, h("summary", {}, t("goneThemes", { n: view.gone.length })),
      h("ul", {}, view.gone.map((gone) => h("li", {}, h("span", { dir: "auto" }, gone.name), " ", h("span", { class: "quiet" }, gone.into ? t("mergedInto", { into: act.name(gone.into) }) : t("deleted")), " ", button(t("takeBack"), () => act.undo(gone.decision), { "aria-label": `${t("takeBack")}: ${gone.name}` }))))),
  ];
}

/** The head of a theme, with what can be done with it. */
export function themeHead(view, act) {
  const { row } = view;
  return h("header", { class: "theme-head" },
    h("h2", { tabindex: "-1", key: "title", dir: "auto" }, row.name),
    h("p", { class: "figures" }, h("b", {}, t("respondents", { n: row.n_respondents })), row.n_once !== row.n_respondents && ` (${t("once", { n: row.n_once })})`, ` · ${t("points", { n: row.n_points })} `, badges(row)),
    h("p", { class: view.definition ? "definition" : "definition quiet", dir: "auto" }, view.definition || t("noDefinition")),
    h("p", { class: "acts" },
      row.status === "proposed" && button(t("signOff"), act.signOff, { key: "signOff", class: "main" }),
      row.status !== "proposed" && button(t("reopen"), act.reopen, { key: "reopen" }),
      ["rename", "define", "merge", "split", "below", "compare"].map((name) => button(t(name), act[name], { key: name })),
      row.status !== "rejected" && button(t("reject"), act.reject, { key: "reject" }),
      button(t("remove"), act.remove, { key: "remove" })));
}

/** The answers of a theme. */
export function themeAnswers(view, filter, act) {
  const { answers } = view;
  return [
    (filter.word || filter.hand) && h("p", { class: "filter" }, h("span", { dir: "auto" }, filter.word ? t("filterWord", { term: quoted(filter.word) }) : t("filterHand"), ": ", t("responses", { n: answers.n })), button(t("all"), act.clearFilter, { key: "all" })),
    !filter.word && !filter.hand && view.row.n_by_hand > 0 && h("p", { class: "filter" }, button(t("onlyHand"), act.filterHand, { key: "onlyHand" })),
    list(answers, (answer) => answerCard(answer, { open: act.openAnswer, tools: (answer) => pointTools(answer, view.row, act) }), act.more),
  ];
}

/** A list of answers, and a way to more of them. */
export function list(answers, card, more) {
  if (answers.n === 0) return [h("p", { class: "quiet" }, t("noAnswers"))];
  const shown = answers.answers.length;
  return [h("div", { class: "list" }, answers.answers.map(card)),
    answers.from + shown < answers.n && h("p", {}, h("span", { class: "quiet" }, t("firstOf", { n: shown, all: answers.n })), " ", button(t("more"), more, { key: "more" }))];
}

/** The words of a theme. */
export function wordList(view, act) {
  const some = (exclude) => {
    const words = view.words.filter((word) => word.exclude === exclude);
    const by = (word) => (word.by === "decided" ? t("byDecision", { author: word.decision.author, time: day(word.decision.time) }) : t(word.by === "proposed" ? "byMachine" : "byFile"));
    return words.length === 0 ? h("p", { class: "quiet" }, t("noWords")) : h("ul", { class: "words" }, words.map((word) => h("li", {},
      button(word.term, () => act.showWord(word.term), { class: "term", dir: "auto", title: by(word), "aria-label": t("showWord", { term: quoted(word.term) }), key: `word ${exclude} ${word.language} ${word.term}` }),
      h("span", { class: "count" }, number(word.n_points)),
      word.language !== view.row.language && h("span", { class: "badge" }, word.language),
      h("span", { class: word.by === "decided" ? "why hand" : "why" }, by(word)),
      button("×", () => act.removeWord(word), { class: "plain", "aria-label": t("removeWord", { term: quoted(word.term) }), key: `remove ${exclude} ${word.language} ${word.term}` }))));
  };
  return [h("h3", {}, t("include")), some(false), h("h3", {}, t("exclude")), some(true)];
}

/** Words that may belong to a theme. */
export function suggestedWords(words, act) {
  return [h("h3", {}, t("suggestedWords")), words.length === 0 ? h("p", { class: "quiet" }, t("noSuggestedWords")) : h("ul", { class: "suggested" }, words.map((word) => h("li", {},
    button(word.term, () => act.tryWord(word.term), { class: "term", dir: "auto", "aria-label": t("tryWord", { term: quoted(word.term) }), key: `try ${word.term}` }),
    h("span", { class: "small" }, t("suggestedWord", { within: word.n_within, respondents: t("respondents", { n: word.n_respondents }), association: word.association })))))];
}

/** Two themes side by side. */
export function compareView(view, words, act) {
  const [onlyA, both, onlyB] = view.n_respondents;
  const [small, other] = onlyA <= onlyB ? [view.a, view.b] : [view.b, view.a];
  const all = onlyA + both + onlyB;
  const marked = (word) => (words.b.has(word) && !words.a.has(word) ? "second" : "");
  const bar = h("div", { class: "overlap-bar", "aria-hidden": "true" }, ["a", "both", "b"].map((side) => h("span", { class: side })));
  view.n_respondents.forEach((n, at) => { bar.children[at].style.flexGrow = String(n); });
  const column = (title, n, answers, side) => h("section", { class: `side ${side}` }, h("h3", { dir: "auto" }, title), h("p", { class: "small" }, t("respondents", { n }), " · ", t("responses", { n: answers.n })), list(answers, (answer) => answerCard(answer, { open: act.openAnswer, marked, key: `${side} ` }), act.more));
  return [
    h("header", { class: "theme-head" },
      h("h2", { tabindex: "-1", key: "title", dir: "auto" }, t("compareOf", { a: view.a.name, b: view.b.name })),
      bar,
      h("p", { class: "figures" }, t("overlap", { both, all, percent: percent(both, both + Math.min(onlyA, onlyB)), smaller: quoted(small.name) })),
      h("p", { class: "acts" },
        button(t("mergeThese", { a: small.name, b: other.name }), () => act.mergeInto(small.id, other.id), { class: "main", key: "mergeThese", dir: "auto" }),
        button(t("confirmBelow", { name: small.name, parent: other.name }), () => act.placeBelow(small.id, other.id), { key: "placeThese", dir: "auto" }))),
    h("div", { class: "sides" }, column(t("onlyIn", { name: view.a.name }), onlyA, view.answers[0], "a"), column(t("inBoth"), both, view.answers[1], "both"), column(t("onlyIn", { name: view.b.name }), onlyB, view.answers[2], "b")),
  ];
}

/** The decisions, the last first. */
export function logView(decisions, act) {
  return [
    h("header", { class: "theme-head" }, h("h2", { tabindex: "-1", key: "title" }, t("logTitle"))),
    decisions.length === 0 ? h("p", { class: "quiet" }, t("noDecisions")) : h("ol", { class: "log" }, decisions.map((noted) => h("li", { class: noted.undone_by ? "is-undone" : null },
      h("p", { dir: "auto" }, noted.told, noted.undone_by && h("span", { class: "badge" }, t("undone"))),
      h("p", { class: "small" }, `${noted.author}, ${day(noted.time)}`, noted.reason && h("span", { dir: "auto" }, ` · ${noted.reason}`)),
      !noted.undone_by && button(t(noted.action === "undo" ? "redo" : "undo"), () => act.undo(noted.id), { key: `undo ${noted.id}`, "aria-label": `${t(noted.action === "undo" ? "redo" : "undo")}: ${noted.told}` })))),
  ];
}

/** What may be worth a look. */
export function suggestView(found, act) {
  const reasons = { shared: "whyShared", near: "whyNear", longest: "whyLongest", borderline: "whyBorderline" };
  const why = (item) => t(reasons[item.why], { n: item.n, term: item.term && quoted(item.term), theme: item.theme && quoted(act.name(item.theme)), words: item.words?.map(quoted).join(", ") });
  const words = (all) => all.map(quoted).join(", ");
  return [
    h("header", { class: "theme-head" }, h("h2", { tabindex: "-1", key: "title" }, t("suggestTitle")), h("p", { class: "quiet" }, t("suggestIntro"))),
    h("h3", {}, t("readNext")),
    found.read.length === 0 ? h("p", { class: "quiet" }, t("noRead")) : h("ul", { class: "proposals" }, found.read.map((item) => h("li", {}, h("p", { dir: "auto", class: "because" }, why(item)), answerCard(item.answer, { open: act.openAnswer })))),
    h("h3", {}, t("pairs")),
    found.pairs.length === 0 ? h("p", { class: "quiet" }, t("noPairs")) : h("ul", { class: "proposals" }, found.pairs.map((pair) => h("li", {},
      h("p", { dir: "auto" }, h("b", {}, t("compareOf", { a: act.name(pair.theme), b: act.name(pair.other) })), ": ", t("pair", { shared: pair.n_shared, n: pair.n_theme, theme: quoted(act.name(pair.theme)), other: quoted(act.name(pair.other)) }), pair.words.length > 0 && `; ${t("pairWords", { words: words(pair.words) })}`),
      h("span", { class: "acts" }, button(t("compare"), () => act.compareWith(pair.theme, pair.other), { key: `compare ${pair.theme} ${pair.other}` }), button(t("mergeThese", { a: act.name(pair.theme), b: act.name(pair.other) }), () => act.mergeInto(pair.theme, pair.other), { key: `merge ${pair.theme} ${pair.other}`, dir: "auto" }))))),
    h("h3", {}, t("splits")),
    found.splits.length === 0 ? h("p", { class: "quiet" }, t("noSplits")) : h("ul", { class: "proposals" }, found.splits.map((split) => h("li", {},
      h("p", { dir: "auto" }, h("b", {}, act.name(split.theme)), ": ", t(split.is_own ? "splitOwn" : "splitOther", { stay: words(split.stay), leave: words(split.leave), n_stay: split.n_stay, n_leave: split.n_leave, both: t("points", { n: split.n_both }) })),
      h("span", { class: "acts" }, split.is_own
        ? button(t("splitIt"), () => act.splitOff(split.theme, split.leave), { key: `split ${split.theme}` })
        : split.leave.map((term) => button(t("ownTheme", { term: quoted(term) }), () => act.addTheme(term, [term]), { key: `own ${term}`, dir: "auto" })))))),
  ];
}
