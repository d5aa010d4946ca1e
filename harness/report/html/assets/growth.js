// SPDX-License-Identifier: Apache-2.0
//
// How what was seen grew with the schedules: a curve that flattens says that there is little left.
import { h, s, number } from "./dom.js";

const WIDTH = 340;
const HEIGHT = 150;
const MARGIN = { top: 12, right: 14, bottom: 30, left: 50 };

/** Schedules are noted ever farther apart, so their axis is logarithmic. */
function scales(points, column) {
  const last = points.at(-1)[0];
  const most = Math.max(1, ...points.map((point) => point[column]));
  const span = Math.log(Math.max(last, 2));
  const x = (schedules) => Math.log(Math.max(schedules, 1)) / span;
  return { x, y: (value) => value / most, last, most };
}

function polyline(points, column, x, y) {
  return points.map((point) => `${x(point[0]).toFixed(1)},${y(point[column]).toFixed(1)}`).join(" ");
}

/** A few pixels of it, for a table. */
export function sparkline(points, column = 1) {
  if (!points || points.length < 2) return null;
  const scale = scales(points, column);
  return s("svg", { class: "sparkline", viewBox: "0 0 72 18", "aria-hidden": "true" },
    s("polyline", { points: polyline(points, column, (v) => 1 + 70 * scale.x(v), (v) => 16 - 14 * scale.y(v)) }));
}

function powersOfTen(last) {
  const ticks = [];
  for (let power = 1; power <= last; power *= 10) ticks.push(power);
  const kept = ticks.length > 6 ? ticks.filter((_, index) => index % 2 === 0) : ticks;
  return last > 2 * kept.at(-1) ? [...kept, last] : kept;
}

function plot(points, column, title) {
  const scale = scales(points, column);
  const width = WIDTH - MARGIN.left - MARGIN.right;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = (value) => MARGIN.left + width * scale.x(value);
  const y = (value) => MARGIN.top + height * (1 - scale.y(value));
  const bottom = MARGIN.top + height;
  const [lastSchedules] = points.at(-1);
  const lastValue = points.at(-1)[column];
  return h("figure", { class: "plot" },
    h("figcaption", {}, title, " ", h("b", {}, number(lastValue))),
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
               "aria-label": `${title}: ${number(lastValue)} after ${number(lastSchedules)} schedules` },
      [0, 0.5, 1].map((part) => s("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right,
                                            y1: bottom - part * height, y2: bottom - part * height })),
      s("text", { class: "tick", x: MARGIN.left - 8, y: bottom + 4, "text-anchor": "end" }, "0"),
      s("text", { class: "tick", x: MARGIN.left - 8, y: MARGIN.top + 4, "text-anchor": "end" }, number(scale.most)),
      powersOfTen(scale.last).map((tick) =>
        s("text", { class: "tick", x: x(tick), y: bottom + 16, "text-anchor": "middle" }, number(tick))),
      s("polyline", { class: "curve", points: polyline(points, column, x, y) }),
      s("circle", { class: "curve-end", cx: x(lastSchedules), cy: y(lastValue), r: 3 })),
    h("p", { class: "axis" }, "schedules, logarithmic"));
}

/** Both curves, and the numbers behind them. */
export function growthSection(points) {
  if (!points || points.length < 2) return null;
  return h("section", { class: "growth", "aria-label": "New behaviour over schedules" },
    h("h3", {}, "New behaviour over schedules"),
    h("div", { class: "plots" },
      plot(points, 1, "Distinct interleavings"),
      plot(points, 2, "Features of behaviour")),
    h("details", {}, h("summary", {}, "The numbers"),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The numbers of the plots" },
        h("table", { class: "plain" },
          h("thead", {}, h("tr", {}, ["Schedules", "Interleavings", "Features"].map((name) =>
            h("th", { scope: "col", class: "number" }, name)))),
          h("tbody", {}, points.map((point) =>
            h("tr", {}, point.map((value) => h("td", { class: "number" }, number(value))))))))));
}
