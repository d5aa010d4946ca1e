// SPDX-License-Identifier: Apache-2.0
//
// The same history as a table: one row per event, every word that the diagram shows by place or
// stroke.
import { h } from "./dom.js";
import { orderMarks, rowText } from "./diagram.js";

function notes(bar) {
  if (!bar) return "";
  const said = [];
  if (bar.origin) said.push(bar.origin);
  if (bar.stuck) said.push("waits to the end");
  else if (bar.open) said.push("never returned");
  if (bar.within) said.push(`part of as_one ${bar.within}`);
  return said.join("; ");
}

export class StepTable {
  constructor(diagram, name, onPick) {
    this.rows = new Map();
    const marks = orderMarks(diagram.orders[0]);
    const ordered = diagram.orders.length > 0;
    const columns = ["Step", "Task", "What happened", "Where it comes from", ordered && "Legal order", "Critical"];
    this.element = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table of ${name}` },
      h("table", { class: "plain steps" },
        h("thead", {}, h("tr", {}, columns.filter(Boolean).map((one) => h("th", { scope: "col", class: one === "Step" && "number" }, one)))),
        h("tbody", {}, diagram.rows.map((row, index) => this.row(diagram, row, index, { marks, ordered, onPick })))));
  }

  row(diagram, row, index, { marks, ordered, onPick }) {
    if (row.folded) return h("tr", { class: "fold" }, h("td", { colspan: ordered ? 6 : 5 }, rowText(diagram, row)));
    const bar = row.bar === undefined ? null : diagram.bars[row.bar];
    const element = h("tr", { class: row.critical ? "critical" : "", onclick: () => onPick(index) },
      h("th", { scope: "row", class: "number" }, index + 1),
      h("td", {}, diagram.lanes[row.lane]),
      h("td", { class: "mono" }, rowText(diagram, row)),
      h("td", {}, row.kind === "begin" ? "" : notes(bar)),
      ordered && h("td", {}, row.kind === "begin" ? "" : marks.get(row.bar) ?? ""),
      h("td", {}, row.critical ? "critical" : ""));
    this.rows.set(index, element);
    return element;
  }

  show(step) {
    for (const [index, row] of this.rows) {
      row.classList.toggle("current", index === step);
      if (index === step) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }
    this.rows.get(step)?.scrollIntoView({ block: "nearest" });
  }
}
