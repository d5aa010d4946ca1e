// SPDX-License-Identifier: Apache-2.0
//
// The first view: what the run came to, what needs attention, and all cases as a matrix or a list.
import { counted, h, icon, number, replaceContent, seconds } from "./dom.js";
import { STATUSES, STATUS_WORDS, caseAddress, matches, matrixColumns, matrixGroups, verdictText, worth } from "./data.js";
import { sparkline } from "./growth.js";
import { badge, chip } from "./status.js";

// ---- what it came to ---------------------------------------------------------------------------

function unexpected(totals) {
  return totals.fail + totals.inconclusive + totals.error;
}

function headline({ totals, regressions, stopped }) {
  if (totals.all + regressions.all === 0) return "No case matched";
  const parts = [[totals, "case"], [regressions, "regression"]];
  const bad = parts.filter(([part]) => unexpected(part) > 0);
  if (bad.length > 0) {
    const words = bad.map(([part, noun]) => `${number(unexpected(part))} of ${counted(part.all, noun)}`);
    return `${words.join(" and ")} did not come out as expected`;
  }
  const good = parts.filter(([part]) => part.pass > 0);
  if (good.length === 0) return "Every case was skipped";
  if (stopped) return "The run was stopped";
  const words = good.map(([part, noun]) => counted(part.pass, noun));
  const all = totals.pass + regressions.pass > 1 ? "All " : "";
  return `${all}${words.join(" and ")} came out as expected`;
}

function proportions(totals) {
  if (totals.all === 0) return null;
  return h("div", { class: "proportions", "aria-hidden": "true" }, STATUSES.filter((status) => totals[status] > 0).map((status) => {
    const part = h("span", { class: status });
    part.style.flexGrow = totals[status];
    return part;
  }));
}

const MOST_SHOWN = 20;

function attention(cases) {
  const bad = cases.filter((one) => one.unexpected);
  if (bad.length === 0) return null;
  const shown = bad.slice(0, MOST_SHOWN);
  return h("section", { class: "attention" }, h("h2", {}, "What needs a look"),
    h("ul", {}, shown.map((one) => h("li", {}, h("a", { href: caseAddress(one) },
      badge(one), h("span", { class: "attention-id" }, one.id), h("span", { class: "attention-verdict" }, verdictText(one))),
      h("p", {}, one.reason)))),
    bad.length > shown.length && h("p", { class: "quiet-text" }, `and ${counted(bad.length - shown.length, "more case")} below`));
}

// ---- the matrix --------------------------------------------------------------------------------

function cell(cases, others) {
  return h("td", {}, h("div", { class: "cell" }, cases.map((one) => chip(one, others))));
}

function matrixRow(scenario, cases, columns) {
  const { own, others } = columns;
  return h("tr", {},
    h("th", { scope: "row", title: cases[0].summary }, scenario),
    own.map((backend) => cell(cases.filter((one) => one.backend === backend))),
    others && cell(cases.filter((one) => !own.includes(one.backend)), true));
}

function matrix(cases, columns) {
  const width = 1 + columns.own.length + (columns.others ? 1 : 0);
  const table = h("table", { class: "matrix" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Scenario"),
      columns.own.map((backend) => h("th", { scope: "col" }, backend)),
      columns.others && h("th", { scope: "col" }, "others"))),
    matrixGroups(cases).map(([theme, rows]) => h("tbody", {},
      theme && h("tr", { class: "theme" }, h("th", { scope: "rowgroup", colspan: width }, theme)),
      rows.map(([scenario, inside]) => matrixRow(scenario, inside, columns)))));
  table.style.setProperty("--columns", width - 1);
  return h("div", { class: "scroll matrix-frame", tabindex: "0", role: "region", "aria-label": "Scenarios by backends" }, table);
}

// ---- the list ----------------------------------------------------------------------------------

