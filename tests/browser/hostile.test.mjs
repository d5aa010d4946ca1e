// SPDX-License-Identifier: Apache-2.0
//
// What must not break the page: markup in a spec, ten thousand events, an address of no case.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./support/browser.mjs";
import { makePage } from "./support/pages.mjs";
import { inTree } from "./support/places.mjs";

test("Markup in a spec is shown as text and never runs", async () => {
  const { url } = makePage(["gate", inTree("tests/browser/specs/hostile.toml"), "--schedules", "50"], "<img src=x onerror=alert(1)>");
  await withPage(url, {}, async (page, complaints) => {
    await page.click(".chip");
    await page.waitForSelector(".case");
    assert.match(await page.textContent(".case .lead"), /^<\/script><script>window\.ran = 1<\/script>/);
    assert.match(await page.textContent(".facts"), /<img src=x onerror=/);
    for (const key of ["j", "j", "j", "t", "Escape"]) await page.keyboard.press(key);
    assert.equal(await page.evaluate(() => window.ran), undefined);
    assert.equal(await page.locator("main img, main script, main b[onclick]").count(), 0);
    assert.deepEqual(complaints, []);
  });
});

test("Of ten thousand events those that matter are drawn, and the rest is counted", async () => {
  const { path, url } = makePage(["gate", inTree("tests/browser/specs/long.toml"), "--schedules", "20"]);
  assert.ok(statSync(path).size < 300_000, `${statSync(path).size} bytes`);
  await withPage(`${url}#case=long%2Fshm`, {}, async (page, complaints) => {
    assert.match(await page.textContent(".finding .note"), /^[\d,]+ events that matter less were left out/);
    assert.ok(await page.locator(".event").count() <= 400);
    assert.match(await page.locator(".fold").first().textContent(), /events? left out/);
    await page.keyboard.press("n");
    assert.match(await page.textContent(".step-now"), /critical/);
    assert.deepEqual(complaints, []);
  });
});

test("An address of a case that is not there says so and shows the rest", async () => {
  const { url } = makePage(["gate", inTree("tests/e2e/specs/holds.toml"), "--schedules", "20"]);
  await withPage(`${url}#case=%3Cb%3Enobody&finding=9&step=-4`, {}, async (page, complaints) => {
    assert.match(await page.textContent("main .note"), /This run has no case <b>nobody/);
    assert.equal(await page.locator(".matrix .chip").count(), 1);
    assert.deepEqual(complaints, []);
  });
});

test("A run of which nothing matched is a page that says so", async () => {
  const { url, code } = makePage(["gate", inTree("tests/e2e/specs/holds.toml"), "--filter", "nothing"]);
  assert.equal(code, 4);
  await withPage(url, {}, async (page, complaints) => {
    assert.equal(await page.textContent("h1"), "No case matched");
    assert.deepEqual(complaints, []);
  });
});
