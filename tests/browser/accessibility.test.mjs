// SPDX-License-Identifier: Apache-2.0
//
// axe-core has nothing serious to say, of any view, light or dark, on a wide screen or a narrow one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { goToCase, seriousProblems, withPage } from "./support/browser.mjs";
import { smallPage } from "./support/pages.mjs";
import { screenshot } from "./support/places.mjs";

const small = smallPage();

async function expectNone(page, view) {
  assert.deepEqual(await seriousProblems(page), [], view);
}

for (const [colorScheme, width] of [["light", 1280], ["dark", 400]]) {
  test(`No serious problem in any view, ${colorScheme}, ${width} pixels wide`, () =>
    withPage(small.url, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
      await expectNone(page, "matrix");
      await page.click(".segments button:has-text('List')");
      await expectNone(page, "list");
      await goToCase(page, "holds/shm");
      await expectNone(page, "a pass");
      await goToCase(page, "loses/shm");
      await expectNone(page, "a finding");
      await page.keyboard.press("j");
      await page.screenshot({ path: screenshot(`finding-${colorScheme}-${width}`), fullPage: true });
      await expectNone(page, "a step");
      await page.keyboard.press("t");
      await expectNone(page, "the table");
      await page.keyboard.press("?");
      await expectNone(page, "the keys");
    }));
}

test("A problem that is there would be found", () => withPage(small.url, {}, async (page) => {
  await page.evaluate(() => {
    const button = document.createElement("button");
    document.querySelector("main").append(button);
  });
  assert.match((await seriousProblems(page)).join("\n"), /button-name/);
}));
