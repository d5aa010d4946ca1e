// SPDX-License-Identifier: Apache-2.0
//
// The page of a gate over every spec: light, and open at once. Few schedules, as it is about the
// number of cases and not about what they find; what is measured is printed.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { seriousProblems, withPage } from "./support/browser.mjs";
import { makePage } from "./support/pages.mjs";
import { inTree, screenshot } from "./support/places.mjs";

const MOST_BYTES = 3_000_000;

test("The page of a gate over all specs is light, opens at once and has no serious problem", async (context) => {
  const { path, url } = makePage(["gate", inTree("specs"), "--jobs", "2", "--schedules", "5"]);
  const { size } = statSync(path);
  context.diagnostic(`${size} bytes`);
  assert.ok(size < MOST_BYTES, `${size} bytes`);
  await withPage(url, {}, async (page, complaints) => {
    const drawn = await page.evaluate(() => performance.now());
    context.diagnostic(`drawn ${Math.round(drawn)} ms after the navigation began`);
    assert.ok(await page.locator(".matrix .chip").count() > 400);
    await page.screenshot({ path: screenshot("all-specs") });
    assert.deepEqual(await seriousProblems(page), []);
    assert.deepEqual(complaints, []);
  });
});
