// What the keyboard does in a conversation, besides what it does everywhere (shortcuts.js).

import { copy } from "./clipboard.js";
import { sourceOf } from "./fragments.js";
import { isOpen, isTyping } from "./shortcuts.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

export function conversationShortcuts(conversation) {
  return [
    { keys: ["Shift", "Escape"], name: "key_box", act: () => document.getElementById("box").focus() },
    { keys: ["Escape"], name: "key_stop", act: () => conversation.stop(), when: () => conversation.isRunning && !isOpen() },
    { keys: ["Mod", "Shift", "L"], name: "key_copy", act: copyLastReply },
    { keys: ["Mod", "Shift", ";"], name: "key_code", act: copyLastCode },
    { keys: ["Alt", "ArrowUp"], name: "key_up", act: () => goTo(-1), when: isFree },
    { keys: ["Alt", "ArrowDown"], name: "key_down", act: () => goTo(+1), when: isFree },
    { keys: ["Alt", "Shift", "ArrowLeft"], name: "key_left", act: () => turnTo(0), when: isFree },
    { keys: ["Alt", "Shift", "ArrowRight"], name: "key_right", act: () => turnTo(-1), when: isFree },
  ];
}

// Arrows belong to a field with text in it.
function isFree() {
  return !isOpen() && !(isTyping() && document.activeElement.value);
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
