// The buttons of code blocks, in the reader's language: Copy, and Wrap, which holds for all blocks and is
// remembered. The server's HTML has none, and without a script there are none.

import { copy } from "./clipboard.js";
import { ofSite } from "./storage.js";
import { say } from "./texts.js";

const scroll = document.getElementById("scroll");
const KEPT = "wrap-code";

/** Whatever brings a code block into the conversation, its buttons are there before it is painted. */
export function watchCodeBlocks() {
  wrap(ofSite.get(KEPT) === "1");
  addButtons(scroll);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) addButtons(node);
  }).observe(scroll, { childList: true, subtree: true });
  scroll.addEventListener("click", ({ target }) => {
    const button = target.closest(".code-buttons button");
    if (!button) return;
    if (button.classList.contains("copy")) copy(button.closest("figure").querySelector("code").textContent);
    else inPlace(button, () => wrap(button.getAttribute("aria-pressed") !== "true"));
  });
}

function addButtons(root) {
  const captions = root.querySelectorAll("figure.code > figcaption:not(:has(.code-buttons))");
  if (captions.length === 0) return;
  const buttons = document.createElement("span");
  buttons.className = "code-buttons";
  buttons.append(button("wrap", "wrap_lines"), button("copy", "copy_code"));
  buttons.firstChild.setAttribute("aria-pressed", isWrapped());
  for (const caption of captions) caption.append(buttons.cloneNode(true));
}

function button(name, text) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.textContent = say(text);
  return element;
}

function isWrapped() {
  return scroll.classList.contains("wraps-code");
}

function wrap(wanted) {
  scroll.classList.toggle("wraps-code", wanted);
  if (wanted) ofSite.set(KEPT, "1");
  else ofSite.remove(KEPT);
  for (const button of scroll.querySelectorAll(".code-buttons .wrap")) button.setAttribute("aria-pressed", wanted);
}

// The blocks above change their heights too: what was clicked stays under the pointer.
function inPlace(button, change) {
  const before = button.getBoundingClientRect().top;
  change();
  scroll.scrollTop += button.getBoundingClientRect().top - before;
}
