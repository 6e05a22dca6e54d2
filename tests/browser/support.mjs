// Runs of the program and pages of a browser for the tests.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const folders = [];
process.on("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is removed at the end. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "canvass-browser-"));
  folders.push(path);
  return path;
}

/** Runs the program in a folder. */
export function canvass(cwd, ...argumentList) {
  return execFileSync(process.env.CANVASS, argumentList, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
}

/** A run over answers in a CSV file; gives the run folder. */
export function runOf(csv, ...options) {
  const home = folder();
  writeFileSync(join(home, "answers.csv"), csv);
  canvass(home, "run", "answers.csv", "--out", "out", ...options);
  return join(home, "out");
}

let sampleFolder;
/** The run over the sample consultation. */
export function sample() {
  if (!sampleFolder) {
    const home = folder();
    const data = join(repository, "data/sample");
    canvass(home, "run", join(data, "consultation.xlsx"), "--reference", join(data, "reference.md"), "--out", "out");
    sampleFolder = join(home, "out");
  }
  return sampleFolder;
}

let browser;
export async function launch() {
  browser ??= await puppeteer.launch({
    executablePath: process.env.CANVASS_CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-prefers-reduced-motion"],
  });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

/** Opens a file; what the page complains of and asks the network for is kept beside it. */
export async function open(path, { width = 1280, height = 900 } = {}) {
  const page = await (await launch()).newPage();
  await page.setViewport({ width, height });
  const complaints = [];
  const requests = [];
  const dialogs = [];
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  const address = pathToFileURL(path).href;
  await page.goto(address);
  return { page, complaints, dialogs, requests: () => requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:")), address };
}

/** Waits until the page has taken in what was typed or chosen. */
export const settled = (page) => page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), 300)));

/** What axe-core finds serious or critical, each with its first places. */
export async function serious(page) {
  // The policy of a page lets no other script in; the tools of the browser are not bound by it.
  const client = await page.createCDPSession();
  await client.send("Runtime.evaluate", { expression: axeSource });
  const { result } = await client.send("Runtime.evaluate", {
    expression: "axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations.map((one) => [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.html)])))",
    awaitPromise: true,
    returnByValue: true,
  });
  return JSON.parse(result.value).filter(([impact]) => ["serious", "critical"].includes(impact));
}

/** Opens all that is folded. */
export const unfold = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((folded) => { folded.open = true; }));

/** A cell of a CSV file. */
export const cell = (text) => `"${text.replaceAll('"', '""')}"`;
