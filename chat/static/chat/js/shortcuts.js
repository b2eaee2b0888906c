// What the keyboard does on the page of a conversation: one table that does it, and fills the dialog on `?`.
// Only `?` stands alone, and not where one types: all others take a modifier or are Esc (WCAG 2.1.4).

import { copy } from "./clipboard.js";
import { sourceOf } from "./message_buttons.js";
import { openerOf } from "./popup.js";
import { openSearch } from "./search.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

const isMac = /Mac|iP/.test(navigator.platform);
const dialog = document.getElementById("shortcuts");
const sidebar = document.getElementById("sidebar");

const PLACES = { ";": "Semicolon" }; // `KeyboardEvent.code` of what is no letter
const NAMES = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const MODIFIERS = isMac ? { Mod: "⌘", Shift: "⇧", Alt: "⌥" } : { Mod: "Ctrl" };

function tableOf(conversation) {
  return [
    { keys: ["Mod", "Shift", "O"], name: "key_new", act: () => document.querySelector(".new-chat").click() },
    { keys: ["Mod", "K"], name: "key_search", act: openSearch },
    { keys: ["Mod", "B"], name: "key_list", act: toggleList },
    { keys: ["Shift", "Escape"], name: "key_box", act: () => document.getElementById("box").focus() },
    { keys: ["Escape"], name: "key_stop", act: () => conversation.stop(), when: () => conversation.isRunning && !isOpen() },
    { keys: ["Mod", "Shift", "L"], name: "key_copy", act: copyLastReply },
    { keys: ["Mod", "Shift", ";"], name: "key_code", act: copyLastCode },
    { keys: ["Alt", "ArrowUp"], name: "key_up", act: () => goTo(-1), when: isFree },
    { keys: ["Alt", "ArrowDown"], name: "key_down", act: () => goTo(+1), when: isFree },
    { keys: ["Alt", "Shift", "ArrowLeft"], name: "key_left", act: () => turnTo(0), when: isFree },
    { keys: ["Alt", "Shift", "ArrowRight"], name: "key_right", act: () => turnTo(-1), when: isFree },
    { keys: ["?"], name: "key_help", act: showShortcuts, when: () => !isTyping() },
  ];
}

export function watchShortcuts(conversation) {
  const table = tableOf(conversation);
  fill(table);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || dialog.open) return;
    const found = table.find(({ keys, when }) => matches(event, keys) && (when?.() ?? true));
    if (!found) return;
    event.preventDefault();
    found.act();
  });
  document.addEventListener("click", ({ target }) => {
    const menu = target.closest?.('[data-menu="shortcuts"]')?.closest("[popover]");
    if (!menu) return;
    menu.hidePopover();
    showShortcuts();
    dialog.addEventListener("close", () => openerOf(menu)?.focus(), { once: true });
  });
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

function isOpen() {
  return document.querySelector("dialog[open], :popover-open") !== null;
}

function isTyping() {
  return document.activeElement?.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])") ?? false;
}

// Arrows belong to a field with text in it.
function isFree() {
  return !isOpen() && !(isTyping() && document.activeElement.value);
}

function toggleList() {
  if (matchMedia("(max-width: 50rem)").matches) sidebar.togglePopover();
  else document.querySelector(".frame").classList.toggle("wide");
}

function copyLastReply() {
  const reply = [...document.querySelectorAll(".message.assistant")].findLast((article) => article.querySelector(".source"));
  if (reply) copy(sourceOf(reply));
  else toast(say("nothing_to_copy"));
}

function copyLastCode() {
  const code = [...document.querySelectorAll(".prose pre code")].at(-1);
  if (code) copy(code.textContent);
  else toast(say("nothing_to_copy"));
}

function goTo(step) {
  const all = [...document.querySelectorAll("#transcript .message")];
  const here = all.indexOf(document.activeElement.closest?.(".message"));
  const next = here < 0 ? all.at(-1) : all[here + step];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "start" });
}

/** The version before (0) or after (-1), of the message that has the focus, else of the last that has any. */
function turnTo(side) {
  const focused = document.activeElement.closest?.(".message")?.querySelector(".siblings");
  const siblings = focused ?? [...document.querySelectorAll(".siblings")].at(-1);
  [...(siblings?.querySelectorAll("button") ?? [])].at(side)?.click();
}
