// What is in the box and not yet asked, per conversation: the text, and the files that were uploaded for it. And what
// is in the box of an edited question that was asked and not accepted.

import { pageOf } from "./page_of.js";
import { ofSite } from "./storage.js";

const SOON = 300; // ms. A long draft is not written anew with each key

let waiting = null; // {conversation, text, timer}

/** Keep it a moment later, or at the latest when the page is left. */
export function keepDraft(conversation, text) {
  if (waiting && waiting.conversation !== conversation) keepNow();
  clearTimeout(waiting?.timer);
  waiting = { conversation, text, timer: setTimeout(keepNow, SOON) };
}

export function draftOf(conversation) {
  keepNow();
  return ofSite.get(name("draft", conversation)) ?? "";
}

export function keepDraftFiles(conversation, files) {
  store(name("draft-files", conversation), files.length ? JSON.stringify(files) : "");
}

/** What is in the box goes along to a conversation that was just made for it. */
export function moveDraft(from, to, text) {
  keepDraft(to, text);
  keepDraftFiles(to, draftFilesOf(from));
  keepDraft(from, "");
  keepDraftFiles(from, []);
  keepNow();
}

/** As the server described them: `{id, name, kind, size}`. */
export function draftFilesOf(conversation) {
  return JSON.parse(ofSite.get(name("draft-files", conversation)) ?? "[]");
}

/** In place of this message it was to be asked, and was not. */
export function keepEdit(conversation, message, { text, files }) {
  keepDraft(editOf(conversation, message), text);
  keepDraftFiles(editOf(conversation, message), files);
}

export function forgetEdit(conversation, message) {
  keepEdit(conversation, message, { text: "", files: [] });
}

/** All of them, each `{message, text, files}`; they are kept no more. */
export function takeEdits(conversation) {
  keepNow();
  const start = name("draft", editOf(conversation, ""));
  const kept = ofSite.keys().filter((key) => key.startsWith(start));
  return kept.map((key) => {
    const message = key.slice(start.length);
    const place = editOf(conversation, message);
    const taken = { message, text: draftOf(place), files: draftFilesOf(place) };
    forgetEdit(conversation, message);
    return taken;
  });
}

function keepNow() {
  if (!waiting) return;
  const { conversation, text, timer } = waiting;
  waiting = null;
  clearTimeout(timer);
  store(name("draft", conversation), text);
}

function editOf(conversation, message) {
  return `${conversation}:edit:${message}`;
}

// Each user's own: whoever signs in in this browser next is not to read them.
function name(kind, conversation) {
  return `${kind}:${pageOf()}:${conversation}`;
}

function store(name, text) {
  if (text) ofSite.set(name, text);
  else ofSite.remove(name);
}

addEventListener("pagehide", keepNow);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keepNow(); // a phone may end the page without another word
});
