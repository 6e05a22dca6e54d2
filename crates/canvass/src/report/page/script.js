// Search, filters and the way from a finding to its answers and back. The page is complete without it.
// It reads and hides what is there; no text is ever taken for markup.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const tools = document.getElementById("tools");
  if (!tools) return;

  const words = tools.dataset;
  const locale = document.documentElement.lang;
  const space = locale === "fr" ? "\u202f" : "\u00a0";
  const number = (n) => n.toLocaleString(locale).replace(/[\s,.’]/gu, space);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const percent = (n, of) => (of ? Math.round((100 * n) / of) : 0) + space + "%";
  // What is searched is compared without case, accents and breaks.
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/gu, " ");

  const answers = all(".response").map((element) => ({
    element,
    section: element.closest(".answers-of").id,
    respondent: element.dataset.r,
    counts: element.dataset.b === "1",
    themes: new Set((element.dataset.t || "").split(" ").filter(Boolean)),
    groups: new Set((element.dataset.g || "").split(" ").filter(Boolean)),
    text: folded(element.textContent),
  }));
  const findings = all("[data-label]").map((element) => ({ element, text: folded(element.textContent) }));
  const search = tools.querySelector("input[type=search]");
  const selects = all("select", tools);
  const state = { theme: null, back: null };

  const matches = (answer, query, groups) =>
    groups.every((group) => answer.groups.has(group)) && query.every((word) => answer.text.includes(word));

  // Marks what was searched for, without touching the page's elements.
  const mark = (query) => {
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!query.length) return;
    const ranges = [];
    for (const answer of answers) {
      if (answer.element.hidden || ranges.length > 2000) continue;
      const text = answer.element.querySelector(".answer-text")?.firstChild;
      if (!text) continue;
      const lower = text.data.toLowerCase();
      for (const word of query) {
        for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(text, at);
          range.setEnd(text, Math.min(at + word.length, text.length));
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const update = () => {
    const query = folded(search.value).trim().split(" ").filter(Boolean);
    const groups = selects.map((select) => select.value).filter(Boolean);
    const isFiltered = query.length > 0 || groups.length > 0;
    const shown = new Map();
    const bases = new Map();
    const themes = new Map();
    let n = 0;
    for (const answer of answers) {
      const inGroups = groups.every((group) => answer.groups.has(group));
      const isMatch = matches(answer, query, groups);
      const isShown = isMatch && (!state.theme || !state.theme.startsWith(answer.section + "/") || answer.themes.has(state.theme.split("/")[1]));
      if (answer.element.hidden === isShown) answer.element.hidden = !isShown;
      if (isMatch) n += 1;
      if (isShown) shown.set(answer.section, (shown.get(answer.section) || 0) + 1);
      if (inGroups && answer.counts) {
        if (!bases.has(answer.section)) bases.set(answer.section, new Set());
        bases.get(answer.section).add(answer.respondent);
        for (const theme of answer.themes) {
          const key = answer.section + "/" + theme;
          if (!themes.has(key)) themes.set(key, new Set());
          themes.get(key).add(answer.respondent);
        }
      }
    }
    for (const section of all(".answers-of")) {
      const status = section.querySelector(".shown");
      const received = Number(section.dataset.n);
      const visible = shown.get(section.id) || 0;
      say(status, visible === received ? fill(words.all, { n: number(received) }) : fill(words.some, { n: number(visible), of: number(received) }));
      const theme = section.querySelector(".by-theme");
      const isOf = Boolean(state.theme && state.theme.startsWith(section.id + "/"));
      theme.hidden = !isOf;
      if (isOf) {
        say(theme.querySelector(".theme-name"), state.back.dataset.name);
        theme.querySelector(".to-finding").href = "#" + state.back.dataset.from;
      }
    }
    for (const element of all(".selection")) {
      const base = bases.get(element.dataset.of)?.size || 0;
      const named = themes.get(element.dataset.of + "/" + element.dataset.theme)?.size || 0;
      element.hidden = groups.length === 0;
      if (groups.length) say(element, fill(words.selection, { n: number(named), of: number(base), share: percent(named, base) }));
    }
    const titles = query.length ? findings.filter((finding) => query.every((word) => finding.text.includes(word))) : [];
    const list = document.getElementById("found-findings");
    list.replaceChildren(...titles.slice(0, 20).map((finding) => {
      const link = document.createElement("a");
      link.href = "#" + finding.element.dataset.label;
      link.textContent = finding.element.textContent;
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    list.parentElement.hidden = titles.length === 0;
    say(document.getElementById("status"), isFiltered ? fill(words.some, { n: number(n), of: number(answers.length) }) : "");
    document.getElementById("to-found").hidden = !isFiltered;
    document.getElementById("clear").hidden = !isFiltered;
    mark(query);
  };

  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(update, 120); };
  search.addEventListener("input", soon);
  for (const select of selects) select.addEventListener("change", update);
  tools.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); update(); });
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    for (const select of selects) select.value = "";
    update();
    search.focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-theme]");
    if (link) {
      state.theme = link.dataset.theme;
      state.back = link;
      update();
      // The link itself leads to the answers; then the heading there takes the keyboard along.
      setTimeout(() => document.getElementById(link.dataset.theme.split("/")[0])?.querySelector("h3, h2")?.focus({ preventScroll: true }));
    }
    const button = event.target.closest?.(".all-themes");
    if (button) {
      const section = button.closest(".answers-of");
      state.theme = null;
      update();
      section.querySelector("h3, h2")?.focus();
    }
  });
  // An answer that a filter hides is shown when a link leads to it; what is folded opens.
  const arrive = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) {
      search.value = "";
      for (const select of selects) select.value = "";
      state.theme = null;
      update();
    }
    for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", arrive);
  tools.hidden = false;
  document.documentElement.classList.add("scripted");
  update();
  arrive();
})();
