// SPDX-License-Identifier: Apache-2.0
//
// Pages to look at, made by the real program in a folder of the test's own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { PROGRAM, inTree } from "./places.mjs";

/** A folder that is gone when the tests of the file are over. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "stagger-page-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `stagger WORDS --html FOLDER/NAME`; gives {path, url, code, out}. */
export function makePage(words, name = "page") {
  const folder = temporaryFolder();
  const target = join(folder, name);
  const { status, stdout, stderr } = spawnSync(PROGRAM,
    [...words, "--seed", "1", "--progress", "none", "--html", target],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", STAGGER_PLUGIN_PATH: "" }, maxBuffer: 1 << 28 });
  const path = join(target, "index.html");
  return { path, url: pathToFileURL(path).href, code: status, out: stdout + stderr };
}

/** A gate over a few specs with every kind of outcome. */
export function smallPage() {
  const specs = ["holds", "loses", "known", "apart", "missed"].map((name) => inTree(`tests/e2e/specs/${name}.toml`));
  return makePage(["gate", ...specs, inTree("specs/locks/lock-order.toml"), inTree("specs/messages/slow-subscriber.toml"), "--schedules", "100"],
                  "w\u00f6rter und mehr");
}
