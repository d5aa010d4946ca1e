// SPDX-License-Identifier: Apache-2.0
//
// Light, dark, or as the system has it. Remembered where the browser lets a file remember.
import { byId, icon, replaceContent } from "./dom.js";

const THEMES = ["auto", "light", "dark"];
const KEY = "stagger-theme";

function rememberedTheme() {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto";
  }
}

function rememberTheme(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds for this visit only.
  }
}

function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  replaceContent(byId("theme-switch"), icon("theme"), `Theme: ${theme}`);
}

export function switchTheme() {
  const now = document.documentElement.dataset.theme;
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  showTheme(next);
  rememberTheme(next);
}

export function startTheme() {
  const theme = rememberedTheme();
  showTheme(THEMES.includes(theme) ? theme : "auto");
  byId("theme-switch").addEventListener("click", switchTheme);
}
