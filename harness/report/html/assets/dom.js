// SPDX-License-Identifier: Apache-2.0
//
// Making elements. Text always becomes text, never markup: names come from specs and may hold
// anything.

const SVG = "http://www.w3.org/2000/svg";

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** h("p", {class: "note"}, "text", child, [more]) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  return append(element, children);
}

/** The same for what is drawn. */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  return append(element, children);
}

export function icon(name) {
  return s("svg", { class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    s("use", { href: `#icon-${name}` }));
}

export function byId(id) {
  return document.getElementById(id);
}

export function replaceContent(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** 233076 as "233,076", the same everywhere. */
export function number(value) {
  return value.toLocaleString("en-US");
}

export function counted(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function seconds(value) {
  if (value < 0.95) return `${Math.round(value * 1000)} ms`;
  return value >= 100 ? `${Math.round(value)} s` : `${value.toFixed(1)} s`;
}

/** Says something to those who do not see the page. */
export function announce(text) {
  byId("announcer").textContent = text;
}
