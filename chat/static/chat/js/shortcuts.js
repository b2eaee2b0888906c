// What the keyboard does on every page: one table that does it, and fills the dialog on `?`.
// Only `?` stands alone, and not where one types: all others take a modifier or are Esc (WCAG 2.1.4).

import { openSearch } from "./search.js";
import { say } from "./texts.js";

const isMac = /Mac|iP/.test(navigator.platform);
const dialog = document.getElementById("shortcuts");
const sidebar = document.getElementById("sidebar");

const PLACES = { ";": "Semicolon" }; // `KeyboardEvent.code` of what is no letter
const NAMES = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const MODIFIERS = isMac ? { Mod: "⌘", Shift: "⇧", Alt: "⌥" } : { Mod: "Ctrl" };

const HOUSE = [
  { keys: ["Mod", "Shift", "O"], name: "key_new", act: () => document.querySelector(".new-chat").click() },
  { keys: ["Mod", "K"], name: "key_search", act: openSearch },
  { keys: ["Mod", "B"], name: "key_list", act: toggleList },
];
const HELP = { keys: ["?"], name: "key_help", act: showShortcuts, when: () => !isTyping() };

/** `more`: what this page can do besides, as `{keys, name, act, when}`. */
export function watchShortcuts(more = []) {
  const table = [...HOUSE, ...more, HELP];
  fill(table);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const found = table.find(({ keys, when }) => matches(event, keys) && (when?.() ?? true));
    if (!found) return;
    event.preventDefault();
    found.act();
  });
  document.addEventListener("click", ({ target }) => target.closest?.("[data-shortcuts]") && showShortcuts());
}

export function isOpen() {
  return document.querySelector("dialog[open], :popover-open") !== null;
}

export function isTyping() {
  return document.activeElement?.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])") ?? false;
}

function matches(event, keys) {
  const key = keys.at(-1);
  const [mod, other] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  // Which key makes a character, and with Shift or without, is the layout's affair.
  if (key === "?") return event.key === key && !mod && !other && !event.altKey;
  if (other || mod !== keys.includes("Mod") || event.shiftKey !== keys.includes("Shift") || event.altKey !== keys.includes("Alt")) return false;
  return key in NAMES ? event.key === key : event.code === (PLACES[key] ?? `Key${key}`);
}

function fill(table) {
  const list = dialog.querySelector("dl");
  for (const { keys, name } of table) {
    const row = document.createElement("div");
    const what = document.createElement("dt");
    what.textContent = say(name);
    const how = document.createElement("dd");
    how.append(...keys.map((key) => Object.assign(document.createElement("kbd"), { textContent: MODIFIERS[key] ?? NAMES[key] ?? key })));
    row.append(what, how);
    list.append(row);
  }
}

function showShortcuts() {
  dialog.showModal();
}

function toggleList() {
  if (matchMedia("(max-width: 50rem)").matches) sidebar.togglePopover();
  else document.querySelector(".frame").classList.toggle("wide");
}
