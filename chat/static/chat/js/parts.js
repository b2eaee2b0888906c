// Long conversations come in parts. Those before and after are fetched when the reader comes near, and
// what they read stays where it is. Without this, the links in their places lead there.

import { fetchFragment, fetchPieces } from "./fragments.js";
import { endIsHere, keepPlace, toEnd } from "./scroll.js";

const AHEAD = "1200px 0px"; // so far before the reader gets there

const scroll = document.getElementById("scroll");
const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => load(target)),
  { root: scroll, rootMargin: AHEAD },
);

export function watchParts(conversation) {
  scroll.addEventListener("click", (event) => {
    const part = event.target.closest("[data-part]");
    if (!part || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(part);
  });
  scroll.addEventListener("end-wanted", () => openEnd(conversation));
}

/** The transcript, or a part of it, was put into the page. */
export function observeParts() {
  near.disconnect();
  for (const part of scroll.querySelectorAll("[data-part]")) near.observe(part);
}

/** Something is asked: it stands below the end of the branch, also where the page shows the middle of it. */
export function leaveMiddle() {
  history.replaceState(null, "", location.pathname);
  if (endIsHere()) return;
  const transcript = document.getElementById("transcript");
  const earlier = transcript.lastElementChild;
  earlier.dataset.part = "earlier";
  earlier.dataset.src = earlier.dataset.src.replace(/\?.*/, `?upto=${transcript.dataset.end}`);
  transcript.replaceChildren(earlier);
}

async function load(part) {
  if (part.ariaBusy === "true") return;
  part.ariaBusy = "true";
  const pieces = await fetchPieces(part.dataset.src);
  part.ariaBusy = "false";
  if (!pieces || !part.isConnected) return; // the link is still there, to try again
  const held = part.contains(document.activeElement);
  const messages = [...pieces.querySelectorAll(".message")];
  const put = () => part.replaceWith(pieces);
  if (part.dataset.part === "earlier") keepPlace(put);
  else put();
  messages.forEach((message) => htmx.process(message));
  if (held) focus(part.dataset.part === "earlier" ? messages.at(-1) : messages[0]);
  scroll.dispatchEvent(new CustomEvent("part-shown"));
}

async function openEnd(conversation) {
  const transcript = document.getElementById("transcript");
  const query = "other" in transcript.dataset ? `?upto=${transcript.dataset.end}` : "";
  const fresh = await fetchFragment(`/c/${conversation.id}/transcript/${query}`);
  if (!fresh || !transcript.isConnected) return;
  history.replaceState(null, "", location.pathname);
  transcript.replaceWith(fresh);
  htmx.process(fresh);
  scroll.dispatchEvent(new CustomEvent("part-shown"));
  toEnd();
}

function focus(message) {
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
}