const LIST_COLUMNS = [["Status"], ["Case"], ["Verdict"], ["Schedules", "number"], ["Interleavings", "number"], ["Next is new", "number"], ["Growth"]];

function list(cases) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "List of cases" },
    h("table", { class: "plain list" },
      h("thead", {}, h("tr", {}, LIST_COLUMNS.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)))),
      h("tbody", {}, cases.map((one) => h("tr", {},
        h("td", {}, badge(one)),
        h("th", { scope: "row" }, h("a", { href: caseAddress(one) }, one.id)),
        h("td", {}, verdictText(one)),
        h("td", { class: "number" }, number(one.schedules)),
        h("td", { class: "number" }, number(one.evidence.interleavings)),
        h("td", { class: "number" }, worth(one)),
        h("td", {}, sparkline(one.evidence.growth)))))));
}

// ---- all of it ---------------------------------------------------------------------------------

export class Overview {
  constructor(run) {
    this.run = run;
    this.columns = matrixColumns(run.searched);
    this.filter = { status: "", text: "" };
    this.asList = false;
    this.search = h("input", { type: "search", id: "search", placeholder: "Filter by name, verdict, file", "aria-label": "Filter cases",
                               oninput: () => this.change({ text: this.search.value }) });
    this.count = h("span", { class: "quiet-text", role: "status" });
    this.cases = h("div", { class: "cases" });
    this.statuses = this.statusButtons();
    this.views = [false, true].map((asList) => h("button", { type: "button", onclick: () => this.change({}, asList) }, asList ? "List" : "Matrix"));
    this.element = this.draw();
    this.change({});
  }

  statusButtons() {
    const { totals } = this.run;
    const there = STATUSES.filter((status) => totals[status] > 0);
    const button = (status, label, count) => h("button", { type: "button", class: `filter ${status}`, "data-status": status,
      onclick: () => this.change({ status }) }, status && icon(status), h("b", {}, number(count)), ` ${label}`);
    return [button("", "in all", totals.all), ...there.map((status) => button(status, STATUS_WORDS[status], totals[status]))];
  }

  draw() {
    const { run } = this;
    const facts = `${counted(run.schedules, "schedule")} in ${seconds(run.seconds)} of exploring`;
    return h("div", { class: "overview" },
      run.stopped && h("p", { class: "note stopped", role: "note" }, icon("error"), h("span", {}, h("b", {}, "The run was stopped."), " Cases that had not ended by then are inconclusive.")),
      h("h1", { tabindex: "-1" }, headline(run)),
      h("p", { class: "lead" }, facts),
      proportions(run.totals),
      attention(run.cases),
      h("section", { class: "all-cases" }, h("h2", {}, "Scenarios by backends"),
        h("div", { class: "tools" },
          h("div", { class: "filters", role: "group", "aria-label": "Filter by status" }, this.statuses),
          this.search,
          h("div", { class: "segments", role: "group", "aria-label": "View" }, this.views)),
        this.count, this.cases),
      run.replayed.length > 0 && h("section", {}, h("h2", {}, "Regressions replayed"),
        h("ul", { class: "regressions" }, run.replayed.map((one) => h("li", {}, badge(one), h("a", { href: caseAddress(one) }, one.id))))));
  }

  change(filter, asList = this.asList) {
    Object.assign(this.filter, filter);
    this.asList = asList;
    const shown = this.run.searched.filter((one) => matches(one, this.filter));
    for (const button of this.statuses) button.setAttribute("aria-pressed", button.dataset.status === this.filter.status);
    this.views.forEach((button, index) => button.setAttribute("aria-pressed", this.asList === (index === 1)));
    this.count.textContent = shown.length === this.run.searched.length ? "" : `${counted(shown.length, "case")} of ${number(this.run.searched.length)}`;
    const view = this.asList ? list(shown) : matrix(shown, this.columns);
    replaceContent(this.cases, shown.length > 0 ? view : h("p", { class: "note" }, "No case matches."));
  }
}
