// Every field of the input attacked with the shapes that lists of script injections have (after the OWASP cheat sheet on evading filters
// of cross-site scripting): none may run, load or break out of its place.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { canvass, cell, close, folder, open, settled } from "./support.mjs";

after(close);

const SHAPES = [
  `<script>alert(1)</script>`,
  `<SCRIPT SRC=https://evil.example/x.js></SCRIPT>`,
  `"><script>alert(1)</script>`,
  `'><script>alert(1)</script>`,
  `</script><script>alert(1)</script>`,
  `</style><script>alert(1)</script>`,
  `</title><script>alert(1)</script>`,
  `</textarea><script>alert(1)</script>`,
  `--><script>alert(1)</script>`,
  `]]><script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `<IMG """><SCRIPT>alert(1)</SCRIPT>">`,
  `<img src="javascript:alert(1)">`,
  `<svg onload=alert(1)>`,
  `<svg><script>alert&#40;1&#41;</script>`,
  `<svg/onload=alert(1)//`,
  `<body onload=alert(1)>`,
  `<iframe src=javascript:alert(1)></iframe>`,
  `<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>`,
  `<object data=javascript:alert(1)>`,
  `<embed src=javascript:alert(1)>`,
  `<a href="javascript:alert(1)">x</a>`,
  `<a href="data:text/html,<script>alert(1)</script>">x</a>`,
  `<form action=javascript:alert(1)><button>x</button></form>`,
  `<input autofocus onfocus=alert(1)>`,
  `<details open ontoggle=alert(1)>`,
  `<video><source onerror=alert(1)></video>`,
  `<math><mi xlink:href="javascript:alert(1)">x</mi></math>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<link rel=stylesheet href=https://evil.example/x.css>`,
  `<style>@import 'https://evil.example/x.css';</style>`,
  `<div style="background:url(https://evil.example/x.png)">`,
  `" onmouseover="alert(1)`,
  `' onfocus='alert(1)' autofocus='`,
  "` onmouseover=alert(1)",
  `javascript:alert(1)`,
  `&lt;script&gt;alert(1)&lt;/script&gt;`,
  `&#60;script&#62;alert(1)&#60;/script&#62;`,
  `%3Cscript%3Ealert(1)%3C/script%3E`,
  `\\u003cscript\\u003ealert(1)\\u003c/script\\u003e`,
  `{{ 7 * 7 }} {% include "x" %} {{ script }}`,
  "${alert(1)} #{alert(1)} <%= alert(1) %>",
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
  `<xmp><p title="</xmp><img src=x onerror=alert(1)>">`,
  `<template><script>alert(1)</script></template>`,
  `<p id=tools>x</p><p class=response data-t="0" id=answers-1>x</p>`,
];

/** A consultation with a shape in each header, id, attribute, closed answer and answer. */
function attacked() {
  const header = ["id", "Region", "Do you agree?", "What should the harbour change?"].map((name, at) => (at === 0 ? name : `${name} ${SHAPES[at]}`));
  const rows = SHAPES.flatMap((shape, at) => [
    [`${at}${shape}`, shape, at % 2 ? "Yes" : "No", `The evening ferry ${shape} must run later`],
    [`b${at}`, SHAPES[(at + 7) % SHAPES.length], at % 3 ? "Yes" : shape, `${shape} cheaper tickets ${shape} for families`],
    [`c${at}`, "North", "Yes", `${shape}`],
  ]);
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\n");
}

test("nothing of the input runs, loads, or becomes an element of the page", async () => {
  const home = folder();
  writeFileSync(join(home, "answers.csv"), attacked());
  writeFileSync(join(home, "canvass.toml"), `
[report]
title = ${JSON.stringify(SHAPES[2])}
organisation = ${JSON.stringify(SHAPES[10])}
[input]
id_column = "id"
attribute_columns = [${JSON.stringify(`Region ${SHAPES[1]}`)}]
[[question]]
column = ${JSON.stringify(`What should the harbour change? ${SHAPES[3]}`)}
kind = "open"
id = ${JSON.stringify(`q${SHAPES[33]}`)}
`);
  canvass(home, "run", "answers.csv", "--config", "canvass.toml", "--out", "out");
  const { page, complaints, dialogs, requests } = await open(join(home, "out/report.html"));
  await settled(page);
  await page.evaluate(() => document.querySelectorAll("details").forEach((folded) => { folded.open = true; }));
  for (const word of ["alert", "<script>", "onerror"]) {
    await page.$eval("#tools input[type=search]", (field, value) => { field.value = value; field.dispatchEvent(new Event("input")); }, word);
    await settled(page);
  }
  await page.$$eval("#tools select", (all) => all.forEach((one) => { one.selectedIndex = 1; one.dispatchEvent(new Event("change")); }));
  await settled(page);
  assert.deepEqual(dialogs, []);
  assert.deepEqual(requests(), []);
  assert.deepEqual(complaints, []);
  const found = await page.evaluate(() => ({
    scripts: document.querySelectorAll("script").length,
    foreign: [...document.querySelectorAll("img, iframe, object, embed, link, base, video, math, style, meta, template, noscript, textarea, form, body *[onload], [onerror], [onfocus], [onmouseover], [ontoggle]")].map((one) => one.tagName + (one.id ? "#" + one.id : "")),
    links: [...document.querySelectorAll("a")].map((link) => link.getAttribute("href")).filter((href) => !href.startsWith("#")),
    tools: document.querySelectorAll("#tools").length,
    answers: document.querySelectorAll("#answers-1 .response").length,
  }));
  assert.equal(found.scripts, 1);
  // Those of the page itself: its policy and other heads, its style, its form.
  assert.deepEqual(found.foreign.filter((one) => !["META", "STYLE", "FORM#tools"].includes(one)), []);
  assert.equal(found.foreign.filter((one) => one === "META").length, 5);
  assert.deepEqual(found.links, []);
  assert.deepEqual([found.tools, found.answers], [1, 3 * SHAPES.length]);
  // What respondents wrote stands there letter by letter.
  const texts = await page.$$eval(".answer-text", (all) => all.map((one) => one.textContent));
  for (const shape of SHAPES) assert.ok(texts.some((one) => one.includes(shape.trim())), shape);
  assert.ok(readFileSync(join(home, "out/report.md"), "utf8").length > 1000);
  await page.close();
});
