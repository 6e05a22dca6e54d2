// Questions to the analyst: which theme, which name, which words; and what a decision would come to, before it is made.
import { answerCard } from "./answers.js";
import { button, fill, h, later } from "./dom.js";
import { Refused, preview } from "./server.js";
import { number, t } from "./texts.js";

/** Opens a dialog; gives what `done` is called with, or nothing if it is left. */
function ask(title, build) {
  return new Promise((resolve) => {
    const before = document.activeElement?.dataset?.key;
    let answer = null;
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" });
    const done = (value) => { answer = value; dialog.close(); };
    const form = h("form", { method: "dialog" }, h("h2", { id: "dialog-title", dir: "auto" }, title), build(done));
    dialog.append(form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before) document.querySelector(`[data-key="${CSS.escape(before)}"]`)?.focus();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector("input, textarea, button"))?.focus();
  });
}

const end = (label, dialogOnly = []) => h("p", { class: "end" }, dialogOnly, h("button", { type: "submit", class: "main", value: "save" }, label), h("button", { type: "button", class: "leave", onclick: (event) => event.target.closest("dialog").close() }, t("cancel")));
const reasonField = () => h("label", { class: "reason" }, t("reason"), h("input", { type: "text", name: "reason", autocomplete: "off", maxlength: "500" }));
const onSubmit = (act) => (event) => { event.preventDefault(); act(new FormData(event.target)); };

/** Asks for a theme of a list of `{id, name}`. */
export function chooseTheme(title, themes) {
  return ask(title, (done) => {
    const list = h("ul", { class: "choices" });
    const show = (filter) => {
      const wanted = filter.toLowerCase();
      const found = themes.filter((theme) => `${theme.name} ${theme.id}`.toLowerCase().includes(wanted));
      fill(list, found.map((theme) => h("li", {}, button(theme.name, () => done(theme.id), { dir: "auto", class: "choice" }))), found.length === 0 && h("li", { class: "quiet" }, t("noSuchTheme")));
      return found;
    };
    show("");
    const input = h("input", { type: "search", autofocus: true, "aria-label": t("filterThemes"), placeholder: t("filterThemes"), autocomplete: "off" });
    input.addEventListener("input", () => show(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); list.querySelector("button")?.click(); }
      if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...list.querySelectorAll("button")];
      (all[all.indexOf(document.activeElement) + step] ?? input).focus();
    });
    return [input, list, h("p", { class: "end" }, h("button", { type: "button", class: "leave", onclick: (event) => event.target.closest("dialog").close() }, t("cancel")))];
  });
}

/** Asks for a line of text: `{text, reason}`. */
export function askText(title, label, value, { long = false } = {}) {
  return ask(title, (done) => {
    const field = long ? h("textarea", { name: "text", rows: "5", autofocus: true, value }) : h("input", { type: "text", name: "text", autofocus: true, value, autocomplete: "off", required: true });
    setTimeout(() => { field.select(); field.form.onsubmit = onSubmit((data) => done({ text: data.get("text").trim(), reason: data.get("reason") })); });
    return [h("label", {}, label, field), reasonField(), end(t("save"))];
  });
}

/** Shows what an action would come to, and asks whether to do it: `{reason}`. */
export function confirm(title, label, question, action) {
  return ask(title, (done) => {
    const shown = previewBox();
    shown.show(question, action);
    setTimeout(() => { shown.element.closest("form").onsubmit = onSubmit((data) => done({ reason: data.get("reason") })); });
    const buttons = end(label);
    buttons.firstElementChild.autofocus = true;
    buttons.firstElementChild.setAttribute("autofocus", "");
    return [shown.element, reasonField(), buttons];
  });
}

