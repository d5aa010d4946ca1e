// SPDX-License-Identifier: Apache-2.0
//
// The run as the program wrote it down, and what the views ask about it. data.cpp leaves out what
// would say nothing; here it gets its meaning back.
import { byId } from "./dom.js";

export const STATUSES = ["fail", "error", "inconclusive", "pass", "skip"];

export const STATUS_WORDS = {
  pass: "passed", fail: "failed", inconclusive: "inconclusive", error: "error", skip: "skipped",
};

const MOST_COLUMNS = 6;

function complete(one, index, run) {
  const [summary, path] = run.scenarios[one.scenario] ?? ["", ""];
  const folders = path.split("/").slice(0, -1);
  const prefix = `${one.scenario}/`;
  const parts = one.id.startsWith(prefix) ? one.id.slice(prefix.length).split("/") : [];
  return {
    ...one, index, summary, path,
    theme: folders.at(-1) ?? "",
    variant: parts.slice(1).join("/"),
    expected: one.expected ?? [],
    settings: one.settings ?? [],
    unexpected: one.status === "fail" || one.status === "error" || one.status === "inconclusive",
  };
}

/** The whole run. */
export function loadRun() {
  const run = JSON.parse(byId("run-data").textContent);
  run.cases = run.cases.map((one, index) => complete(one, index, run));
  run.searched = run.cases.filter((one) => !one.regression);
  run.replayed = run.cases.filter((one) => one.regression);
  run.byId = new Map(run.cases.map((one) => [one.id, one]));
  run.schedules = run.cases.reduce((sum, one) => sum + one.schedules, 0);
  run.seconds = run.cases.reduce((sum, one) => sum + one.seconds, 0);
  return run;
}

/** What a case came to, in a word or two. */
export function verdictText(one) {
  if (one.status === "skip") return "skipped";
  if (one.status === "fail" && one.verdict === "ok") return `no ${one.expected.join(", ")}`;
  return one.verdict;
}

/** A known bug that was found is a pass, and no "ok". */
export function isKnownBug(one) {
  return one.status === "pass" && one.expected.length > 0;
}

export function matches(one, filter) {
  if (filter.status && one.status !== filter.status) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${one.id} ${one.verdict} ${one.summary} ${one.path}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Columns of the matrix: the backends that most scenarios have, then one for all others. */
export function matrixColumns(cases) {
  const scenarios = new Map();
  for (const one of cases) {
    if (!scenarios.has(one.backend)) scenarios.set(one.backend, new Set());
    scenarios.get(one.backend).add(one.scenario);
  }
  const ranked = [...scenarios].sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1));
  if (ranked.length <= MOST_COLUMNS) return { own: ranked.map(([name]) => name), others: false };
  return { own: ranked.slice(0, MOST_COLUMNS - 1).map(([name]) => name), others: true };
}

/** Rows of the matrix by theme: [theme, [[scenario, cases]]], in the order of the run. */
export function matrixGroups(cases) {
  const themes = new Map();
  for (const one of cases) {
    if (!themes.has(one.theme)) themes.set(one.theme, new Map());
    const rows = themes.get(one.theme);
    if (!rows.has(one.scenario)) rows.set(one.scenario, []);
    rows.get(one.scenario).push(one);
  }
  return [...themes].map(([theme, rows]) => [theme, [...rows]]);
}

/** How sure a pass is, in few words. */
export function worth(one) {
  const { evidence } = one;
  if (evidence.complete) return "complete";
  if (evidence.chance_of_new === undefined) return "";
  const percent = evidence.chance_of_new * 100;
  return percent < 0.1 ? "< 0.1%" : `${percent.toFixed(1)}%`;
}

export function caseAddress(one) {
  return `#case=${encodeURIComponent(one.id)}`;
}
