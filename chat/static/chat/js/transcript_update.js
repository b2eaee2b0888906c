// Brings the messages on the page up to date with a newer rendering of them, and leaves alone what is the same:
// what the reader selected, unfolded or writes in stays, and so does their place.

import { lacksProse, settle } from "./fragments.js";

const WRITTEN_IN = "form.edit, form.comment"; // a question being edited, what somebody says of a reply

/** Whether somebody writes in this message: then it stays as it is. */
export function isWrittenIn(article) {
  return article.querySelector(WRITTEN_IN) !== null;
}

/** The messages of `fresh` whose prose the server left out, and which the page has not got. */
export function thatLackProse(transcript, fresh) {
  const shown = byId(transcript);
  return messagesOf(fresh).filter((article) => lacksProse(article, shown.get(article.dataset.id)));
}

/** How each message looks, to tell later whether that changed. */
export function looksOf(transcript) {
  return new Map(messagesOf(transcript).map((article) => [article.dataset.id, look(article)]));
}

/** `isOurs(id)`: this reply runs on this page, which knows more of it than any rendering. */
export function bringUpToDate(transcript, fresh, isOurs) {
  const shown = byId(transcript);
  const newer = messagesOf(fresh);
  const kept = new Set(newer.map((article) => article.dataset.id));
  if (shown.size > 0 && ![...shown.keys()].some((id) => kept.has(id))) return replace(transcript, fresh); // another branch
  const gone = [...shown.values()].filter((article) => !kept.has(article.dataset.id) && isWithin(article, newer, shown));
  if (gone.some(isWrittenIn)) return;
  gone.forEach((article) => article.remove());
  Object.assign(transcript.dataset, { version: fresh.dataset.version, end: fresh.dataset.end });
  let before = null;
  for (const article of newer) {
    const known = shown.get(article.dataset.id);
    if (!known) {
      if (before) before.after(article);
      else if (shown.size > 0) [...shown.values()].find(({ isConnected }) => isConnected).before(article);
      else transcript.append(article);
      htmx.process(article);
    } else if (!isOurs(article.dataset.id) && !isWrittenIn(known) && look(known) !== look(article)) {
      settle(known, article);
    }
    before = transcript.querySelector(`[data-id="${CSS.escape(article.dataset.id)}"]`);
  }
  transcript.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
}

function replace(transcript, fresh) {
  if (isWrittenIn(transcript)) return;
  transcript.replaceWith(fresh);
  htmx.process(fresh);
  fresh.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
}

function byId(transcript) {
  return new Map(messagesOf(transcript).map((article) => [article.dataset.id, article]));
}

function messagesOf(element) {
  return [...element.querySelectorAll("article[data-id]")];
}

// A long conversation comes in parts: what stands above the first message of this one was not asked for.
function isWithin(article, newer, shown) {
  const first = newer.map(({ dataset }) => shown.get(dataset.id)).find(Boolean);
  return !first || !(article.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING);
}

/** All that a reader could see change, but for the prose, which follows from its source. */
function look(article) {
  const buttons = [...article.querySelectorAll("button")].map((button) => `${button.value} ${button.ariaPressed}`);
  const parts = [".source", ".note", ".message-foot"].flatMap((part) => [...article.querySelectorAll(part)]);
  const texts = parts.map((part) => (part.content ?? part).textContent.replace(/\s+/g, " ").trim());
  return [article.dataset.status, article.dataset.parent, ...texts, ...buttons].join("\n");
}
