// SPDX-License-Identifier: Apache-2.0
//
// One case: what it is, what it came to, its findings, and the evidence behind it.
import { counted, h, number, seconds } from "./dom.js";
import { caseAddress, isKnownBug, verdictText } from "./data.js";
import { findingView, ticked } from "./finding.js";
import { growthSection } from "./growth.js";
import { badge } from "./status.js";

function facts(one) {
  const rate = one.seconds > 0 ? `, ${number(Math.round(one.schedules / one.seconds))}/s` : "";
  const list = [
    ["Backend", one.backend],
    ["Expected", one.expected.length > 0 ? `finds ${one.expected.join(", ")}` : "must hold"],
    ...one.settings,
    ["Strategy", one.strategy],
    ["Schedules", one.schedules > 0 ? `${number(one.schedules)} in ${seconds(one.seconds)}${rate}` : ""],
    ["Spec", one.path],
    ["Replays", one.regression],
  ].filter(([, value]) => value !== undefined && value !== "");
  return h("dl", { class: "facts" }, list.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function outcomes(list) {
  if (!list) return null;
  const most = Math.max(...list.map(([, times]) => times));
  return h("section", {}, h("h3", {}, "Outcomes"),
    h("table", { class: "plain outcomes" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Outcome"), h("th", { scope: "col", class: "number" }, "Times"), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Share")))),
      h("tbody", {}, list.map(([outcome, times]) => {
        const share = h("span", { class: "share" });
        share.style.width = `${(100 * times) / most}%`;
        return h("tr", {}, h("th", { scope: "row", class: "mono" }, outcome), h("td", { class: "number" }, number(times)), h("td", {}, share));
      }))));
}

function strikes(list) {
  if (!list) return null;
  return h("section", {}, h("h3", {}, "Faults"), h("ul", { class: "sentences" }, Object.entries(list).map(([fault, times]) =>
    h("li", {}, times > 0 ? `${fault}: struck ${counted(times, "time")}`
                          : `${fault}: never struck, since nothing that was done there gives it a chance`))));
}

function evidence(one) {
  const { text, limits, growth } = one.evidence;
  const parts = (text ?? "").split("; ").filter(Boolean);
  if (parts.length === 0 && !growth) return null;
  return h("section", { class: "evidence" }, h("h2", {}, "Evidence"),
    parts.length > 0 && h("ul", { class: "sentences" }, parts.map((part) => h("li", {}, part))),
    limits && h("section", {}, h("h3", {}, one.evidence.complete ? "What complete does not cover" : "What stood in its way"),
      h("ul", { class: "sentences" }, limits.map((limit) => h("li", {}, limit)))),
    growthSection(growth),
    h("div", { class: "finding-words" }, outcomes(one.evidence.outcomes), strikes(one.evidence.strikes)));
}

function verdictLine(one) {
  if (isKnownBug(one)) return `A known bug, found as expected: ${one.verdict}`;
  if (one.status === "pass") return "It holds";
  return verdictText(one);
}

function neighbours(run, one) {
  const link = (other, word) => other && h("a", { href: caseAddress(other), title: other.id }, word);
  return h("nav", { class: "crumbs", "aria-label": "Cases" },
    h("a", { href: "#" }, "All cases"),
    h("span", { class: "crumbs-right" }, link(run.cases[one.index - 1], "Previous"), link(run.cases[one.index + 1], "Next")));
}

/** {element, steppers}: one stepper for each finding that has a picture. */
export function caseView(run, one, onStep) {
  const findings = one.findings.map((finding, index) => findingView(one, finding, (step) => onStep(index, step)));
  const element = h("div", { class: "case" },
    neighbours(run, one),
    h("h1", { tabindex: "-1" }, one.id),
    h("p", { class: "verdict-line" }, badge(one), verdictLine(one)),
    one.summary && h("p", { class: "lead" }, ticked(one.summary)),
    one.message && h("pre", { class: "message", tabindex: "0" }, one.message),
    one.nearest_miss && h("p", { class: "note" }, h("b", {}, "The nearest miss: "), ticked(one.nearest_miss)),
    facts(one),
    findings.length > 0 && h("section", { class: "findings" }, h("h2", {}, findings.length > 1 ? "Findings" : "Finding"), findings.map((view) => view.element)),
    evidence(one));
  return { element, steppers: findings.map((view) => view.stepper) };
}
