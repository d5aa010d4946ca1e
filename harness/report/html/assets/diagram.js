// SPDX-License-Identifier: Apache-2.0
//
// The space-time diagram of a finding: a lane per task, time going down. Every row is a button, so
// that it can be reached, read and pressed without a picture; rails and arrows are decoration.
import { h, s, counted, icon } from "./dom.js";
import { ROW, HEAD, arrowPath, arrowRows, laneWidth, railX } from "./geometry.js";
import { showTooltip, hideTooltip } from "./tooltip.js";

const DOES_NOT_FIT = "does not fit";
const ARROW_WORDS = { read: "reads from", message: "message", wake: "lets go on" };

/** What a row says beside its text, for the tooltip and the panel: [name, value]. */
export function rowFacts(diagram, row) {
  const bar = row.bar === undefined ? null : diagram.bars[row.bar];
  const facts = [["Task", diagram.lanes[row.lane]]];
  if (!bar) return facts;
  const [first, last] = bar.rows;
  if (first !== last && !bar.open) facts.push(["Called", `step ${first + 1}`], ["Returned", `step ${last + 1}`]);
  if (bar.open) facts.push(["Returned", bar.stuck ? "never: it waits" : "never"]);
  if (bar.waits !== undefined) facts.push(["Could not go on", `before step ${bar.waits + 1}`]);
  if (bar.origin) facts.push(["From", bar.origin]);
  if (bar.within) facts.push(["Part of", `as_one ${bar.within}`]);
  if (bar.time) facts.push(["Virtual time", bar.time.map((nanoseconds) => `${(nanoseconds / 1e6).toFixed(1)} ms`).join(" to ")]);
  return facts;
}

export function rowText(diagram, row) {
  if (row.folded) return `${counted(row.folded, "event")} left out`;
  return row.text ?? diagram.bars[row.bar].text;
}

/** Where each bar stands in the legal order: bar -> "3", and "does not fit" for what breaks it. */
export function orderMarks(order) {
  const marks = new Map();
  if (!order) return marks;
  order.steps.forEach((step, index) => {
    for (const bar of step.bars ?? []) marks.set(bar, String(index + 1 + (order.skipped ?? 0)));
  });
  for (const bar of order.stuck?.bars ?? []) marks.set(bar, DOES_NOT_FIT);
  return marks;
}

function placed(element, lane, first, last = first) {
  element.style.gridColumn = lane === null ? "1 / -1" : String(lane + 2);
  element.style.gridRow = `${first + 2} / ${last + 3}`;
  return element;
}

function rail(bar) {
  const [first, last] = bar.rows;
  const classes = ["rail", bar.critical && "critical", bar.open && "open"].filter(Boolean).join(" ");
  const waits = bar.stuck ? last : bar.waits;
  const hatched = waits === undefined ? null : h("span", { class: "hatched" });
  if (hatched) {
    // To the middle of the row in which it could go on; who waits for ever is hatched to the end.
    const until = bar.stuck ? last - first + 1 : waits - first + 0.5;
    hatched.style.height = `${(100 * until) / (last - first + 1)}%`;
  }
  return placed(h("span", { class: classes, "aria-hidden": "true" }, hatched), bar.lane, first, last);
}

function bracket(one) {
  const element = h("span", { class: one.section ? "bracket section" : "bracket", "aria-hidden": "true" });
  return placed(element, one.lane, one.rows[0], one.rows[1]);
}

function mark(text) {
  if (!text) return null;
  return text === DOES_NOT_FIT
    ? h("span", { class: "order-mark stuck" }, icon("fail"), h("span", { class: "visually-hidden" }, "does not fit the legal order"))
    : h("span", { class: "order-mark" }, h("span", { class: "visually-hidden" }, "legal order: "), text);
}

function fold(row, index) {
  return placed(h("p", { class: "fold" }, rowText(null, row)), null, index);
}

export class Diagram {
  /** `onPick(index)` is called when a row is pressed. */
  constructor(diagram, name, onPick) {
    this.diagram = diagram;
    this.events = new Map();
    this.marks = orderMarks(diagram.orders[0]);
    this.arrows = s("svg", { class: "arrows", "aria-hidden": "true" });
    this.grid = h("div", { class: "lanes" },
      diagram.lanes.map((lane, index) => this.head(lane, index)),
      diagram.brackets.map(bracket), diagram.bars.map(rail),
      diagram.rows.map((row, index) => row.folded ? fold(row, index) : this.event(row, index, onPick)),
      this.arrows);
    this.grid.style.setProperty("--lanes", diagram.lanes.length);
    this.grid.style.setProperty("--rows", diagram.rows.length);
    this.element = h("div", { class: "space-time", role: "group", "aria-label": `Space-time diagram of ${name}` }, this.grid);
    new ResizeObserver(() => this.drawArrows()).observe(this.element);
  }

  head(lane, index) {
    const element = h("div", { class: "lane-head" }, lane);
    element.style.gridColumn = String(index + 2);
    const line = h("span", { class: "lane-line", "aria-hidden": "true" });
    placed(line, index, 0, this.diagram.rows.length - 1);
    return [element, line];
  }

