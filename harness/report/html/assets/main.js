// SPDX-License-Identifier: Apache-2.0
//
// Ties the page together: shows what the address asks for, and keeps the address up to date.
import { byId, counted, h, replaceContent } from "./dom.js";
import { caseAddress, loadRun } from "./data.js";
import { Overview } from "./overview.js";
import { caseView } from "./case.js";
import { startKeys } from "./keys.js";
import { startTheme } from "./theme.js";
import { hideTooltip } from "./tooltip.js";

const run = loadRun();
const overview = new Overview(run);
let shown = { one: null, steppers: [], active: 0 };

/** "#case=a%2Fb&finding=1&step=4" */
function address() {
  const fields = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  const count = (name) => Math.max(0, Number.parseInt(fields.get(name) ?? "", 10) || 0);
  return { id: fields.get("case"), finding: count("finding"), step: count("step") };
}

function remember(one, finding, step) {
  shown.active = finding;
  const place = step === null ? "" : `&finding=${finding + 1}&step=${step + 1}`;
  history.replaceState(null, "", caseAddress(one) + place);
}

function showCase(one, { finding, step }) {
  const view = caseView(run, one, (index, at) => remember(one, index, at));
  const active = Math.min(Math.max(finding - 1, 0), Math.max(view.steppers.length - 1, 0));
  shown = { one, steppers: view.steppers, active };
  replaceContent(byId("main"), view.element);
  document.title = `${one.id} - Stagger`;
  const stepper = view.steppers[active];
  if (step > 0 && stepper?.steps.includes(step - 1)) stepper.go(step - 1);
}

function showOverview(note) {
  shown = { one: null, steppers: [], active: 0 };
  replaceContent(byId("main"), note, overview.element);
  document.title = `${overview.element.querySelector("h1").textContent} - Stagger`;
}

function show(isFirst) {
  hideTooltip();
  const asked = address();
  const one = asked.id === null ? null : run.byId.get(asked.id);
  if (one) showCase(one, asked);
  else showOverview(asked.id !== null && h("p", { class: "note" }, `This run has no case ${asked.id}.`));
  if (isFirst) return;
  if (!(one && asked.step > 0)) scrollTo(0, 0);
  byId("main").querySelector("h1").focus({ preventScroll: true });
}

function goTo(one) {
  if (one) location.hash = caseAddress(one);
}

function search() {
  if (shown.one) location.hash = "";
  // The overview is there once the address has changed.
  setTimeout(() => overview.search.focus());
}

byId("run-facts").append(`${run.command}, seed ${run.seed}, Stagger ${run.version}, ${counted(Object.keys(run.scenarios).length, "scenario")}`);
startTheme();
startKeys(() => ({
  stepper: shown.steppers[shown.active],
  leave: () => { if (shown.one) location.hash = ""; },
  sibling: (by) => goTo(run.cases[(shown.one?.index ?? (by > 0 ? -1 : run.cases.length)) + by]),
  search,
}));
addEventListener("hashchange", () => show(false));
show(true);
document.documentElement.dataset.ready = "yes";
