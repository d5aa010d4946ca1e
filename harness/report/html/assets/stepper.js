// SPDX-License-Identifier: Apache-2.0
//
// Walks through a finding event by event: the buttons above the diagram, and what the keys do. Both
// views, the diagram and the table, show the same step.
import { announce, h, icon, replaceContent } from "./dom.js";
import { Diagram, legend, rowFacts, rowText } from "./diagram.js";
import { StepTable } from "./steptable.js";

export class Stepper {
  /** `onStep(step)` hears of every move, for the address bar. */
  constructor(diagram, name, onStep) {
    this.diagram = diagram;
    this.onStep = onStep;
    this.step = null;
    this.steps = diagram.rows.map((row, index) => row.folded ? null : index).filter((index) => index !== null);
    this.critical = this.steps.filter((index) => diagram.rows[index].critical);
    const pick = (index) => this.go(index);
    this.picture = new Diagram(diagram, name, pick);
    this.table = new StepTable(diagram, name, pick);
    this.position = h("span", { class: "step-position" });
    this.now = h("div", { class: "step-now" });
    this.toggle = h("button", { type: "button", class: "view-toggle", onclick: () => this.switchView() });
    this.bar = h("div", { class: "step-bar", role: "toolbar", "aria-label": "Step through the finding" },
      this.button("first", "First event (Home)", () => this.first()),
      this.button("previous", "Previous event (Left or k)", () => this.move(-1)),
      this.position,
      this.button("next", "Next event (Right or j)", () => this.move(1)),
      this.button("last", "Last event (End)", () => this.last()),
      this.critical.length > 0 && h("button", { type: "button", class: "critical-jump", onclick: () => this.moveCritical(1) }, "Next critical"),
      this.toggle);
    this.legend = legend(diagram);
    this.element = h("div", { class: "stepper" }, this.bar, this.now, this.legend, this.picture.element, this.table.element);
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.asTable = false;
    this.showView();
    this.show(false);
  }

  button(name, label, onclick) {
    return h("button", { type: "button", class: "step-button", "aria-label": label, title: label, onclick }, icon(name));
  }

  switchView() {
    this.asTable = !this.asTable;
    this.showView();
    this.show(false);
  }

  showView() {
    this.picture.element.hidden = this.asTable;
    this.legend.hidden = this.asTable;
    this.table.element.hidden = !this.asTable;
    this.toggle.textContent = this.asTable ? "Show as diagram" : "Show as table";
  }

  first() { this.go(this.steps[0]); }
  last() { this.go(this.steps.at(-1)); }

  move(by) {
    const at = this.steps.indexOf(this.step);
    if (at === -1) return this.go(by > 0 ? this.steps[0] : this.steps.at(-1));
    this.go(this.steps[Math.min(Math.max(at + by, 0), this.steps.length - 1)]);
  }

  moveCritical(by) {
    const at = this.step ?? -1;
    const next = by > 0 ? this.critical.find((index) => index > at)
                        : this.critical.filter((index) => index < at).at(-1);
    this.go(next ?? (by > 0 ? this.critical[0] : this.critical.at(-1)));
  }

  /** Back to the whole picture. */
  leave() { this.go(null); }

  go(step) {
    if (step === undefined) return;
    this.step = step;
    const inside = this.picture.grid.contains(document.activeElement);
    this.show(inside);
    this.onStep(step);
  }

  show(moveFocus) {
    const at = this.steps.indexOf(this.step);
    this.position.textContent = at === -1 ? `${this.steps.length} events` : `${at + 1} of ${this.steps.length}`;
    this.picture.show(this.step, moveFocus && !this.asTable);
    this.table.show(this.step);
    if (at === -1) {
      replaceContent(this.now, h("p", { class: "quiet-text" }, "Step with the arrow keys, or press an event."));
      return;
    }
    const row = this.diagram.rows[this.step];
    const [[, task], ...facts] = rowFacts(this.diagram, row);
    const text = rowText(this.diagram, row);
    replaceContent(this.now,
      h("p", { class: "step-text" }, h("b", {}, task), " ", h("code", {}, text),
        row.critical && h("span", { class: "tag critical" }, "critical")),
      h("dl", {}, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))));
    announce(`Step ${at + 1} of ${this.steps.length}: ${task}: ${text}${row.critical ? ", critical" : ""}`);
  }

  onKey(event) {
    const inButtons = event.target.closest(".space-time, .step-bar");
    if (!inButtons || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key === "Home") this.first();
    else if (event.key === "End") this.last();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
