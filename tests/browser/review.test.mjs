// The page of a review as an analyst uses it: every action, with the mouse and with the keys alone, in two tabs, with a server that is killed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { axeSource, cell, close, folder, launch, runOf, sample } from "./support.mjs";

const servers = [];
after(async () => { servers.forEach((server) => server.kill("SIGKILL")); await close(); });

/** A copy of the sample's run folder, in a folder of its own. */
function sampleRun() {
  const run = join(folder(), "out");
  cpSync(sample(), run, { recursive: true });
  return run;
}

/** Starts a server; gives it with its address. */
async function serve(run, ...options) {
  const server = spawn(process.env.CANVASS, ["review", run, "--author", "A. Lind", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  servers.push(server);
  const address = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (data) => { said += data; const found = /open (\S+)/.exec(said); if (found) resolve(found[1]); });
    server.on("exit", () => reject(new Error("the server ended")));
  });
  return { server, address, port: new URL(address).port, file: join(dirname(run), "codeframe.toml") };
}

/** Opens a page in a browser's tab; what it complains of and whom it asks is kept beside it. */
async function openTab(address, { width = 1280, height = 900, context } = {}) {
  const page = await (context ?? await launch()).newPage();
  await page.setViewport({ width, height });
  const complaints = [];
  const foreign = [];
  const dialogs = [];
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => { if (new URL(request.url()).origin !== new URL(address).origin) foreign.push(request.url()); });
  await page.goto(address);
  await page.waitForSelector("#main h2");
  return { page, complaints, foreign, dialogs };
}

/** A review with one tab. */
async function review(run = sampleRun(), ...options) {
  const served = await serve(run, "--port", "0", ...options);
  return { run, ...served, ...await openTab(served.address) };
}

const lines = (file) => readFileSync(file, "utf8").split("\n[decisions]\n")[1].split("\n").filter(Boolean);
const actions = (file) => lines(file).map((line) => /action = "([a-z-]+)"/.exec(line)[1]);
const text = (page, selector) => page.$eval(selector, (one) => one.textContent.trim());
const until = (page, what, ...values) => page.waitForFunction(what, { timeout: 8000 }, ...values);
const title = (page, wanted) => until(page, (wanted) => document.querySelector("#main h2")?.textContent.includes(wanted), wanted);
const dialog = (page) => page.waitForSelector("dialog[open]");
const noDialog = (page) => until(page, () => !document.querySelector("dialog[open]"));
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };

