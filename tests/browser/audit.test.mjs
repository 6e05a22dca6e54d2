// The page of an audit as its readers use it: from disk, at any width, with the keyboard alone, in the language of the run's report.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { canvass, cell, close, open, runOf, sample, serious, unfold } from "./support.mjs";

after(close);

/** Audits a summary against a run; gives the page. */
function audited(run, name, summary, ...options) {
  const home = dirname(run);
  writeFileSync(join(home, name), summary);
  canvass(home, "audit", name, run, "--out", `audit-${name}`, "--force", ...options);
  return join(home, `audit-${name}`, "audit.html");
}

/** The findings of a run as a summary, with what is wrong in it: an altered and an invented quotation, a claim that nobody made, one below the wrong question. */
function summaryOf(run) {
  const { questions } = JSON.parse(readFileSync(join(run, "findings.json"), "utf8"));
  const parts = questions.filter((question) => question.findings.length).map((question) => {
    const claims = question.findings.map((finding) => `- **${finding.label}:** ${finding.sentence} Named by ${finding.n_respondents} respondents. “${finding.verbatims[0].text.replaceAll(/\s+/g, " ").replaceAll(/[“”"]/g, "")}”`);
    return [`## ${question.id}. ${question.text} (${question.base} answers)`, "", ...claims, ""].join("\n");
  });
  const [first, last] = [questions[0], questions.at(-1)];
  const altered = first.findings[0].verbatims[0].text.split(/\s+/).slice(0, 12).join(" ").replaceAll(/[“”"]/g, "");
  return `${parts.join("\n")}
## ${last.id}. ${last.text}

- **${first.findings[0].label}:** ${first.findings[0].sentence}
- **Helicopters to the airport <b>now</b>:** Nearly all respondents want 90 % of “a heliport on every roof of the town” and “never ${altered}”.

Note: this line is no claim.
`;
}

let madePage;
const made = () => (madePage ??= audited(sample(), "summary.md", summaryOf(sample())));

/** A hundred claims of made-up houses, and their answers in this language. */
const WISHES = {
  en: ["The evening ferry must run later", "Tickets are too dear for families", "Open the archive on Saturdays", "More benches along the harbour", "Repair the lights of the pier"],
  fr: ["Le bac du soir doit partir plus tard", "Les billets sont trop chers pour les familles", "Ouvrir les archives le samedi", "Davantage de bancs le long du port", "Réparer les lampes de la jetée"],
};
const REASONS = {
  en: ["because shifts end late", "as the children come along", "since the shops close early"],
  fr: ["parce que les équipes finissent tard", "car les enfants nous accompagnent", "puisque les magasins ferment tôt"],
};
function answers(language, question) {
  const [wishes, reasons] = [WISHES[language], REASONS[language]];
  const rows = Array.from({ length: 120 }, (_, at) => `${at + 1},${cell(`${wishes[at % 5]}, ${reasons[(at * 7 + (at / 5 | 0)) % 3]}, ${language === "fr" ? "dit la maison" : "says house"} ${at + 1}.`)}`);
  return [`id,${cell(question)}`, ...rows, ""].join("\n");
}

for (const width of [1280, 400]) {
  test(`the audit's page asks for nothing, fits ${width} pixels and has nothing that axe-core finds serious`, async () => {
    const { page, complaints, requests } = await open(made(), { width });
    await unfold(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests(), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    assert.deepEqual(await serious(page), []);
    await page.close();
  });

  test(`a page of a hundred claims fits ${width} pixels, and each claim is reached from the overview`, async () => {
    const run = runOf(answers("en", "What should the harbour change?"));
    const claims = Array.from({ length: 100 }, (_, at) => `- **${WISHES.en[at % 5]} at pier ${at + 1}:** ${WISHES.en[at % 5]}, ${REASONS.en[at % 3]}, at pier ${at + 1} of the harbour with its benches.`);
    const { page } = await open(audited(run, "long.md", `${claims.join("\n")}\n`), { width });
    assert.equal((await page.$$("article.claim")).length, 100);
    const broken = await page.$$eval("#overview tbody a", (links) => links.filter((link) => !document.querySelector(link.getAttribute("href"))).length);
    assert.equal(broken, 0);
    assert.equal((await page.$$("#overview tbody a")).length, 100);
    await unfold(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    assert.deepEqual(await serious(page), []);
    await page.close();
  });
}

test("the page tells what is wrong with a claim, and markup in the summary is text", async () => {
  const { page } = await open(made());
  const told = await page.evaluate(() => {
    const claim = [...document.querySelectorAll("article.claim")].find((one) => one.querySelector("h3").textContent.startsWith("Helicopters"));
    const row = document.querySelector(`#overview a[href="#${claim.id}"]`).closest("tr");
    return { heading: claim.querySelector("h3").textContent, verdict: claim.querySelector(".verdict").textContent, faults: row.cells[3].textContent, quotations: [...claim.querySelectorAll("blockquote .verdict")].map((one) => one.textContent), inserted: claim.querySelector("ins").textContent };
  });
  assert.equal(told.heading, "Helicopters to the airport <b>now</b>");
  assert.notEqual(told.verdict, "Supported");
  assert.deepEqual([told.quotations, told.inserted], [["Not found", "Altered"], "never"]);
  assert.match(told.faults, /^1\s+quotation not found, 1\s+quotation altered, 2\s+numbers not as found/);
  const { questions } = JSON.parse(readFileSync(join(sample(), "findings.json"), "utf8"));
  const misplaced = await page.$$eval("article.claim", (all, label) => all.filter((one) => one.querySelector("h3").textContent === label).map((one) => one.querySelector(".better")?.textContent ?? ""), questions[0].findings[0].label);
  assert.equal(misplaced.length, 2);
  assert.equal(misplaced[0], "");
  assert.match(misplaced[1], new RegExp(`^Fits the answers to ${questions[0].id} better: there \\d+ of ${questions[0].base} respondents`));
  await page.close();
});

test("with the keyboard alone one comes from the overview to a claim, opens what is folded and sees where one is", async () => {
  const { page } = await open(made());
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => { const style = getComputedStyle(document.activeElement); return [document.activeElement.outerHTML.slice(0, 80), style.outlineStyle, parseFloat(style.outlineWidth)]; });
    assert.ok(outline[1] !== "none" && outline[2] >= 2, outline.join(" "));
  }
  await page.focus('#overview a[href="#c2"]');
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "#c2");
  await page.focus("article.claim details summary");
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval("article.claim details", (one) => one.open), true);
  await page.close();
});

