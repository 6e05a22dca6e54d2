// The report as its readers use it: from disk, with the mouse or the keyboard alone, on paper.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { canvass, cell, close, folder, open, repository, runOf, sample, serious, settled, unfold } from "./support.mjs";

after(close);

const visible = (page, selector) => page.$$eval(selector, (all) => all.filter((one) => one.checkVisibility()).length);
const text = (page, selector) => page.$eval(selector, (one) => one.textContent.trim());

test("the page opens from disk, complains of nothing and asks nobody for anything", async () => {
  const { page, complaints, requests } = await open(join(sample(), "report.html"));
  await settled(page);
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests(), []);
  assert.equal(await visible(page, "#tools"), 1);
  await page.close();
});

test("the page is complete without its script", async () => {
  const { page } = await open(join(sample(), "report.html"));
  await page.setJavaScriptEnabled(false);
  await page.reload();
  assert.equal(await visible(page, "#tools"), 0);
  assert.equal(await visible(page, ".by-theme"), 0);
  const shown = await visible(page, ".response");
  assert.equal(shown, (await page.$$(".response")).length);
  assert.ok(shown > 300, String(shown));
  await page.setJavaScriptEnabled(true);
  await page.close();
});

test("search leaves the answers and themes that hold every word, whatever case and accents", async () => {
  const { page } = await open(join(sample(), "report.html"));
  const all = await visible(page, ".response");
  await page.type("#tools input[type=search]", "NEWSLÉTTER calls");
  await settled(page);
  const texts = await page.$$eval(".response", (found) => found.filter((one) => one.checkVisibility()).map((one) => one.textContent.toLowerCase()));
  assert.ok(texts.length > 0 && texts.length < all);
  for (const answer of texts) assert.ok(answer.includes("newsletter") && answer.includes("calls"), answer);
  assert.equal(await text(page, "#status"), `${texts.length} of ${all} responses.`.replaceAll(" ", " "));
  await page.click("#clear");
  await settled(page);
  assert.equal(await visible(page, ".response"), all);
  await page.type("#tools input[type=search]", "newsletter");
  await settled(page);
  assert.ok((await page.$$eval("#found-findings a", (links) => links.map((link) => link.getAttribute("href")))).some((href) => href.startsWith("#question-1-")));
  await page.close();
});

test("a filter shows a group's answers, and each theme its count in the group, as the cross-tables have it", async () => {
  const run = sample();
  const { page } = await open(join(run, "report.html"));
  const findings = JSON.parse(readFileSync(join(run, "findings.json"), "utf8"));
  const [select] = await page.$$("#tools select");
  const name = await page.$eval("#tools .field bdi", (label) => label.textContent);
  const [code, group] = await select.evaluate((list) => [list.options[1].value, list.options[1].textContent]);
  await select.select(code);
  await settled(page);
  const groups = await page.$$eval(".response", (found) => found.filter((one) => one.checkVisibility()).map((one) => one.dataset.g.split(" ")));
  assert.ok(groups.length > 10);
  for (const of of groups) assert.ok(of.includes(code));
  const question = findings.questions[0];
  const table = findings.crosstabs.find((one) => one.question === question.id && one.by_name === name);
  assert.ok(table);
  const row = table.groups.find((one) => one.group === group);
  const theme = question.findings[0];
  const column = table.answers.findIndex((one) => one.theme_id === theme.theme_id);
  const said = (await text(page, "#question-1-finding-1 .selection")).replaceAll("\u00a0", " ");
  const [, n] = said.match(/: (\d+) of (\d+)/);
  assert.equal(Number(n), row.cells[column].n, said);
  await page.close();
});

