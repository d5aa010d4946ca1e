// SPDX-License-Identifier: Apache-2.0
//
// Takes the pictures of docs/images anew, after `./dev test` has set up what the browser needs:
//
//   node tests/browser/pictures.mjs
//
// They look best where the fonts Inter and JetBrains Mono are installed.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { goToCase, withPage } from "./support/browser.mjs";
import { makePage } from "./support/pages.mjs";
import { inTree } from "./support/places.mjs";

const MOST_BYTES = 150_000;

async function take(page, name, clip) {
  const path = inTree(`docs/images/${name}.png`);
  await page.screenshot({ path, clip });
  const { size } = statSync(path);
  assert.ok(size < MOST_BYTES, `${path}: ${size} bytes`);
}

test("Pictures for the documentation", async () => {
  const specs = ["updates", "locks", "messages"].map((theme) => inTree(`specs/${theme}`));
  const { url } = makePage(["gate", ...specs, "--jobs", "2", "--schedules", "300"]);
  await withPage(url, { viewport: { width: 1200, height: 760 } }, async (page) => {
    await take(page, "report-matrix");
    await goToCase(page, "increment/shm");
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    const top = await page.evaluate(() => document.querySelector(".findings").getBoundingClientRect().top + scrollY - 24);
    await page.evaluate((y) => scrollTo(0, y), top);
    await take(page, "report-finding");
  });
});