/** Waits until the file has this many decisions and the page shows them. */
async function decided(page, file, n) {
  for (let wait = 0; lines(file).length !== n; wait += 1) {
    assert.ok(wait < 160, `${lines(file).length} decisions, not ${n}: ${await text(page, "#said")}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  await until(page, () => [...document.querySelectorAll(".toast")].some((toast) => /Saved|saved already/.test(toast.textContent)));
  await page.evaluate(() => document.querySelectorAll(".toast").forEach((toast) => toast.remove()));
}
const click = (page, wanted, within = "body") => page.evaluate((wanted, within) => {
  const found = [...document.querySelector(within).querySelectorAll("button, summary")].find((one) => one.textContent.trim() === wanted && one.checkVisibility());
  if (!found) throw new Error(`no button ${wanted}`);
  found.focus();
  found.click();
}, wanted, within);
const respondents = (page) => page.$eval(".theme[aria-current] .count", (one) => Number.parseInt(one.textContent, 10));

test("the page asks nobody else, complains of nothing, and its address is good once", async () => {
  const { page, address, complaints, foreign } = await review();
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual([complaints, foreign], [[], []]);
  assert.equal(await page.evaluate(() => document.cookie), "");
  const other = await (await launch()).createBrowserContext();
  const stranger = await other.newPage();
  const reply = await stranger.goto(address);
  assert.equal(reply.status(), 403);
  assert.match(await text(stranger, "h1"), /locked/);
  await other.close();
  await page.reload();
  await page.waitForSelector("#main h2");
  await page.close();
});

test("a word is tried, added, shown and removed, and the counts follow at once", async () => {
  const { page, file, complaints } = await review();
  const before = await respondents(page);
  await page.type("#term", "water");
  await page.waitForSelector(".add .preview .figures");
  const told = await text(page, ".add .preview .figures");
  const [, from, to] = /: (\d+) → (\d+) respondents/.exec(told);
  assert.equal(Number(from), before);
  assert.ok(Number(to) > before, told);
  assert.ok((await page.$$eval(".add .preview .answer mark", (marks) => marks.map((mark) => mark.textContent.toLowerCase()))).every((word) => word.startsWith("water")));
  assert.equal(lines(file).length, 0, "trying decides nothing");
  await click(page, "Add", ".add");
  await decided(page, file, 1);
  assert.equal(await respondents(page), Number(to));
  await click(page, "water", ".words");
  await page.waitForSelector(".filter");
  const shown = await page.$$eval("#main article mark", (marks) => marks.map((mark) => mark.textContent.toLowerCase()));
  assert.ok(shown.some((word) => word.startsWith("water")), String(shown));
  assert.ok((await page.$$eval("#tools .words .why.hand", (all) => all.map((one) => one.textContent))).some((by) => by.includes("A. Lind")));
  await page.click("[aria-label='Remove “water”']");
  await dialog(page);
  await page.waitForSelector("dialog .preview .figures");
  await page.type("dialog [name=reason]", "too \"wide\"");
  await press(page, "Enter");
  await noDialog(page);
  await decided(page, file, 2);
  assert.equal(await respondents(page), before);
  assert.match(lines(file)[1], /reason = "too \\"wide\\""/);
  // What cannot be looked for is said while it is written.
  await page.$eval("#term", (field) => { field.value = ""; });
  await page.type("#term", "the");
  await page.waitForSelector(".add .preview .refused");
  assert.deepEqual(complaints, []);
  await page.close();
});

test("every action is a decision in the file, and every one is undone", async () => {
  const { page, file, complaints, foreign } = await review();
  let n = 0;
  const done = async () => { await noDialog(page); n += 1; await decided(page, file, n); };
  const first = await text(page, "#main h2");
  const themes = () => page.$$eval("#themes .themes .name", (all) => all.map((one) => one.textContent));
  const at_first = await page.$$eval("#themes .themes .theme", (all) => all.map((one) => one.textContent));

  await click(page, "Rename"); await dialog(page); await page.keyboard.type("Neighbouring towns"); await press(page, "Enter"); await done();
  await title(page, "Neighbouring towns");
  await click(page, "Definition"); await dialog(page); await page.keyboard.type("What towns do together"); await click(page, "Save", "dialog"); await done();
  assert.equal(await text(page, ".definition"), "What towns do together");
  await click(page, "Sign off"); await done();
  await click(page, "Reopen"); await done();
  await click(page, "Reject"); await dialog(page); await click(page, "Reject", "dialog"); await done();
  assert.ok(await page.$("#themes .is-rejected"));
  await click(page, "Reopen"); await done();
  await page.type("#term", "valley"); await press(page, "Enter"); await done();
  await page.type("#term", "school"); await page.click(".add input[value=yes]"); await click(page, "Add", ".add"); await done();
  // The words of a theme in two.
  await click(page, "Split"); await dialog(page);
  await page.click("dialog input[value=valley]"); await page.type("dialog [name=name]", "Valleys");
  await page.waitForSelector("dialog .preview .figures"); await click(page, "Split", "dialog"); await done();
  await title(page, "Valleys");
  // Below another, and beside one.
  await click(page, "Place below"); await dialog(page); await page.keyboard.type("neighb"); await press(page, "Enter");
  await page.waitForSelector("dialog .preview"); await until(page, () => document.querySelector("dialog h2").textContent.includes("below “Neighb")); await click(page, "Save", "dialog"); await done();
  await click(page, "Compare"); await dialog(page); await page.keyboard.type("neighb"); await press(page, "Enter");
  await title(page, "Valleys and Neighbouring towns");
  assert.equal((await page.$$(".side")).length, 3);
  await page.click("[data-key=mergeThese]"); await dialog(page); await click(page, "Merge", "dialog"); await done();
  await title(page, "Neighbouring towns");
  assert.ok(!(await themes()).includes("Valleys"));
  // A theme of one's own, and points by hand.
  await click(page, "New theme", "#themes"); await dialog(page); await page.keyboard.type("Noise"); await page.type("dialog textarea", "noise\nbusy road");
  await click(page, "New theme", "dialog"); await done();
  await title(page, "Noise");
  await press(page, "g"); await title(page, "In no theme");
  const uncoded = Number(await text(page, "#n-uncoded"));
  await press(page, "j", "c"); await dialog(page); await page.keyboard.type("Noise"); await press(page, "Enter"); await done();
  await until(page, (n) => Number(document.querySelector("#n-uncoded").textContent) === n, uncoded - 1);
  await page.evaluate(() => [...document.querySelectorAll("#themes .theme")].find((one) => one.textContent.includes("Neighbouring")).click());
  await title(page, "Neighbouring towns");
  await page.focus("article.answer");
  await click(page, "Quote first", "article.answer"); await done();
  await page.focus("article.answer"); await click(page, "Never quote", "article.answer"); await done();
  await page.focus("article.answer"); await click(page, "Move to …", "article.answer"); await dialog(page); await page.keyboard.type("Noise"); await press(page, "Enter"); await done();
  await page.focus("article.answer"); await click(page, "Not in this theme", "article.answer"); await done();
  // An answer as a whole.
  await press(page, "j", "Enter"); await title(page, "Answer");
  await click(page, "Put in a theme …", ".whole-points"); await dialog(page); await page.keyboard.type("Noise"); await press(page, "Enter"); await done();
  await click(page, "Move the whole answer …"); await dialog(page); await page.keyboard.type("Neighb"); await press(page, "Enter");
  await until(page, () => document.querySelector("dialog h2")?.textContent === "Move it to"); await page.keyboard.type("small grants"); await press(page, "Enter"); await done();
  await click(page, "Take the whole answer out of …"); await dialog(page); await press(page, "Enter");
  await noDialog(page); await until(page, () => document.querySelector(".toast"));
  if (lines(file).length > n) n += 1;
  await page.evaluate(() => document.querySelectorAll(".toast").forEach((toast) => toast.remove()));
  await press(page, "Escape"); await title(page, "Neighbouring towns");
  await press(page, "D"); await dialog(page); await click(page, "Delete", "dialog"); await done();
  const expected = ["rename", "define", "sign-off", "reopen", "reject", "add-term", "split", "set-parent", "merge", "add", "code-response", "mark-exemplar", "exclude-verbatim", "move-point", "drop-point", "pin-point", "move-response", "delete"];
  const made = actions(file);
  for (const action of expected) assert.ok(made.includes(action), `${action}: ${made}`);
  assert.deepEqual([complaints, foreign], [[], []]);

  // One step after the other is undone, the last first, until all is as it was.
  const steps = n;
  for (let step = 0; step < steps; step += 1) { await click(page, "Undo", ".top"); await done(); }
  assert.deepEqual(await page.$$eval("#themes .themes .theme", (all) => all.map((one) => one.textContent)), at_first);
  await press(page, "l"); await title(page, "Decisions");
  assert.equal((await page.$$(".log .is-undone")).length, steps);
  // And an undo, too.
  await click(page, "Do it again", ".log"); await done();
  assert.ok((await themes()).includes("Neighbouring towns") && first !== "Neighbouring towns");
  await page.close();
});

test("what needs a step is told when that is undone, and undone on request", async () => {
  const { page, file } = await review();
  await press(page, "n"); await dialog(page); await page.keyboard.type("Deck"); await click(page, "New theme", "dialog"); await noDialog(page); await decided(page, file, 1);
  await page.type("#term", "crew"); await press(page, "Enter"); await decided(page, file, 2);
  await press(page, "Escape", "l"); await title(page, "Decisions");
  await page.evaluate(() => [...document.querySelectorAll(".log li")].at(-1).querySelector("button").click());
  await page.waitForSelector(".toast.refused button");
  assert.match(await text(page, ".toast.refused"), /A later decision needs it: “Deck” includes "crew"/);
  assert.equal(lines(file).length, 2);
  await click(page, "Undo that one", ".toast"); await decided(page, file, 3);
  await page.evaluate(() => [...document.querySelectorAll(".log li")].at(-1).querySelector("button").click());
  await decided(page, file, 4);
  await page.close();
});

test("the whole work is done with the keys alone", async () => {
  const { page, file } = await review();
  await press(page, "Tab"); assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await press(page, "Enter"); assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
  await press(page, "?"); await dialog(page); await press(page, "Escape"); await noDialog(page);
  const first = await text(page, "#main h2");
  await press(page, "J"); await until(page, (first) => document.querySelector("#main h2").textContent !== first, first);
  await press(page, "K"); await title(page, first);
  await press(page, "a"); await page.keyboard.type("valley"); await press(page, "Enter"); await decided(page, file, 1);
  await press(page, "Escape", "j", "j", "k");
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("article.answer")].indexOf(document.activeElement)), 0);
  await press(page, "-"); await decided(page, file, 2);
  await press(page, "r"); await dialog(page); await page.keyboard.type("Towns"); await press(page, "Enter"); await noDialog(page); await decided(page, file, 3);
  await press(page, "o"); await decided(page, file, 4);
  await press(page, "m"); await dialog(page); await press(page, "ArrowDown", "ArrowDown", "ArrowUp", "Enter");
  await until(page, () => document.querySelector("dialog h2")?.textContent.startsWith("Merge “Towns” into")); await page.waitForSelector("dialog .preview .figures");
  await press(page, "Enter"); await noDialog(page); await decided(page, file, 5);
  await press(page, "u"); await decided(page, file, 6);
  await press(page, "/"); await page.keyboard.type("helicopter"); await press(page, "Enter"); await title(page, "hold “helicopter”");
  await press(page, "i"); await title(page, "Worth a look");
  await press(page, "j", "Enter"); await title(page, "Answer");
  await press(page, "Escape"); await page.waitForSelector("[data-key=rename]");
  const here = await text(page, "#main h2");
  // In a field a letter is a letter; and single keys can be turned off.
  await press(page, "a"); await page.keyboard.type("jkgiul"); assert.equal(await page.$eval("#term", (field) => field.value), "jkgiul");
  await press(page, "Escape", "?"); await dialog(page);
  await page.keyboard.down("Shift"); await press(page, "Tab"); await page.keyboard.up("Shift"); await press(page, "Space", "Escape"); await noDialog(page);
  await press(page, "g"); await new Promise((done) => setTimeout(done, 200));
  assert.equal(await text(page, "#main h2"), here);
  await page.evaluate(() => localStorage.clear());
  assert.deepEqual(actions(file), ["add-term", "drop-point", "rename", "sign-off", "merge", "undo"]);
  await page.close();
});

test("two tabs hear of each other, and neither loses its work", async () => {
  const { page, file, address } = await review();
  const other = await openTab(new URL("/", address).href);
  const theme = await text(page, "#main h2");
  // The tab behind is told when it is looked at again; both are looked at here.
  await page.bringToFront();
  await page.type("#term", "valley"); await press(page, "Enter"); await decided(page, file, 1);
  await other.page.bringToFront();
  await until(other.page, () => [...document.querySelectorAll(".words .term")].some((term) => term.textContent === "valley"));
  assert.match(await text(other.page, "#said"), /Meanwhile: A. Lind: .*valley/);
  // The one deletes the theme; the other has not seen it, and adds a word to it.
  await other.page.evaluate(() => { Object.defineProperty(document, "hidden", { configurable: true, get: () => true }); document.dispatchEvent(new Event("visibilitychange")); });
  await other.page.type("#term", "glacier");
  await page.evaluate(async (theme) => {
    const { decide } = await import("/server.js");
    await decide("q2", { action: "delete", theme }, "");
  }, await page.evaluate(() => document.querySelector(".theme[aria-current]").dataset.key.slice(6)));
  await other.page.evaluate(() => document.querySelector(".add").requestSubmit());
  await other.page.waitForSelector(".toast.refused");
  const said = await text(other.page, "#said");
  assert.match(said, /Meanwhile: A. Lind: .* is deleted/);
  assert.match(said, /is gone: deleted/);
  assert.deepEqual(actions(file), ["add-term", "delete"]);
  await until(other.page, (theme) => document.querySelector("#main h2").textContent !== theme, theme);
  await other.page.evaluate(() => { delete document.hidden; document.dispatchEvent(new Event("visibilitychange")); });
  // It is still of use: both decide, both stand.
  await other.page.type("#term", "glacier"); await press(other.page, "Enter"); await decided(other.page, file, 3);
  await Promise.all([page.close(), other.page.close()]);
});

test("a killed server is said, the unsaved decision is kept over a reload, and sent once", async () => {
  const run = sampleRun();
  const { page, file, server, port } = await review(run);
  await page.type("#term", "valley"); await press(page, "Enter"); await decided(page, file, 1);
  server.kill("SIGKILL");
  await page.waitForSelector("#connection");
  await page.type("#term", "glacier"); await press(page, "Enter");
  await page.waitForSelector(".notice.unsaved");
  assert.match(await text(page, ".notice.unsaved"), /Not saved: .*glacier/);
  await click(page, "Send again", ".notice.unsaved");
  await page.waitForSelector(".notice.unsaved");
  assert.equal(lines(file).length, 1);
  // Started again at the same address: the tab does not know it until its address was opened in this browser.
  const again = await serve(run, "--port", port);
  await until(page, () => document.querySelector("#connection")?.textContent.includes("Open the address it printed"));
  const other = await openTab(again.address);
  await page.bringToFront();
  await until(page, () => !document.querySelector("#connection"));
  await click(page, "Send again", ".notice.unsaved"); await decided(page, file, 2);
  assert.equal(await page.$(".notice.unsaved"), null);
  // The answer got lost on the way: the decision stands, and is not made twice.
  await page.evaluate(() => {
    const { fetch } = window;
    window.fetch = async (...of) => { const reply = await fetch(...of); if (String(of[0]).includes("decide")) throw new TypeError("lost"); return reply; };
  });
  await page.type("#term", "meadow"); await press(page, "Enter");
  await page.waitForSelector(".notice.unsaved");
  assert.equal(lines(file).length, 3);
  await new Promise((done) => setTimeout(done, 5500));
  await page.reload();
  await page.waitForSelector(".notice.unsaved");
  await click(page, "Send again", ".notice.unsaved");
  await until(page, () => document.querySelector("#said").textContent.includes("It was saved already"));
  assert.equal(lines(file).length, 3);
  assert.deepEqual(other.complaints, []);
  await Promise.all([page.close(), other.page.close()]);
});

test("a lost connection is said and healed, and what was not sent can be discarded", async () => {
  const { page, file } = await review();
  await page.setOfflineMode(true);
  await page.type("#term", "glacier"); await press(page, "Enter");
  await page.waitForSelector("#connection");
  await page.waitForSelector(".notice.unsaved");
  // Nothing else is decided before that is settled.
  await press(page, "Escape", "o");
  await until(page, () => document.querySelector("#said").textContent.includes("First send again"));
  await page.setOfflineMode(false);
  await until(page, () => !document.querySelector("#connection"));
  await click(page, "Discard", ".notice.unsaved");
  assert.equal(await page.$(".notice.unsaved"), null);
  assert.equal(lines(file).length, 0);
  await press(page, "o"); await decided(page, file, 1);
  await page.close();
});

test("axe-core finds nothing serious in any view, wide and narrow, and no line runs out of the page", async () => {
  const { page, address } = await review();
  const check = async (page, what) => {
    await page.evaluate(() => document.querySelectorAll(".toast").forEach((toast) => toast.remove()));
    if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axeSource);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
    const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
    assert.deepEqual(serious.map((one) => `${what}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 150)).join(" | ")}`), []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${what}: ${wide} pixels too wide`);
  };
  const context = (await launch()).defaultBrowserContext();
  for (const width of [1280, 400]) {
    const { page } = await openTab(new URL("/", address).href, { width, context });
    await page.waitForSelector(".suggested, #tools section .quiet");
    await check(page, `theme at ${width}`);
    for (const pane of ["themes", "tools", "answers"]) if (width === 400) { await page.click(`[data-pane=${pane}]`); await check(page, `${pane} at ${width}`); }
    for (const [key, heading] of [["g", "In no theme"], ["i", "Worth a look"], ["l", "Decisions"]]) { await press(page, key); await title(page, heading); await check(page, `${heading} at ${width}`); }
    await press(page, "Escape"); await page.waitForSelector(".theme-head [data-key=rename]");
    await press(page, "j", "Enter"); await title(page, "Answer"); await check(page, `answer at ${width}`);
    await press(page, "Escape"); await page.waitForSelector(".theme-head [data-key=rename]");
    for (const key of ["r", "m", "s", "n", "?"]) { await press(page, key); await dialog(page); await check(page, `${key} at ${width}`); await press(page, "Escape"); await noDialog(page); }
    await press(page, "v"); await dialog(page); await press(page, "Enter"); await page.waitForSelector(".sides"); await check(page, `compare at ${width}`);
    await page.close();
  }
  await page.close();
});

