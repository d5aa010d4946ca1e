// SPDX-License-Identifier: Apache-2.0
//
// The first view: what the run came to, the matrix, the list, the filters, the theme and the keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./support/browser.mjs";
import { smallPage } from "./support/pages.mjs";
import { screenshot } from "./support/places.mjs";

const small = smallPage();

test("The overview says what the run came to, without a complaint of the browser", () => withPage(small.url, {}, async (page, complaints) => {
  assert.match(await page.textContent("h1"), /^\d+ of \d+ cases did not come out as expected$/);
  assert.match(await page.title(), /did not come out as expected - Stagger$/);
  const needs = await page.locator(".attention li").allTextContents();
  assert.ok(needs.some((text) => text.includes("loses/shm") && text.includes("lost-update")), needs.join("\n"));
  await page.screenshot({ path: screenshot("overview-light") });
  assert.deepEqual(complaints, []);
}));

test("The matrix has a row per scenario, a column per backend, and says each verdict in words", () => withPage(small.url, {}, async (page) => {
  const row = page.locator(".matrix tr", { has: page.locator("th[scope=row]", { hasText: /^loses$/ }) });
  assert.equal(await row.count(), 1);
  assert.match(await row.locator(".chip").first().innerText(), /lost-update/);
  const spoken = await row.locator(".chip").first().evaluate((chip) => chip.textContent);
  assert.match(spoken, /^failed: lost-update/);
  assert.ok((await page.locator(".matrix thead th").allTextContents()).includes("shm"));
}));

test("Filters by status and by words leave what matches", () => withPage(small.url, {}, async (page) => {
  await page.click(".filter.fail");
  const failed = await page.locator(".matrix .chip").count();
  assert.equal(failed, await page.locator(".matrix .chip.fail").count());
  assert.ok(failed >= 2);
  await page.click(".filter >> nth=0");
  await page.keyboard.press("/");
  await page.locator("#search:focus").waitFor();
  await page.keyboard.type("lock-order deadlock");
  const ids = await page.locator(".matrix .chip").evaluateAll((chips) => chips.map((chip) => chip.title));
  assert.ok(ids.length > 0 && ids.every((id) => id.startsWith("lock-order/")), ids.join("\n"));
  await page.fill("#search", "nothing is called that");
  assert.match(await page.textContent(".cases"), /No case matches/);
}));

test("The list shows the evidence of each case and how it grew", () => withPage(small.url, {}, async (page) => {
  await page.click(".segments button:has-text('List')");
  const holds = page.locator(".list tr", { hasText: "holds/shm" });
  assert.match(await holds.innerText(), /passed/);
  assert.equal(await holds.locator(".sparkline").count(), 1);
}));

test("The theme is light, dark, or the system's, by button and by key", () => withPage(small.url, { colorScheme: "dark" }, async (page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await paper();
  await page.screenshot({ path: screenshot("overview-dark") });
  await page.click("#theme-switch");
  const light = await paper();
  assert.notEqual(light, dark);
  assert.match(await page.textContent("#theme-switch"), /light/);
  await page.keyboard.press("d");
  assert.equal(await paper(), dark);
  await page.reload();
  assert.match(await page.textContent("#theme-switch"), /dark/);
}));

test("The keys are listed on demand, and Escape closes the list", () => withPage(small.url, {}, async (page) => {
  await page.keyboard.press("?");
  assert.match(await page.textContent("dialog[open]"), /next event of the finding/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
}));

test("On a narrow screen nothing but the tables needs to be pushed sideways", () => withPage(small.url, { viewport: { width: 400, height: 800 } }, async (page) => {
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(await wide() <= 0);
  await page.screenshot({ path: screenshot("overview-narrow") });
  await page.click(".attention a");
  await page.waitForSelector(".case");
  assert.ok(await wide() <= 0);
}));
