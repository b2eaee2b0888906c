// Calls of the native API, and its refusals as values with a sentence for people.

import { signedInAs } from "./page_of.js";
import { knows, say } from "./texts.js";

const GATEWAY = new Set([502, 503, 504]); // a proxy whose server restarts
const SHORTLY = 120; // seconds that somebody may wait for
const SOON = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What the server answered instead of what was asked for. `passing`: the same call may succeed later. */
export class Refused extends Error {
  constructor(message, { status, passing }) {
    super(message);
    this.status = status;
    this.passing = passing;
  }
}

/** `body` goes as JSON. The session's cookie and the CSRF token go along. */
export function request(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = { Accept: "text/event-stream, application/json", ...signedInAs(), ...headers };
  if (method !== "GET") {
    sent["X-CSRFToken"] = csrfToken();
    sent["Content-Type"] = "application/json";
  }
  return fetch(`/api/v1/${path}`, {
    method,
    headers: sent,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    credentials: "same-origin",
    cache: "no-store",
  });
}

// From the cookie: signing in again in another tab changes it, and this page may be older.
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

/** The answer's JSON. Raises `Refused`. */
export async function call(path, options) {
  let response;
  try {
    response = await request(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(say("unreachable"), { status: 0, passing: true });
  }
  if (!response.ok) throw await refusal(response);
  return response.status === 204 ? null : response.json();
}

export async function refusal(response, { following = false } = {}) {
  const { status } = response;
  const error = await response.json().then((body) => body?.error, () => null);
  const retryAfter = response.headers.get("Retry-After");
  // Whoever follows can wait for any passing trouble. A question is sent again by itself only
  // where a proxy answered for a server that was not there; else its writer is told.
  const passing = following ? SOON.has(status) : GATEWAY.has(status) && !error;
  return new Refused(sentence(status, error, retryAfter), { status, passing });
}

/** The same for an answer that came otherwise than by `fetch`. Somebody may try again where it may help. */
export function refusalIn(status, error, retryAfter) {
  return new Refused(sentence(status, error, retryAfter), { status, passing: SOON.has(status) });
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

/** 128 random bits. `crypto.randomUUID` is missing on a plain http address that is not localhost. */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
