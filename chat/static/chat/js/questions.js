// What is asked in this conversation: questions and other replies to them, on the page from the moment that
// somebody wants them, at the server as soon as it can be reached, and back in the box that they came from where it
// refuses.

import { Refused } from "./api.js";
import { asking } from "./asking.js";
import { takeEdits } from "./drafts.js";
import { edit } from "./edit.js";
import { chosenModel } from "./models.js";
import { forget, keep, makeAsked, unsentIn } from "./outbox.js";
import { leaveMiddle } from "./parts.js";
import { paintFiles } from "./question_files.js";
import { say } from "./texts.js";
import { toEnd } from "./scroll.js";
import { temporaryFields } from "./temporary.js";
import { hideUnsent, showUnsent } from "./unsent.js";

const NOT_YET = new Refused(say("asked_before"), { status: 409 });

export class Questions {
  #conversation;
  #composer;
  #asking = new Set(); // {asked, asking, running, question, restore}

  constructor(conversation, composer) {
    this.#conversation = conversation;
    this.#composer = composer;
  }

  /** Whether something has no name yet. */
  get isAsking() {
    return this.#asking.size > 0;
  }

  /** Whether something can be asked in place of what is shown; why not is said. */
  mayAsk() {
    if (this.isAsking) this.#conversation.refused(NOT_YET);
    return !this.isAsking;
  }

  /** Ask below the end of the branch, or, for an edit, in place of the question `instead`; with these files. */
  ask(text, { instead = null, files = [] } = {}) {
    if (!instead) leaveMiddle();
    const { id, inBackground, transcript } = this.#conversation;
    const body = { content: text, model: chosenModel(), ...inBackground };
    if (files.length) body.attachments = files.map(({ id }) => id);
    if (id) body.conversation = id;
    else Object.assign(body, temporaryFields());
    // The branch that is shown need not be the one that was asked last.
    if ("other" in transcript.dataset) body.parent = transcript.dataset.end;
    if (instead) body.parent = instead.dataset.parent || null;
    else this.#composer.clear();
    this.#ask(makeAsked({ path: "chat", body, files, instead: instead?.dataset.id }));
  }

  /**
   * Questions of an earlier visit that have not arrived: ask them now; one that is too old goes into its box, and so
   * does an edited one that was not accepted.
   */
  askUnsent() {
    for (const { message, ...written } of takeEdits(this.#conversation.id)) this.#putIntoBox(message, written);
    const known = new Set([...this.#asking].map(({ asked }) => asked.key));
    for (const asked of unsentIn(this.#conversation.id)) {
      if (asked.isTooOld) this.#giveBack(asked);
      else if (!known.has(asked.key)) this.#ask(asked);
    }
  }

  /** Another tab saw to this one: it arrived, or was taken back. */
  drop(key) {
    for (const ours of this.#asking) if (ours.asked.key === key && ours.asking.isUnsent) this.#abandon(ours);
  }

  /** Another reply to the same question, in place of this one; or the first one to this question. */
  regenerate(article, { model = null } = {}) {
    if (this.isAsking) return; // the one before has no name yet
    const removed = article.matches(".user") ? [] : this.#takeAwayFrom(article); // a question stays
    const reply = clone("new-reply");
    this.#conversation.transcript.append(reply);
    toEnd();
    const body = { model: model ?? chosenModel(), ...this.#conversation.inBackground };
    const asked = makeAsked({ path: `messages/${article.dataset.id}/regenerate`, body });
    this.#deliver(asked, reply, { restore: () => reply.replaceWith(...removed) });
    this.#composer.focus(); // the button that had it is gone
  }

  /** Take back what could not be delivered yet; false where this reply was asked for. */
  takeBack(running) {
    const ours = [...this.#asking].find((each) => each.running === running && each.asking.isUnsent);
    if (ours) this.#takeBack(ours);
    return ours !== undefined;
  }

  #ask(asked) {
    const { transcript } = this.#conversation;
    const edited = this.#shown(asked.instead);
    const removed = edited ? this.#takeAwayFrom(edited) : [];
    const question = clone("new-question");
    question.querySelector(".question").textContent = asked.body.content;
    paintFiles(question, asked.files);
    const reply = clone("new-reply");
    transcript.append(question, reply);
    toEnd();
    keep(asked);
    this.#deliver(asked, reply, {
      question,
      restore: () => {
        question.remove();
        reply.remove();
        transcript.append(...removed);
      },
    });
  }

  #deliver(asked, article, { question = null, restore }) {
    this.#composer.trouble(null);
    const ours = { asked, question, restore, running: this.#conversation.run(article) };
    ours.asking = asking(asked, {
      onids: (ids) => this.#arrived(ours, ids),
      onunsent: () => this.#unsent(ours),
      onrefused: (refused) => {
        this.#takeBack(ours);
        this.#conversation.refused(refused);
      },
    });
    this.#asking.add(ours);
    ours.asking.send();
  }

  #arrived(ours, { conversation, request, reply }) {
    const { asked, question, running } = ours;
    this.#isAskedNoMore(ours);
    forget(asked);
    // Where an earlier try had arrived, the page may show it already.
    if (this.#shown(reply)) {
      this.#conversation.drop(running);
      question?.remove();
      running.view.article.remove();
      return this.#conversation.adopt();
    }
    running.view.article.hidden = false;
    if (question) {
      hideUnsent(question);
      question.dataset.id = request;
    }
    this.#conversation.began(running, { conversation, reply, question });
  }

  #unsent(ours) {
    const { asking, question, running } = ours;
    if (!question) return running.view.note(say("unsent"));
    keep({ ...ours.asked, isUnsent: true });
    running.view.article.hidden = true;
    showUnsent(question, { onsend: () => asking.send(), ontakeback: () => this.#takeBack(ours) });
  }

  #takeBack(ours) {
    this.#abandon(ours);
    if (ours.question) this.#giveBack(ours.asked);
  }

  #abandon(ours) {
    ours.asking.cancel();
    this.#isAskedNoMore(ours);
    ours.restore();
    this.#conversation.drop(ours.running);
    this.#conversation.adopt(); // what came back may run still, or may have ended while it was away
  }

  #isAskedNoMore(ours) {
    this.#asking.delete(ours);
    this.#composer.settled(NOT_YET);
  }

  #giveBack(asked) {
    forget(asked);
    this.#putIntoBox(asked.instead, { text: asked.body.content, files: asked.files });
  }

  // Its own, where the message is shown that it was to take the place of.
  #putIntoBox(instead, { text, files }) {
    const article = this.#shown(instead);
    if (article && !article.matches(".editing")) edit(article, this.#conversation, { text, files });
    else this.#composer.giveBack(text, files);
  }

  #shown(id) {
    return id ? this.#conversation.transcript.querySelector(`[data-id="${CSS.escape(id)}"]`) : null;
  }

  #takeAwayFrom(article) {
    const all = [...this.#conversation.transcript.children];
    const removed = all.slice(all.indexOf(article));
    removed.forEach((element) => element.remove());
    return removed;
  }
}

function clone(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}