  event(row, index, onPick) {
    const bar = row.bar === undefined ? null : this.diagram.bars[row.bar];
    const waits = row.kind === "begin" && bar?.waits !== undefined;
    const last = row.kind !== "begin";
    const button = h("button", {
      type: "button", class: `event ${row.kind}${row.critical ? " critical" : ""}`, tabindex: "-1",
      onclick: () => onPick(index),
      onpointerenter: () => this.tell(button, row), onpointerleave: hideTooltip,
      onfocus: () => this.tell(button, row), onblur: hideTooltip,
    },
      h("span", { class: "visually-hidden" }, `${this.diagram.lanes[row.lane]}: `),
      h("span", { class: "event-text" }, rowText(this.diagram, row)),
      waits && h("span", { class: "tag" }, "waits"),
      last && mark(this.marks.get(row.bar)),
      row.critical && h("span", { class: "visually-hidden" }, ", critical"));
    const number = h("span", { class: row.critical ? "row-number critical" : "row-number", "aria-hidden": "true" }, index + 1);
    number.style.gridRow = String(index + 2);
    this.events.set(index, button);
    return [number, placed(button, row.lane, index)];
  }

  tell(button, row) {
    showTooltip(button, rowText(this.diagram, row), rowFacts(this.diagram, row));
  }

  drawArrows() {
    const { bars, rows, arrows } = this.diagram;
    this.arrows.replaceChildren();
    this.arrows.setAttribute("width", this.grid.scrollWidth);
    this.arrows.setAttribute("height", HEAD + rows.length * ROW);
    for (const [from, to, kind] of arrows) {
      const { source, target } = this.ends(bars[from], bars[to]);
      this.arrows.append(s("path", {
        class: `arrow ${kind}`, d: arrowPath(source, target),
        "data-from": from, "data-to": to, "marker-end": `url(#head-${kind})`,
      }));
    }
  }

  /** An arrow to the right joins a text with a rail, one to the left a rail with a text. */
  ends(from, to) {
    const row = arrowRows(from, to);
    const width = laneWidth(this.grid.clientWidth, this.diagram.lanes.length);
    const rightwards = to.lane > from.lane;
    const rail = (bar, side) => railX(bar.lane, width) + side;
    const text = (bar, at) => {
      const button = this.events.get(at);
      return button && this.diagram.rows[at].lane === bar.lane ? button.offsetLeft + button.offsetWidth + 2 : rail(bar, 8);
    };
    return {
      source: { x: rightwards ? text(from, row.from) : rail(from, -6), row: row.from },
      target: { x: rightwards ? rail(to, -7) : text(to, row.to), row: row.to },
    };
  }

  /** Rows up to `step` have happened; null shows all alike. */
  show(step, moveFocus) {
    this.grid.classList.toggle("stepping", step !== null);
    for (const [index, button] of this.events) {
      button.classList.toggle("current", index === step);
      button.classList.toggle("ahead", step !== null && index > step);
      button.setAttribute("tabindex", index === (step ?? this.firstRow()) ? "0" : "-1");
      if (index === step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    const bar = step === null ? undefined : this.diagram.rows[step].bar;
    for (const arrow of this.arrows.children) {
      const mine = arrow.dataset.from === String(bar) || arrow.dataset.to === String(bar);
      arrow.classList.toggle("current", step !== null && bar !== undefined && mine);
    }
    const button = this.events.get(step);
    if (!button) return;
    if (moveFocus) button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  firstRow() {
    return this.events.keys().next().value ?? 0;
  }
}

/** What the colours and strokes mean. Of arrows only those that there are. */
export function legend(diagram) {
  const kinds = [...new Set(diagram.arrows.map(([, , kind]) => kind))];
  const waits = diagram.bars.some((bar) => bar.stuck || bar.waits !== undefined);
  const marks = [...orderMarks(diagram.orders[0]).values()];
  const item = (sample, text) => h("li", {}, sample, text);
  return h("ul", { class: "legend", "aria-label": "Legend" },
    item(h("span", { class: "rail" }), "operation"),
    diagram.bars.some((bar) => bar.critical) && item(h("span", { class: "rail critical" }), "critical"),
    waits && item(h("span", { class: "rail" }, h("span", { class: "hatched" })), "waits"),
    diagram.brackets.some((one) => !one.section) && item(h("span", { class: "bracket" }), "as_one"),
    diagram.brackets.some((one) => one.section) && item(h("span", { class: "bracket section" }), "section"),
    marks.some((one) => one !== DOES_NOT_FIT) && item(h("span", { class: "order-mark" }, "1"), "place in the legal order"),
    marks.includes(DOES_NOT_FIT) && item(mark(DOES_NOT_FIT), "fits in no legal order"),
    kinds.map((kind) => item(
      s("svg", { class: "sample", viewBox: "0 0 30 12", "aria-hidden": "true" },
        s("path", { class: `arrow ${kind}`, d: "M1 6H23", "marker-end": `url(#head-${kind})` })),
      ARROW_WORDS[kind])));
}
