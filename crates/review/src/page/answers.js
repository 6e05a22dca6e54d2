// Answers: their text with the words marked, and what put each point where it is.
import { button, h } from "./dom.js";
import { quoted, t } from "./texts.js";

const day = (time) => time.slice(0, 10);

/** Whether people put it there. */
const isByHand = (put) => put.by === "point" || put.by === "response";

/** What put a point into a theme, in words. */
export function because(put) {
  const decision = put.decision && { author: put.decision.author, time: day(put.decision.time) };
  if (put.by === "point") return decision ? t("becausePoint", decision) : t("becauseHand");
  if (put.by === "response") return decision ? t("becauseResponse", decision) : t("becauseHand");
  if (put.by === "classifier") return t("becauseClassifier");
  return put.words.length ? t("because", { words: put.words.map(quoted).join(", ") }) : t("becauseBelow");
}

/** The text of an answer. Points that are not meant stand back; words are marked. */
export function answerText(answer, { marked = () => "" } = {}) {
  // Where no point is meant more than others, none stands back.
  const all = answer.points.every((point) => !point.is_in);
  const pieces = answer.pieces.map((piece) => {
    const point = piece.point === null ? null : answer.points[piece.point];
    const kind = all || point?.is_in ? "in" : point === null ? "between" : "out";
    if (piece.word === null) return h("span", { class: kind }, piece.text);
    return h("mark", { class: `${kind} ${marked(point.words[piece.word])}` }, piece.text);
  });
  return h("p", { class: "text", dir: "auto", lang: answer.language }, pieces);
}

/** An answer as a card. `tools(answer)` gives what is shown below its text; `plain` one that cannot be opened or chosen. */
export function answerCard(answer, { open, tools = () => [], plain = false, marked, key = "" } = {}) {
  const name = t("answer", { id: answer.response });
  const title = plain || !open
    ? h("span", { class: "id" }, name)
    : h("a", { class: "id", href: "#", "aria-label": t("openAnswer", { id: answer.response }), key: `open ${key}${answer.response}`, onclick: (event) => { event.preventDefault(); open(answer); } }, name);
  return h(plain ? "div" : "article", { class: "answer", tabindex: plain ? null : "-1", key: plain ? null : `answer ${key}${answer.response}`, "aria-label": plain ? null : name },
    h("div", { class: "head" }, title, h("span", { class: "place" }, answer.place)),
    answerText(answer, { marked }),
    answer.original !== null && h("details", { class: "original" }, h("summary", {}, t("translated")), h("p", { dir: "auto" }, answer.original)),
    tools(answer));
}

/** The points of a theme in an answer, each with what put it there and what can be done with it. */
export function pointTools(answer, theme, act) {
  return h("ul", { class: "points" }, answer.points.filter((point) => point.is_in).map((point) => {
    const put = point.themes.find((put) => put.theme === theme.id);
    const others = point.themes.filter((put) => put.theme !== theme.id).map((put) => act.name(put.theme));
    const key = `${answer.response} ${point.start}`;
    return h("li", {},
      h("span", { class: put && isByHand(put) ? "why hand" : "why" }, put ? because(put) : t("becauseBelow"), put?.is_exemplar ? ` · ${t("isExemplar")}` : ""),
      others.length > 0 && h("span", { class: "also", dir: "auto" }, others.join(" · ")),
      h("span", { class: "acts" },
        button(t("takeOut"), () => act.drop(answer, point), { key: `drop ${key}` }),
        button(t("moveTo"), () => act.move(answer, point), { key: `move ${key}` }),
        !put?.is_exemplar && button(t("exemplar"), () => act.exemplar(answer, point), { key: `exemplar ${key}` }),
        button(t("neverQuote"), () => act.unquote(answer, point), { key: `unquote ${key}` })));
  }));
}

/** An answer as a whole: every point with its themes. */
export function answerWhole(answer, act) {
  const texts = answer.points.map(() => "");
  answer.pieces.forEach((piece) => { if (piece.point !== null) texts[piece.point] += piece.text; });
  return h("section", { class: "whole" },
    h("p", { class: "acts" },
      button(t("codeAnswer"), () => act.code(answer), { key: "code", class: "main" }),
      button(t("moveAnswer"), () => act.moveAnswer(answer), { key: "moveAnswer" }),
      button(t("dropAnswer"), () => act.dropAnswer(answer), { key: "dropAnswer" })),
    h("ol", { class: "points whole-points" }, answer.points.map((point, at) => h("li", {},
      h("p", { class: "text", dir: "auto", lang: answer.language }, texts[at]),
      h("ul", { class: "puts" }, point.themes.map((put) => h("li", {},
        h("span", { dir: "auto", class: "theme-name" }, act.name(put.theme)), " ",
        h("span", { class: isByHand(put) ? "why hand" : "why" }, because(put), put.is_exemplar ? ` · ${t("isExemplar")}` : ""),
        button("×", () => act.drop(answer, point, put.theme), { "aria-label": t("takeOutOf", { name: act.name(put.theme) }), key: `drop ${point.start} ${put.theme}` }))),
      point.themes.length === 0 && h("li", { class: "quiet" }, t("inNoTheme"))),
      h("span", { class: "acts" },
        button(t("putIn"), () => act.put(answer, point), { key: `put ${point.start}` }),
        button(t("neverQuote"), () => act.unquote(answer, point), { key: `unquote ${point.start}` }))))));
}
