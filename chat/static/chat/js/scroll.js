// Keeps the end of the transcript in sight while the reader is there, and leaves them alone where not.

import { say } from "./texts.js";

const scroll = document.getElementById("scroll");
const button = document.getElementById("to-end");
const NEAR = 60; // px from the end that still count as being there
const FAR = 4; // screens beyond which to glide there would take too long

let follows = true;
let hasNew = false; // text came that the reader has not seen
let top = 0;

function isEmpty() {
  return document.getElementById("empty").checkVisibility();
}

function distance() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
}

/** Where the page shows the middle of a long conversation, its last message is not the end. */
export function endIsHere() {
  return document.getElementById("transcript").lastElementChild?.dataset.part !== "later";
}

export function toEnd({ glides = false } = {}) {
  follows = true;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches || distance() > FAR * scroll.clientHeight;
  scroll.scrollTo({ top: scroll.scrollHeight, behavior: glides && !isCalm ? "smooth" : "instant" });
  show();
}

/** The reader looks at something else than the end. */
export function stay() {
  follows = false;
  show();
}

/** Change something above what the reader sees, which stays where it is. */
export function keepPlace(change) {
  const below = scroll.scrollHeight - scroll.scrollTop;
  change();
  // Where the browser keeps it by itself, this changes nothing.
  scroll.scrollTop = scroll.scrollHeight - below;
  top = scroll.scrollTop;
}

export function watchScrolling() {
  scroll.addEventListener("scroll", onScroll, { passive: true });
  scroll.addEventListener("painted", () => {
    hasNew ||= !follows;
    settle();
  });
  button.addEventListener("click", () => {
    if (endIsHere()) toEnd({ glides: true });
    else scroll.dispatchEvent(new CustomEvent("end-wanted"));
  });
  scroll.addEventListener("load", settle, true); // a picture has its size now
  scroll.addEventListener("contentvisibilityautostatechange", settle, true); // and so has what came into sight
  // The box below grew, or the phone's keyboard came: the end stays in sight.
  // A frame later: an observer that changes the layout itself is an error to some browsers.
  new ResizeObserver(() => requestAnimationFrame(settle)).observe(scroll);
  // What stands on an empty page is read from its top.
  if (/[?&](at|before|after)=/.test(location.search) || isEmpty()) stay();
  else toEnd();
}

// Upwards is away, however little; downwards and near the end is back.
function onScroll() {
  const isUp = scroll.scrollTop < top - 1;
  top = scroll.scrollTop;
  if (!endIsHere() || (isUp && distance() > 1)) follows = false;
  else if (distance() <= NEAR) follows = true;
  show();
}

function settle() {
  if (follows && endIsHere()) scroll.scrollTop = scroll.scrollHeight;
  else show();
}

function show() {
  const isAtEnd = endIsHere() && distance() <= NEAR;
  if (follows || isAtEnd) hasNew = false;
  button.hidden = follows || isAtEnd || isEmpty();
  button.classList.toggle("new", hasNew);
  const words = say(hasNew ? "new_below" : "to_end");
  if (button.title === words) return;
  button.title = words;
  button.lastElementChild.textContent = words;
}
