// SPDX-License-Identifier: Apache-2.0
//
// One tooltip for the page: shown beside what is pointed at or focused, gone with Escape.
import { byId, h, replaceContent } from "./dom.js";

export function hideTooltip() {
  byId("tooltip").hidden = true;
}

/** `facts`: [name, value] each. */
export function showTooltip(anchor, title, facts) {
  const tooltip = byId("tooltip");
  replaceContent(tooltip, h("p", { class: "tooltip-title" }, title),
    h("dl", {}, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
  tooltip.hidden = false;
  anchor.setAttribute("aria-describedby", "tooltip");
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const below = box.bottom + 6 + height < innerHeight;
  tooltip.style.top = `${below ? box.bottom + 6 : Math.max(6, box.top - height - 6)}px`;
  tooltip.style.left = `${Math.max(6, Math.min(box.left + 12, innerWidth - width - 6))}px`;
}