/** Asks which words leave a theme, and for the new one's name: `{terms, name, reason}`. */
export function askSplit(title, question, theme, words, chosen = []) {
  return ask(title, (done) => {
    const shown = previewBox();
    const boxes = words.map((word) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "term", value: word, checked: chosen.includes(word) }), h("span", { dir: "auto" }, word)));
    const name = h("input", { type: "text", name: "name", required: true, autocomplete: "off", value: chosen[0] ?? "", autofocus: chosen.length > 0 });
    const read = (data) => ({ terms: data.getAll("term"), name: data.get("name").trim(), reason: data.get("reason") });
    const update = later(150, (form) => {
      const { terms, name } = read(new FormData(form));
      if (terms.length === 0) shown.clear(); else shown.show(question, { action: "split", theme, new: "", name: name || "?", terms });
    });
    setTimeout(() => {
      const { form } = name;
      form.oninput = () => update(form);
      form.onsubmit = onSubmit((data) => { const asked = read(data); if (asked.terms.length) done(asked); });
      update(form);
    });
    return [h("fieldset", { class: "checks" }, h("legend", {}, t("splitLabel")), boxes), h("label", {}, t("splitName"), name), shown.element, reasonField(), end(t("split"))];
  });
}

/** Asks for a new theme: `{name, include, reason}`. */
export function askTheme(question, name = "", words = []) {
  return ask(t("newTitle"), (done) => {
    const shown = previewBox();
    const field = h("input", { type: "text", name: "name", required: true, autocomplete: "off", autofocus: true, value: name });
    const terms = h("textarea", { name: "words", rows: "3", value: words.join("\n") });
    const read = (data) => ({ name: data.get("name").trim(), include: data.get("words").split("\n").map((word) => word.trim()).filter(Boolean), reason: data.get("reason") });
    const update = later(150, (form) => {
      const { name, include } = read(new FormData(form));
      if (include.length === 0) shown.clear(); else shown.show(question, { action: "add", theme: "", name: name || "?", include });
    });
    setTimeout(() => {
      const { form } = field;
      form.oninput = () => update(form);
      form.onsubmit = onSubmit((data) => done(read(data)));
      update(form);
    });
    return [h("label", {}, t("nameLabel"), field), h("label", {}, t("newWords"), terms), shown.element, reasonField(), end(t("newTheme"))];
  });
}

/** Shows texts, with a way out. */
export const tell = (title, ...content) => ask(title, () => [content, h("p", { class: "end" }, h("button", { type: "button", class: "main", autofocus: true, onclick: (event) => event.target.closest("dialog").close() }, t("close")))]);

const difference = ([before, after]) => (after > before ? "+" : after < before ? "−" : "±") + number(Math.abs(after - before));

/** Where a preview is shown. The last one asked for wins. */
export function previewBox() {
  const element = h("div", { class: "preview", role: "status", "aria-live": "polite" });
  let asked = 0;
  const list = (key, kind, answers) => answers.n > 0 && h("details", { class: kind, open: answers.n <= 5 },
    h("summary", {}, t(key, { n: answers.n })),
    answers.answers.map((answer) => answerCard(answer, { plain: true })),
    answers.n > answers.answers.length && h("p", { class: "quiet" }, t("firstOf", { n: answers.answers.length, all: answers.n })));
  return {
    element,
    clear() { asked += 1; fill(element); },
    async show(question, action) {
      asked += 1;
      const mine = asked;
      let content;
      try {
        const found = await preview(question, action);
        content = found.refused
          ? [h("p", { class: "refused" }, found.refused.message), h("p", { class: "quiet" }, t("wayOut", { hint: found.refused.hint }))]
          : found.themes.length === 0
            ? [h("p", { class: "quiet" }, t("previewNothing"))]
            : [found.themes.map((change) => h("div", { class: "change" },
                h("p", { class: "figures", dir: "auto" }, t("change", { name: change.name, before: change.n_respondents[0], after: change.n_respondents[1], difference: difference(change.n_respondents) })),
                list("comeIn", "in", change.come_in), list("goOut", "out", change.go_out))),
              h("p", { class: "quiet" }, t("uncodedChange", { before: found.n_uncoded[0], after: found.n_uncoded[1] }))];
      } catch (error) {
        content = [h("p", { class: "refused" }, error instanceof Refused ? error.message : t("lost"))];
      }
      if (mine === asked) fill(element, content);
    },
  };
}