test("a finding leads to its answers and back", async () => {
  const run = sample();
  const { page } = await open(join(run, "report.html"));
  const finding = JSON.parse(readFileSync(join(run, "findings.json"), "utf8")).questions[0].findings[1];
  await page.click("#question-1-finding-2 a[data-theme]");
  await settled(page);
  const shown = await page.$$eval("#answers-1 .response", (found) => found.filter((one) => one.checkVisibility()).map((one) => one.querySelector(".id").textContent));
  assert.deepEqual([...shown].sort(), [...finding.respondents].sort());
  const place = await page.evaluate(() => [location.hash, document.activeElement.id, Math.round(document.getElementById("answers-1").getBoundingClientRect().top)]);
  assert.equal(place[0], "#answers-1");
  assert.equal(place[1], "answers-1-heading");
  assert.ok(Math.abs(place[2]) < 900, String(place[2]));
  await page.click("#answers-1 .to-finding");
  await settled(page);
  assert.equal(await page.evaluate(() => location.hash), "#question-1-finding-2");
  // An id leads to the one answer, though the filter hides others.
  await page.$eval("#question-1-finding-1 details.ids:has(a.id)", (folded) => { folded.open = true; });
  await page.click("#question-1-finding-1 details.ids:has(a.id) a");
  await settled(page);
  const target = await page.$eval(":target", (one) => [one.className, one.checkVisibility()]);
  assert.deepEqual(target, ["response", true]);
  // And an answer to the themes it is in.
  await page.click(":target .became a");
  await settled(page);
  assert.match(await page.evaluate(() => location.hash), /^#question-1-(finding|theme)-\d+$/);
  await page.close();
});

test("the keyboard alone searches, filters, follows a finding and comes back", async () => {
  const { page } = await open(join(sample(), "report.html"));
  const active = () => page.evaluate(() => { const one = document.activeElement; return [one.tagName, one.type || one.className || one.id, one.getAttribute("href")]; });
  await page.keyboard.press("Tab");
  assert.deepEqual(await active(), ["A", "skip", "#main"]);
  let steps = 0;
  while ((await active())[1] !== "search" && steps++ < 60) await page.keyboard.press("Tab");
  await page.keyboard.type("newsletter");
  await page.keyboard.press("Enter");
  await settled(page);
  const found = await visible(page, ".response");
  assert.ok(found > 0 && found < 100);
  await page.keyboard.press("Tab");
  assert.equal((await active())[0], "SELECT");
  await page.keyboard.press("ArrowDown");
  await settled(page);
  assert.ok(await visible(page, ".response") <= found);
  steps = 0;
  while ((await active())[2] !== "#annex" && steps++ < 10) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.evaluate(() => location.hash), "#annex");
  await page.close();
});

test("everything that takes the keyboard shows it", async () => {
  const { page } = await open(join(sample(), "report.html"));
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => { const style = getComputedStyle(document.activeElement); return [document.activeElement.outerHTML.slice(0, 80), style.outlineStyle, parseFloat(style.outlineWidth)]; });
    assert.ok(outline[1] !== "none" && outline[2] >= 2, outline.join(" "));
  }
  await page.close();
});

for (const width of [1280, 400]) {
  test(`axe-core reports nothing serious at ${width} pixels`, async () => {
    const { page } = await open(join(sample(), "report.html"), { width });
    await unfold(page);
    assert.deepEqual(await serious(page), []);
    await page.close();
  });

  test(`nothing is wider than a screen of ${width} pixels`, async () => {
    const { page } = await open(join(sample(), "report.html"), { width });
    await unfold(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    await page.close();
  });
}

test("on paper no text is cut, what was folded is open and what was filtered is whole", async () => {
  const { page } = await open(join(sample(), "report.html"));
  await page.type("#tools input[type=search]", "newsletter");
  await settled(page);
  await page.emulateMediaType("print");
  // A4 less its margins, at 96 pixels an inch.
  await page.setViewport({ width: 665, height: 1000 });
  const measured = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    tools: document.getElementById("tools").checkVisibility(),
    hidden: [...document.querySelectorAll(".response")].filter((one) => getComputedStyle(one).display === "none").length,
    cut: [...document.querySelectorAll("main *")].filter((one) => {
      const style = getComputedStyle(one);
      return ["hidden", "auto", "scroll"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && !one.closest("svg") && style.clipPath === "none";
    }).map((one) => one.outerHTML.slice(0, 120)),
  }));
  assert.ok(measured.wide <= 665, String(measured.wide));
  assert.deepEqual([measured.tools, measured.hidden, measured.cut], [false, 0, []]);
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  assert.ok(pdf.length > 100_000);
  await page.close();
});

