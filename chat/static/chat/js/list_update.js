// Keeps the list of conversations live: one that changed, here or elsewhere, is fetched and put in its place.

import { onLineState, onNews } from "./live.js";
import { refreshList, refreshWholeList } from "./sidebar.js";

const TOGETHER = 150; // ms: a reply that begins tells of itself and of its title

const changed = new Set();
const handlers = new Set();
let timer = 0;

export function watchList() {
  onNews(({ type, conversation }) => {
    if (type !== "changed") return;
    changed.add(conversation);
    soon();
  });
  // What changed while the line was lost was told to nobody; nor was the end of what ran when the page was made.
  onLineState((state, before) => state === "open" && (before !== "opening" || isAnyAnswered()) && refreshWholeList());
  document.addEventListener("visibilitychange", soon);
}

/** `handler(conversation, item)` for each that changed, as it is in the list now; null where it was deleted. */
export function onListed(handler) {
  handlers.add(handler);
}

function isAnyAnswered() {
  return document.querySelector("#conversations .runs") !== null;
}

// A tab that nobody looks at waits until somebody does.
function soon() {
  if (document.visibilityState !== "visible" || changed.size === 0) return;
  clearTimeout(timer);
  timer = setTimeout(bringUpToDate, TOGETHER);
}

function bringUpToDate() {
  const conversations = [...changed];
  changed.clear();
  conversations.forEach(async (conversation) => {
    const item = await refreshList(conversation);
    if (item !== undefined) handlers.forEach((handler) => handler(conversation, item));
  });
}
