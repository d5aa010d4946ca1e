// SPDX-License-Identifier: Apache-2.0
//
// A real browser for the tests: Debian's Chromium, headless, with a fresh profile and nothing from
// the network. Whatever it complains about on its console is kept.
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";
import { PACKAGES } from "./places.mjs";

const packages = createRequire(join(PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
const { source: axeSource } = packages("axe-core");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// One browser for the tests of a file; each test has a context, and so a profile, of its own.
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
after(() => browser.close());

/** Calls `use(page, complaints)` with a tab that shows `url`; `options` are those of a context. */
export async function withPage(url, options, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options });
  try {
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => {
      if (message.type() !== "log" && message.type() !== "info") complaints.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await isReady(page);
    await use(page, complaints);
  } finally {
    await context.close();
  }
}

export function isReady(page) {
  return page.waitForSelector("html[data-ready]");
}

/** Goes to a case of the page that is open. */
export async function goToCase(page, id) {
  await page.evaluate((hash) => { location.hash = hash; }, `#case=${encodeURIComponent(id)}`);
  await page.waitForFunction((title) => document.title === title, `${id} - Stagger`);
}

/** What axe-core finds serious or critical, a line each. */
export async function seriousProblems(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
