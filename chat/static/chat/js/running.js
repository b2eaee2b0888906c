// One reply that runs on this page: from the wish for it to its end. Who asked and what becomes of the
// messages around it is for the conversation.

import { Refused, call, inWords } from "./api.js";
import { follow } from "./live.js";
import { ReplyView } from "./reply.js";
import { say } from "./texts.js";

export class Running {
  reply = null; // its id, once it has one
  question = null; // the one that was asked with it, where that was here
  #handlers;
  #isStopping = false;
  #begins = false;

  /** `onbegin()` with its first word, `onend(event)`, `onrefused(Refused)`: it cannot be followed or stopped. */
  constructor(article, handlers) {
    this.view = new ReplyView(article);
    this.#handlers = handlers;
  }

  /** It has a name. Whoever wanted it stopped before gets that now. */
  named(reply) {
    this.reply = reply;
    follow(reply, {
      onevent: (event) => this.#take(event),
      onrefused: (error) => this.#refused(new Refused(error.code === "not_found" ? say("gone") : inWords(error), { status: 404 })),
    });
    if (this.#isStopping) this.#stop();
  }

  /** It ends when the server says so, with what had arrived. */
  stop() {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.view.note(say("stopping"));
    if (this.reply !== null) this.#stop();
  }

  async #stop() {
    try {
      await call(`messages/${this.reply}/stop`, { method: "POST" });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#isStopping = false;
      this.view.note("");
      this.#handlers.onrefused(new Refused(say("not_stopped", { reason: error.message }), error), { goesOn: true });
    }
  }

  #take(event) {
    if (event.type === "delta" && !this.#begins) {
      this.#begins = true;
      this.#handlers.onbegin();
    }
    const isWhole = this.view.take(event);
    if (event.type === "end") this.#handlers.onend(event);
    return isWhole;
  }

  #refused(error) {
    this.view.finish();
    this.#handlers.onrefused(error, { goesOn: false });
  }
}
