// This page's end of the browser's one connection: what it follows, and what it is told. Paints nothing.

import { Hub } from "./live_hub.js";
import { pageOf } from "./page_of.js";

const MESSAGES = 2; // raise it when a message between tab and hub changes: tabs of two versions share no worker

const followed = new Map(); // reply → {at, onevent, onrefused, waits}
const newsHandlers = new Set();
const stateHandlers = new Set();
let state = "opening";
let port = null;

/** Begin. Called once a page. */
export function goLive() {
  open();
  addEventListener("pagehide", () => say({ say: "bye" }));
  addEventListener("pageshow", ({ persisted }) => persisted && hello());
  const wake = () => document.visibilityState === "visible" && say({ say: "wake" });
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
}

/**
 * Follow a reply from its beginning to its end: `onevent(event)` for each event, in order; false says that a piece
 * before it is missing, and all of it comes again. `onrefused(error)` where it cannot be followed.
 */
export function follow(reply, { onevent, onrefused }) {
  followed.set(reply, { at: null, onevent, onrefused });
  say({ say: "follow", reply, at: null });
}

/** `handler(event)` for each `changed` and `title`, of whatever conversation. */
export function onNews(handler) {
  newsHandlers.add(handler);
}

/** `handler(state, before)` with "open", "lost" or "out", whenever it changes. */
export function onLineState(handler) {
  stateHandlers.add(handler);
}

function open() {
  let worker;
  try {
    worker = new SharedWorker(new URL("./live_worker.js", import.meta.url), {
      type: "module",
      name: `live ${MESSAGES} ${pageOf()}`, // who signs in next has a hub, and a line, of their own
    });
  } catch {
    return useOwnHub(); // the browser knows none, or forbids them
  }
  // A browser that knows shared workers, but not modules in them; or the network went before the worker had come.
  worker.addEventListener("error", useOwnHub, { once: true });
  use(worker.port);
}

// The hub came with this page: the network may be what failed.
function useOwnHub() {
  const { port1, port2 } = new MessageChannel();
  new Hub().connect(port1);
  say({ say: "bye" });
  use(port2);
}

function use(newPort) {
  port = newPort;
  port.onmessage = ({ data }) => take(data);
  hello();
}

function hello() {
  const { transport } = document.querySelector("[data-transport]").dataset;
  const follows = [...followed].map(([reply, { at }]) => [reply, at]);
  say({ say: "hello", user: pageOf(), transport, follows });
}

function say(message) {
  port?.postMessage(message);
}

function take(told) {
  if (told.tell === "ping") say({ say: "here" });
  if (told.tell === "who") hello();
  if (told.tell === "state") setState(told.state);
  if (told.tell === "event") takeEvent(told.event);
}

function takeEvent(event) {
  if (event.reply === undefined) return newsHandlers.forEach((handler) => handler(event));
  const following = followed.get(event.reply);
  if (!following) return;
  if (event.type === "error") {
    followed.delete(event.reply);
    return following.onrefused(event.error);
  }
  if (event.type === "start") following.waits = false;
  if (following.waits) return; // what was under way when all of it was asked for again
  if (event.type === "end") followed.delete(event.reply);
  if (following.onevent(event) === false) {
    following.at = null;
    following.waits = true;
    say({ say: "follow", reply: event.reply, at: null });
  } else if (event.id) {
    following.at = event.id;
  }
}

function setState(now) {
  if (now === state) return;
  const before = state;
  state = now;
  stateHandlers.forEach((handler) => handler(now, before));
}