test("what respondents wrote stays text wherever the page shows it", async () => {
  const shapes = ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "{{7*7}} ${alert(1)}", "\u202eevil\u202c <b>bold</b>"];
  const rows = ["id,\"What <b>should</b> change? <script>alert(0)</script>\""];
  for (let at = 0; at < 30; at += 1) rows.push(`${at},${cell(`${shapes[at % shapes.length]} The harbour ${at % 2 ? "noise" : "water"} needs care ${shapes[(at + 1) % shapes.length]}.`)}`);
  const run = runOf(rows.join("\n"));
  const { page, complaints, foreign, dialogs, file } = await review(run);
  await press(page, "n"); await dialog(page); await page.keyboard.type("<img src=x onerror=alert(2)>"); await page.type("dialog textarea", "harbour");
  await page.waitForSelector("dialog .preview .figures"); await click(page, "New theme", "dialog"); await noDialog(page); await decided(page, file, 1);
  await title(page, "<img src=x onerror=alert(2)>");
  for (const key of ["g", "i", "l", "Escape", "J", "/"]) { await press(page, key); await new Promise((done) => setTimeout(done, 250)); }
  await page.keyboard.type("<script>"); await press(page, "Enter"); await new Promise((done) => setTimeout(done, 400));
  assert.equal((await page.$$("#page img, #page svg, #page script, #page b b")).length, 0);
  assert.deepEqual([dialogs, complaints, foreign], [[], [], []]);
  assert.ok(existsSync(file));
  await page.close();
});

test("a last line that was cut off is told in the page", async () => {
  const run = sampleRun();
  const first = await review(run);
  await press(first.page, "o"); await decided(first.page, first.file, 1);
  await first.page.close();
  first.server.kill("SIGKILL");
  const { appendFileSync } = await import("node:fs");
  appendFileSync(first.file, "d9 = { question = \"q2\", action = \"ren");
  const { page } = await review(run);
  assert.match(await text(page, ".notice"), /was cut off.*d9 = \{ question/);
  assert.equal(readFileSync(`${first.file}.cut-off-1`, "utf8"), "d9 = { question = \"q2\", action = \"ren");
  assert.equal(lines(first.file).length, 1);
  await page.close();
});
