// One call of the page that can be tried: the form, the request as programs write it, and what comes back.

import { csrfToken } from "./api_csrf.js";
import { isStream, Pieces } from "./api_pieces.js";
import { requestOf } from "./api_request.js";
import { Shown } from "./api_shown.js";
import { SNIPPETS } from "./api_snippets.js";
import { say } from "./texts.js";

const IN_FULL = 200_000; // characters of a body that a page can show at once

export class Trial {
  #form;
  #key;
  #abort = null;
  #pieces;
  #language = "curl";

  /** `key` tells the key to send; empty: the session speaks for the reader. */
  constructor(form, key) {
    this.#form = form;
    this.#key = key;
    this.#pieces = new Shown(this.#at(".pieces"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    form.addEventListener("input", (event) => {
      if (event.target.matches(".examples")) this.#at(".body").value = event.target.value;
      this.#showSnippet();
    });
    form.addEventListener("click", ({ target }) => {
      if (target.closest(".stop")) this.#abort?.abort();
      const chosen = target.closest("[data-snippet]");
      if (chosen) this.#choose(chosen.dataset.snippet);
    });
    this.#at(".snippets").addEventListener("toggle", () => this.#showSnippet());
  }

  #at(selector) {
    return this.#form.querySelector(selector);
  }

  #say(text) {
    this.#at(".status").textContent = text;
  }

  #choose(language) {
    this.#language = language;
    for (const button of this.#form.querySelectorAll("[data-snippet]")) {
      button.setAttribute("aria-pressed", String(button.dataset.snippet === language));
    }
    this.#showSnippet();
  }

  #showSnippet() {
    if (!this.#at(".snippets").open) return;
    const request = this.#request();
    this.#at(".snippet").textContent = request ? SNIPPETS[this.#language](request) : "";
  }

  #request(key = "") {
    try {
      return requestOf(this.#form, { key });
    } catch (error) {
      this.#say(say("no_json", { reason: error.message }));
      return null;
    }
  }

  async #send() {
    this.#abort?.abort();
    this.#clear();
    const key = this.#key();
    const request = this.#request(key);
    if (!request) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#at(".stop").hidden = false;
    this.#say(say("sending"));
    try {
      await this.#receive(await fetch(request.url, options(request, key, abort.signal)));
    } catch (error) {
      if (this.#abort === abort) this.#say(this.#why(error));
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.#at(".stop").hidden = true;
      }
    }
  }

  #why(error) {
    const seconds = this.#pieces.seconds();
    if (error.name === "AbortError") return say("stopped", { seconds });
    return this.#at(".received-headers").hidden ? say("unreachable") : say("broken", { seconds });
  }

  #clear() {
    this.#pieces.begin();
    this.#say("");
    for (const part of [".received", ".received-headers"]) this.#at(part).hidden = true;
  }

  async #receive(response) {
    const status = `${response.status} ${response.statusText}`.trim();
    this.#at(".received-headers").hidden = false;
    this.#at(".received-headers pre").textContent = [...response.headers].map((pair) => pair.join(": ")).join("\n");
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0];
    if (response.body && isStream(type)) {
      await this.#stream(response.body.getReader(), type, status);
    } else {
      this.#show(await bodyOf(response, type));
      this.#say(say("answered", { status, seconds: this.#pieces.seconds() }));
    }
  }

  async #stream(reader, type, status) {
    const pieces = new Pieces(type);
    this.#say(say("streaming", { status }));
    for (;;) {
      const { done, value } = await reader.read();
      for (const piece of done ? pieces.rest() : pieces.take(value)) this.#pieces.add(piece);
      if (done) break;
    }
    this.#say(say("over", { status, seconds: this.#pieces.seconds() }));
  }

  #show(text) {
    this.#at(".received").hidden = text === "";
    this.#at(".received").textContent = text.length > IN_FULL ? `${text.slice(0, IN_FULL)}…` : text;
  }
}

function options({ method, headers, body }, key, signal) {
  // A key alone decides: the session is not even sent beside it.
  const session = key ? { credentials: "omit" } : { credentials: "same-origin" };
  const csrf = key || method === "GET" ? {} : { "X-CSRFToken": csrfToken() };
  return { method, headers: { ...headers, ...csrf }, body, signal, cache: "no-store", ...session };
}

async function bodyOf(response, type) {
  if (response.status === 204) return "";
  if (type === "application/json") {
    const text = await response.text();
    return JSON.stringify(JSON.parse(text), null, 2);
  }
  if (type.startsWith("text/")) return response.text();
  const { size } = await response.blob();
  return say("file_bytes", { count: size, type });
}
