// Calls of the native API by this page's client, and its refusals as values with a sentence for people.

import { ChatClient, ChatError, csrfToken, refusal as refusalOf } from "../client/chat_client.js";
import { signedInAs } from "./page_of.js";
import { knows, say } from "./texts.js";

const GATEWAY = new Set([502, 503, 504]); // a proxy whose server restarts
const SHORTLY = 120; // seconds that somebody may wait for

/** What the server answered instead of what was asked for. `passing`: the same call may succeed later. */
export class Refused extends ChatError {
  constructor(message, { status, passing = false }) {
    super(message, { status, passing });
  }
}

// The session's cookie and the CSRF token go along.
const client = new ChatClient({ headers: signedInAs });
export { csrfToken };

/** `body` goes as JSON. Raises `Refused` where no answer came. */
export async function request(path, options) {
  return client.request(path, options).catch(raise);
}

/** The answer's JSON. Raises `Refused`. */
export function call(path, options) {
  return client.call(path, options).catch(raise);
}

export async function refusal(response) {
  return inReadersWords(await refusalOf(response));
}

/** The same for an answer that came otherwise than by `fetch`. Somebody may try again where it may help. */
export function refusalIn(status, error, retryAfter) {
  const { passing } = new ChatError("", { status });
  return new Refused(sentence(status, error, retryAfter), { status, passing });
}

function raise(error) {
  throw error instanceof ChatError ? inReadersWords(error) : error;
}

// A question is sent again by itself only where nobody answered, or a proxy for a server that was not there; else its
// writer is told.
function inReadersWords({ status, fields, retryAfter }) {
  if (status === 0) return new Refused(say("unreachable"), { status, passing: true });
  return new Refused(sentence(status, fields, retryAfter), { status, passing: GATEWAY.has(status) && !fields });
}

function sentence(status, error, retryAfter) {
  if (status === 401) return say("signed_out");
  const what = error ? inWords(error) : say("refused", { status });
  // The end of a day or a month is no time to wait for.
  return retryAfter && retryAfter <= SHORTLY ? say("retry_after", { what, seconds: retryAfter }) : what;
}

/** What an `error` of the API says, in the reader's language; its own sentence is English. */
export function inWords({ code, message }) {
  return knows(`refused_${code}`) ? say(`refused_${code}`) : message;
}
