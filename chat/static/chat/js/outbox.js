// Questions that have not arrived yet, kept by this browser until they have: over a reload, a crash, a closed tab.

import { randomKey } from "../client/chat_client.js";
import { pageOf } from "./page_of.js";
import { ofSite, ofTab } from "./storage.js";

const UNDER_WAY = 40_000; // ms that the tab which asks may take for its first try, before others take it for crashed
const GOOD_FOR = 23 * 3600 * 1000; // ms. The server knows a key for 24 hours; after that it would ask anew

/** Add what makes it known again: a key, where and by whom it is asked, and when. */
export function makeAsked(asked) {
  return { key: randomKey(), user: pageOf(), tab: tab(), made: Date.now(), ...asked };
}

export function keep(asked) {
  ofSite.set(name(asked.key), JSON.stringify(asked));
}

export function forget({ key }) {
  ofSite.remove(name(key));
}

/**
 * What is to be asked in this conversation ("": a new one), oldest first, but for what another tab is just asking.
 * `isTooOld`: only its writer may ask it again.
 */
export function unsentIn(conversation) {
  return ofSite
    .keys()
    .filter((key) => key.startsWith(name("")))
    .map((key) => JSON.parse(ofSite.get(key)))
    .filter((asked) => asked.user === pageOf() && (asked.body.conversation ?? "") === conversation)
    .filter((asked) => asked.isUnsent || asked.tab === tab() || Date.now() - asked.made > UNDER_WAY)
    .map((asked) => ({ ...asked, isTooOld: Date.now() - asked.made > GOOD_FOR }))
    .sort((one, other) => one.made - other.made);
}

/** `handler(key)` when another tab saw to one: it arrived, or was taken back. */
export function onForgotten(handler) {
  addEventListener("storage", ({ key, newValue }) => {
    if (key?.startsWith(name("")) && newValue === null) handler(key.slice(name("").length));
  });
}

function name(key) {
  return `unsent:${key}`;
}

// The same over reloads.
function tab() {
  const known = ofTab.get("tab") ?? randomKey();
  ofTab.set("tab", known);
  return known;
}