test("on paper what is folded is open and nothing is cut", async () => {
  const { page } = await open(made());
  await page.emulateMediaType("print");
  // A4 less its margins, at 96 pixels an inch.
  await page.setViewport({ width: 665, height: 1000 });
  const measured = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    folded: [...document.querySelectorAll("article.claim details blockquote")].filter((one) => one.getBoundingClientRect().height === 0).length,
    cut: [...document.querySelectorAll(".wide")].filter((one) => one.scrollWidth > one.clientWidth + 1).length,
  }));
  assert.deepEqual(measured, { wide: 665, folded: 0, cut: 0 });
  await page.close();
});

test("the audit of a French run speaks French, in French typography", async () => {
  const run = runOf(answers("fr", "Que faut-il changer au port ?"), "--report-language", "fr");
  const summary = `- **Des bacs plus tard le soir :** La plupart des répondants veulent que le bac du soir parte plus tard : « Le bac du soir doit partir plus tard ».\n- **Des hélicoptères :** 40 % veulent des hélicoptères, « un héliport sur chaque toit de la ville ».\n`;
  const { page, complaints } = await open(audited(run, "synthese.md", summary));
  assert.equal(await page.$eval("html", (root) => root.lang), "fr");
  assert.equal(await page.$eval("h1", (one) => one.textContent), "Vérification de synthese.md");
  assert.deepEqual(await page.$$eval("article.claim .top .verdict", (all) => all.map((one) => one.textContent)), ["Appuyée", "Introuvable"]);
  assert.deepEqual(await page.$$eval("article.claim blockquote .verdict", (all) => all.map((one) => one.textContent)), ["Exacte", "Introuvable"]);
  // Of the page's own words; what the summary and the respondents wrote has lang="".
  const own = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest('[lang=""]') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.textContent);
    return texts;
  });
  for (const text of own) {
    assert.doesNotMatch(text, /[^\u202f\u00a0\s][:;?!»%]|«[^\u202f\u00a0]|[“”]| [:;?!»%]/, text);
    assert.doesNotMatch(text, /\b(the|claim|respondents|answers)\b/, text);
  }
  assert.deepEqual(complaints, []);
  await page.close();
});
