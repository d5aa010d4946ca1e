// SPDX-License-Identifier: Apache-2.0
//
// Where things are: as CTest says, or as `./dev test` leaves them in the tree.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = process.env.STAGGER_ROOT ?? fileURLToPath(new URL("../../..", import.meta.url));

export const PROGRAM = process.env.STAGGER_PROGRAM ?? inTree("build/release/bin/stagger");
// Where `npm ci` put the packages, and where screenshots go: a folder of the build.
export const PACKAGES = process.env.STAGGER_BROWSER_PACKAGES ?? inTree("build/browser");

/** A path in the tree. */
export function inTree(path) {
  return join(ROOT, path);
}

/** Of a screenshot for people to look at. */
export function screenshot(name) {
  return join(PACKAGES, "screenshots", `${name}.png`);
}
