// SPDX-License-Identifier: Apache-2.0
//
// One finding: what went wrong, the picture of it, the legal order as far as it goes, the delays
// that matter, and how to replay it.
import { announce, counted, h, icon, number } from "./dom.js";
import { Stepper } from "./stepper.js";

function orderStep(step, index, state) {
  return h("li", { class: state }, h("span", { class: "order-number" }, state === "stuck" ? "" : index),
    state === "stuck" && h("span", { class: "stuck-word" }, "Does not fit: "), h("code", {}, step.text));
}

function legalOrder(order) {
  const what = order.blocks ? `the as_one blocks around ${order.about}` : `the calls on ${order.about}`;
  const skipped = order.skipped ?? 0;
  const whole = !order.stuck;
  return h("section", { class: "legal-order" },
    h("h4", {}, whole ? `A legal order of ${what}` : `The legal order of ${what}, as far as it goes`),
    h("ol", {},
      skipped > 0 && h("li", { class: "quiet-text" }, `${counted(skipped, "step")} before`),
      order.steps.map((step, index) => orderStep(step, skipped + index + 1, "")),
      order.stuck && orderStep(order.stuck, 0, "stuck")),
    order.steps.length === 0 && order.stuck && h("p", { class: "quiet-text" }, "Nothing can come first."));
}

function sentences(title, list, note) {
  if (list.length === 0) return null;
  return h("section", {}, h("h4", {}, title), h("ul", { class: "sentences" }, list.map((text) => h("li", {}, ticked(text)))),
    note && h("p", { class: "quiet-text" }, note));
}

/** Text in `backticks` is code. */
export function ticked(text) {
  return text.split(/`([^`]*)`/).map((part, index) => index % 2 === 1 ? h("code", {}, part) : part);
}

function delays(finding) {
  if (finding.free) return sentences("The delays that matter", ["It was seen in free mode only, where nobody decides who runs: there is no schedule."]);
  const list = finding.delays.length > 0 ? finding.delays : ["None: it happens although each task simply runs on."];
  return sentences("The delays that matter", list);
}

function command(finding) {
  const [shown, replays] = finding.replayed;
  const found = finding.found_at > 0 ? `Found at schedule ${number(finding.found_at)}. ` : "";
  const copy = h("button", { type: "button", class: "quiet", onclick: () => copyText(finding.command, copy) }, icon("copy"), "Copy");
  return h("section", { class: "replay" }, h("h4", {}, "Replay it"),
    finding.command && h("p", { class: "command" }, h("code", {}, finding.command), copy),
    h("p", { class: "quiet-text" }, found, `It showed in ${shown} of ${replays} replays with fresh processes.`));
}

async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.lastChild.textContent = "Copied";
    announce("Copied");
  } catch {
    button.lastChild.textContent = "Select and copy it by hand";
  }
}

function picture(finding, name, onStep) {
  const { diagram } = finding;
  if (!diagram) {
    return { element: h("p", { class: "note" }, "This page has many findings, and the diagram of this one was left out to keep it light. Replay it to see its operations.") };
  }
  const stepper = new Stepper(diagram, name, onStep);
  const left = diagram.left_out > 0 && h("p", { class: "note" },
    `${counted(diagram.left_out, "event")} that matter less were left out; replay it with --history FILE to have all of them.`);
  return { stepper, element: h("div", {}, left, stepper.element) };
}

/** {element, stepper}; the stepper is missing where there is no picture. */
export function findingView(one, finding, onStep) {
  const where = finding.object ? ` on ${finding.object}` : "";
  const { element, stepper } = picture(finding, `${finding.symptom} in ${one.id}`, onStep);
  const orders = finding.diagram?.orders ?? [];
  const view = h("article", { class: "finding" },
    h("h3", { class: "finding-title" }, h("span", { class: "symptom" }, finding.symptom), where),
    h("p", { class: "finding-message" }, finding.message),
    finding.meaning && h("p", { class: "quiet-text" }, finding.meaning),
    element,
    h("div", { class: "finding-words" },
      orders.map(legalOrder),
      sentences(finding.for_ever ? "Who waits for ever" : "Who waited when it was cut off", finding.waits),
      delays(finding),
      command(finding),
      sentences("It also shows", finding.also.map(([symptom, message]) => `${symptom}: ${message}`)),
      finding.output && h("section", { class: "wide" }, h("h4", {}, "What the processes wrote"),
        h("pre", { tabindex: "0" }, finding.output))));
  return { element: view, stepper };
}
