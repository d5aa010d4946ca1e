// SPDX-License-Identifier: Apache-2.0
//
// What the keys do, everywhere on the page, and the list of them.
import { byId, h, replaceContent } from "./dom.js";
import { hideTooltip } from "./tooltip.js";
import { switchTheme } from "./theme.js";

const HELP = [
  ["j or →", "next event of the finding"],
  ["k or ←", "previous event"],
  ["Home, End", "first and last event"],
  ["n, p", "next and previous critical event"],
  ["t", "diagram or table"],
  ["Esc", "the whole picture again, then all cases"],
  ["[ and ]", "previous and next case"],
  ["/", "filter the cases"],
  ["d", "light, dark, or as the system has it"],
  ["?", "this list"],
];

function fillHelp(dialog) {
  replaceContent(dialog,
    h("h2", { id: "keys-title" }, "Keys"),
    h("table", { class: "plain" }, h("tbody", {}, HELP.map(([key, meaning]) =>
      h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, meaning))))),
    h("p", {}, "Every case, finding and step has an address of its own: copy it from the address bar."),
    h("button", { type: "button", onclick: () => dialog.close() }, "Close"));
}

const STEPPING = {
  j: (stepper) => stepper.move(1), ArrowRight: (stepper) => stepper.move(1),
  k: (stepper) => stepper.move(-1), ArrowLeft: (stepper) => stepper.move(-1),
  Home: (stepper) => stepper.first(), End: (stepper) => stepper.last(),
  n: (stepper) => stepper.moveCritical(1), p: (stepper) => stepper.moveCritical(-1),
  t: (stepper) => stepper.switchView(),
};

function isTyping(target) {
  return target.closest("input, textarea, select, dialog") !== null;
}

// Arrow keys scroll what is wider than its frame, where that has the focus.
function isScrolling(event) {
  return event.key.startsWith("Arrow") && event.target.matches(".scroll, pre");
}

/** `view` gives {stepper, leave(), sibling(by), search()} of what is shown now. */
export function startKeys(view) {
  const dialog = byId("keys");
  fillHelp(dialog);
  byId("keys-button").addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isScrolling(event)) return;
    const { stepper, leave, sibling, search } = view();
    if (event.key === "?") dialog.showModal();
    else if (event.key === "d") switchTheme();
    else if (event.key === "/") search();
    else if (event.key === "[") sibling(-1);
    else if (event.key === "]") sibling(1);
    else if (event.key === "Escape") escape(stepper, leave);
    else if (stepper && event.key in STEPPING) STEPPING[event.key](stepper);
    else return;
    event.preventDefault();
  });
}

function escape(stepper, leave) {
  if (!byId("tooltip").hidden) hideTooltip();
  else if (stepper && stepper.step !== null) stepper.leave();
  else leave();
}
