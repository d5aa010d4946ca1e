// SPDX-License-Identifier: Apache-2.0
//
// A finding: the diagram, stepping through it, its values, the table, and addresses that last.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isReady, withPage } from "./support/browser.mjs";
import { smallPage } from "./support/pages.mjs";
import { screenshot } from "./support/places.mjs";

const small = smallPage();
const lostUpdate = `${small.url}#case=loses%2Fshm`;

const position = (page) => page.textContent(".step-position");

test("A finding is a diagram with a lane per task, arrows, and the critical events marked", () => withPage(lostUpdate, {}, async (page, complaints) => {
  assert.match(await page.textContent(".finding-message"), /both read n = 100/);
  assert.deepEqual((await page.locator(".lane-head").allTextContents()).slice(0, 2), ["worker[0]", "worker[1]"]);
  assert.ok(await page.locator(".arrow.read").count() > 0);
  assert.equal(await page.locator(".event.critical").count(), 4);
  assert.match(await page.textContent(".legal-order"), /as far as it goes[\s\S]*Does not fit/);
  assert.match(await page.textContent(".replay"), /stagger replay .*loses_shm-lost-update\.schedule/);
  await page.screenshot({ path: screenshot("finding-light"), fullPage: true });
  assert.deepEqual(complaints, []);
}));

test("The keys step through it, and say where one is", () => withPage(lostUpdate, {}, async (page, complaints) => {
  assert.equal(await position(page), "5 events");
  await page.keyboard.press("j");
  assert.equal(await position(page), "1 of 5");
  await page.keyboard.press("ArrowRight");
  assert.equal(await position(page), "2 of 5");
  assert.match(await page.textContent("#announcer"), /^Step 2 of 5: worker\[\d\]: load n -> 100/);
  await page.screenshot({ path: screenshot("finding-step") });
  await page.keyboard.press("End");
  assert.equal(await position(page), "5 of 5");
  await page.keyboard.press("j");
  assert.equal(await position(page), "5 of 5");
  await page.keyboard.press("p");
  assert.equal(await position(page), "4 of 5");
  await page.keyboard.press("Home");
  assert.equal(await position(page), "1 of 5");
  await page.keyboard.press("Escape");
  assert.equal(await position(page), "5 events");
  assert.deepEqual(complaints, []);
}));

test("The diagram takes the focus as one stop, and the arrow keys walk inside", () => withPage(lostUpdate, {}, async (page) => {
  assert.equal(await page.locator(".event[tabindex='0']").count(), 1);
  await page.locator(".event").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator(".event:focus").getAttribute("aria-current"), "step");
  assert.equal(await position(page), "2 of 5");
}));

test("Values are told on hover and on focus, and Escape sends them away", () => withPage(lostUpdate, {}, async (page) => {
  const last = page.locator(".event").last();
  await last.hover();
  assert.match(await page.textContent("#tooltip"), /sees n = 101[\s\S]*written by worker\[\d\]: store n = 101/);
  await page.mouse.move(0, 0);
  assert.ok(await page.locator("#tooltip").isHidden());
  await last.focus();
  assert.ok(await page.locator("#tooltip").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#tooltip").isHidden());
}));

test("The table says the same in words", () => withPage(lostUpdate, {}, async (page) => {
  await page.keyboard.press("t");
  assert.ok(await page.locator(".space-time").isHidden());
  const rows = page.locator(".steps tbody tr");
  assert.equal(await rows.count(), 5);
  assert.match(await rows.nth(4).innerText(), /parent\s+sees n = 101.*\s+written by worker\[\d\]: store n = 101/);
  assert.equal(await page.locator(".steps tr.critical").count(), 4);
  await page.keyboard.press("j");
  assert.equal(await page.locator(".steps tr[aria-current=step]").count(), 1);
}));

test("A step has an address, which brings one back to it", () => withPage(lostUpdate, {}, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const address = page.url();
  assert.match(address, /finding=1&step=3$/);
  await page.goto("about:blank");
  await page.goto(address);
  await isReady(page);
  assert.equal(await position(page), "3 of 5");
}));

test("Keys and links go from case to case and back, and the browser's own way back works", () => withPage(small.url, {}, async (page) => {
  await page.locator(".chip", { hasText: "deadlock" }).first().click();
  await page.waitForSelector(".case");
  const first = await page.textContent("h1");
  assert.match(first, /^lock-order\//);
  await page.keyboard.press("]");
  await page.waitForFunction((before) => document.querySelector("h1").textContent !== before, first);
  await page.goBack();
  assert.equal(await page.textContent("h1"), first);
  await page.keyboard.press("Escape");
  await page.waitForSelector(".overview");
}));

test("Who waits for ever is hatched to the end and named", () => withPage(small.url, {}, async (page) => {
  await page.locator(".chip", { hasText: "deadlock" }).first().click();
  await page.waitForSelector(".case");
  assert.equal(await page.locator(".space-time .rail .hatched").count(), 2);
  assert.match(await page.textContent(".finding-words"), /Who waits for ever[\s\S]*holds \w+ and waits at/);
  await page.screenshot({ path: screenshot("deadlock"), fullPage: true });
}));

test("Messages are arrows between lanes", () => withPage(small.url, {}, async (page) => {
  await page.locator(".chip.pass.known", { hasText: "assertion" }).first().click();
  await page.waitForSelector(".case");
  assert.ok(await page.locator(".arrow.message").count() > 0);
  assert.match(await page.textContent(".legend"), /message/);
}));

test("A pass shows what it is worth, and how new behaviour grew", () => withPage(`${small.url}#case=holds%2Fshm`, {}, async (page) => {
  assert.match(await page.textContent(".verdict-line"), /It holds/);
  assert.match(await page.textContent(".evidence"), /interleavings/);
  assert.equal(await page.locator(".plot").count(), 2);
  assert.match(await page.locator(".plot svg").first().getAttribute("aria-label"), /Distinct interleavings: \d+ after \d+ schedules/);
  await page.click(".growth summary");
  assert.ok(await page.locator(".growth tbody tr").count() > 5);
}));
