// What this page asks, each thing brought to the server exactly once by the client; what could not be delivered is
// tried again at once when there is a reason to believe that it can.

import { Asking } from "../client/chat_client.js";
import { call } from "./api.js";
import { onLineState } from "./live.js";

const all = new Set();

/** See the client's `Asking`: `asked` is `{path, body, key}`. */
export function asking(asked, handlers) {
  const one = new Asking({ call }, asked, handlers);
  all.add(one);
  return one;
}

function sendAll() {
  for (const one of all) {
    if (one.isOver) all.delete(one);
    else if (one.isUnsent) one.send();
  }
}

onLineState((state) => state === "open" && sendAll());
addEventListener("online", sendAll);
