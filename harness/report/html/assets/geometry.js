// SPDX-License-Identifier: Apache-2.0
//
// Where things are in a space-time diagram, in pixels. Lanes stand side by side, rows below each
// other; the style sheet has the same numbers (diagram.css). Pure functions.

export const ROW = 30;
export const HEAD = 34;
export const GUTTER = 46;
export const RAIL = 22;  // from a lane's left edge to the middle of its rail

export function laneWidth(width, lanes) {
  return Math.max((width - GUTTER) / lanes, 168);
}

export function railX(lane, width) {
  return GUTTER + lane * width + RAIL;
}

export function rowMiddle(row) {
  return HEAD + (row + 0.5) * ROW;
}

/** Which rows an arrow joins: from where its source ended, unless that is not before the target. */
export function arrowRows(from, to) {
  const end = to.rows[1];
  const [first, last] = from.rows;
  return { from: last < end ? last : Math.min(first, end), to: end };
}

/** The path of an arrow from beside its source to its target; `from` and `to` are {x, row}. */
export function arrowPath(from, to) {
  const y1 = rowMiddle(from.row);
  const y2 = rowMiddle(to.row);
  const rightwards = to.x > from.x;
  const reach = Math.max(24, Math.min(Math.abs(to.x - from.x) * 0.5, 110)) * (rightwards ? 1 : -1);
  return `M${from.x} ${y1}C${from.x + reach} ${y1} ${to.x - reach} ${y2} ${to.x} ${y2}`;
}
