// SPDX-License-Identifier: Apache-2.0
//
// A status is a shape and a word before it is a colour.
import { h, icon } from "./dom.js";
import { STATUS_WORDS, caseAddress, isKnownBug, verdictText } from "./data.js";

export function badge(one) {
  return h("span", { class: `badge ${one.status}` }, icon(one.status), STATUS_WORDS[one.status]);
}

/** A case in the matrix: its sign, its verdict, and what tells it from the others of its cell. */
export function chip(one, withBackend) {
  // With a space behind each comma, so that it breaks there.
  const variant = [withBackend && one.backend, one.variant.replaceAll(",", ", ")].filter(Boolean).join(" ");
  return h("a", { class: `chip ${one.status}${isKnownBug(one) ? " known" : ""}`, href: caseAddress(one), title: `${one.id}: ${one.reason}` },
    icon(one.status), h("span", { class: "visually-hidden" }, `${STATUS_WORDS[one.status]}: `),
    h("span", { class: "chip-text" }, h("span", { class: "chip-verdict" }, verdictText(one)),
      variant && [" ", h("span", { class: "chip-variant" }, variant)]));
}
