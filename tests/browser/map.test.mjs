// The page of `canvass map`: nothing runs or loads, axe-core has no objection, and it is readable at 400 pixels.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { axeSource, canvass, close, folder, open, repository } from "./support.mjs";

after(close);

/** The map of the sample collections. */
function sampleMap() {
  const home = folder();
  const data = join(repository, "data/map");
  canvass(home, "map", join(data, "clubs.md"), join(data, "wardens.csv"), "--out", "out");
  return join(home, "out/map.html");
}

test("the map has no violation of accessibility, asks nobody for anything, and fits at 400 pixels", async () => {
  const path = sampleMap();
  for (const width of [1280, 400]) {
    const { page, complaints, requests } = await open(path, { width });
    await page.evaluate(() => document.querySelectorAll("details").forEach((folded) => { folded.open = true; }));
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests(), []);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wider <= 0, `at ${width} pixels the page is ${wider} pixels too wide`);
    const links = await page.$$eval("a", (all) => all.map((link) => link.getAttribute("href")));
    assert.ok(links.length > 10 && links.every((href) => href.startsWith("#")));
    const dead = await page.evaluate(() => [...document.querySelectorAll("a")].filter((link) => !document.getElementById(link.hash.slice(1))).map((link) => link.hash));
    assert.deepEqual(dead, []);
    // axe-core needs to run in the page, which lets nothing run: in a world of its own.
    const session = await page.createCDPSession();
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    const run = async (expression) => (await session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true })).result.value;
    await run(axeSource);
    const violations = await run("axe.run().then((found) => found.violations.map((one) => `${one.impact} ${one.id}: ${one.nodes[0].html}`))");
    assert.deepEqual(violations, []);
    // What a colour says stands in the cell, too.
    const coloured = await page.$$eval("table.heat td:is(.h1, .h2, .h3, .h4, .h5, .h6, .h7, .h8)", (cells) => cells.map((cell) => cell.textContent.trim()));
    assert.ok(coloured.length > 10 && coloured.every((text) => /^\d/.test(text)), coloured.join("|"));
    await page.close();
  }
});