/** Answers of made-up members, `n` of them, with a few subjects. */
function many(n) {
  const wishes = ["The evening ferry must run later", "Tickets are too dear for families", "Open the archive on Saturdays", "More benches along the harbour", "Repair the lights of the pier"];
  const reasons = ["because shifts end late", "as the children come along", "since the shops close early", "and please tell us when", "so that visitors stay longer"];
  const rows = Array.from({ length: n }, (_, at) => [
    at + 1, ["North", "South", "East"][at % 3], cell(`${wishes[at % 5]}, ${reasons[(at * 7 + (at / 5 | 0)) % 5]}, says house ${at + 1} of lane ${(at * 31) % 977}.`),
  ].join(","));
  return ["id,Region,What should the harbour change?", ...rows, ""].join("\n");
}

test("a report of 5,000 responses opens within two seconds and is searched at once", async () => {
  const run = runOf(many(5000), "--formats", "html");
  const opened = [];
  for (let round = 0; round < 3; round++) {
    const begin = performance.now();
    const { page } = await open(join(run, "report.html"));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    opened.push(performance.now() - begin);
    assert.equal((await page.$$(".response")).length, 5000);
    if (round === 0) {
      await page.type("#tools input[type=search]", "benches shifts");
      await settled(page);
      const found = await visible(page, ".response");
      assert.ok(found > 50 && found < 1000, String(found));
    }
    await page.close();
  }
  console.log(`# 5,000 responses: opened in ${opened.map((ms) => Math.round(ms)).join(", ")} ms`);
});

test("a report of more responses keeps them in pages of their own that are linked both ways", async () => {
  const run = runOf(many(5600), "--formats", "html");
  const files = readdirSync(join(run, "report"));
  assert.equal(files.length, 12);
  const { page, complaints } = await open(join(run, "report.html"));
  assert.equal(await visible(page, "#tools"), 0);
  assert.equal((await page.$$(".response")).length, 0);
  await page.$eval("#question-1-finding-1 details.ids:has(a.id)", (folded) => { folded.open = true; });
  const ids = await page.$$("#question-1-finding-1 details.ids:has(a.id) a");
  const id = await ids.at(-1).evaluate((link) => link.textContent);
  await Promise.all([page.waitForNavigation(), ids.at(-1).click()]);
  await settled(page);
  assert.match(page.url(), /report\/question-1-\d{3}\.html#answer-1-\d+$/);
  assert.equal(await text(page, ":target .id"), id);
  assert.equal((await page.$$(".response")).length <= 500, true);
  await page.type("#tools input[type=search]", "benches");
  await settled(page);
  assert.ok(await visible(page, ".response") > 20);
  await Promise.all([page.waitForNavigation(), page.click(".response:not([hidden]) .became a")]);
  assert.match(page.url(), /report\.html#question-1-finding-\d$/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("what changed since an earlier consultation reads well, wide and narrow, and axe-core reports nothing serious", async () => {
  const data = join(repository, "data/sample");
  const answers = [join(data, "consultation.xlsx"), "--reference", join(data, "reference.md")];
  const home = folder();
  canvass(home, "fit", sample(), "--out", "model.json", "--name", "the first round");
  canvass(home, "run", ...answers, "--themes", "model.json", "--out", "out");
  for (const width of [1280, 400]) {
    const { page, complaints } = await open(join(home, "out/report.html"), { width });
    await settled(page);
    assert.deepEqual(complaints, []);
    assert.ok((await page.$eval("#question-1-drift + .intro", (one) => one.textContent)).includes("the first round"));
    const heads = await page.$$eval(".drift tbody td[data-head]", (cells) => cells.slice(0, 4).map((one) => getComputedStyle(one, "::before").content));
    // On a narrow screen each figure says what it is.
    assert.equal(heads.every((head) => head !== "none"), width === 400, heads.join());
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(widest <= width, String(widest));
    assert.deepEqual(await serious(page), []);
    await page.close();
  }
});

test("the report speaks French where that is asked for", async () => {
  const run = runOf(many(200), "--formats", "html", "--report-language", "fr");
  const { page, complaints } = await open(join(run, "report.html"));
  assert.equal(await page.$eval("html", (root) => root.lang), "fr");
  assert.equal(await text(page, "h1"), "Constats de la consultation");
  await page.type("#tools input[type=search]", "benches");
  await settled(page);
  assert.match((await text(page, "#status")).replaceAll(/\s/g, " "), /^Réponses affichées : \d+ sur 200\.$/);
  assert.deepEqual(complaints, []);
  await page.close();
});
