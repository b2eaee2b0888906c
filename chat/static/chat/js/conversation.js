// The conversation on the page: which replies run in it, and what becomes of its messages.

import { Refused, call } from "./api.js";
import { fetchFragment, messageAddress, settle, transcriptAddress } from "./fragments.js";
import { observeParts } from "./parts.js";
import { Questions } from "./questions.js";
import { showNote } from "./reply.js";
import { Running } from "./running.js";
import { endIsHere } from "./scroll.js";
import { say } from "./texts.js";
import { bringUpToDate, isWrittenIn, looksOf, thatLackProse } from "./transcript_update.js";

const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
// Seconds that a reply waits for us at least: its ids must come here, and the line must follow it. Who chose that
// leaving the page stops a reply at once gets this much, or a reload would stop it as well.
const TIME_TO_FOLLOW = 5;
const FEW = 4; // messages that are fetched one by one; more of them come at once
const SERVER_AWAY = [500, 2000, 5000, 10_000, 20_000]; // ms between the looks for a message's rendering

export class Conversation {
  id = main.dataset.conversation;
  questions;
  #composer;
  #running = new Set();
  #settling = new Set(); // promises of replies that ended, and are about to be as the server renders them
  #gone = null; // {reply, refused}: it was deleted elsewhere, and that is said
  #isStale = false; // it changed while it could not be brought up to date

  constructor(composer) {
    this.#composer = composer;
    this.questions = new Questions(this, composer);
  }

  get transcript() {
    return document.getElementById("transcript");
  }

  get isRunning() {
    return this.#shown() !== undefined;
  }

  // The ids come at once, and the line follows by them. What leaving the page means is the site's and the user's.
  get inBackground() {
    const { resumeWindow } = main.dataset;
    return { background: true, resume_window: resumeWindow === "" ? null : Math.max(Number(resumeWindow), TIME_TO_FOLLOW) };
  }

  ask(text, more) {
    this.questions.ask(text, more);
  }

  regenerate(article, more) {
    this.questions.regenerate(article, more);
  }

  /** The transcript was rendered anew: follow what runs in it. */
  adopt() {
    for (const article of this.transcript.querySelectorAll('[data-status="streaming"][data-id]')) {
      const running = this.#of(article.dataset.id);
      if (running) running.view.seat(article);
      else this.run(article).named(article.dataset.id);
    }
    observeParts();
    this.#showRunning();
    this.#lookForGone();
  }

  /** More of this reply. It is followed from its beginning: the page has no raw text to count from. */
  async goOn(article) {
    article.dataset.status = "streaming";
    try {
      await call(`messages/${article.dataset.id}/continue`, { method: "POST", body: this.inBackground });
      this.#composer.trouble(null);
      this.run(article).named(article.dataset.id);
    } catch (error) {
      this.#refresh(article);
      this.refused(error);
    }
  }

  /** Stop the reply that runs on this page; what could not even be asked is taken back. */
  stop() {
    const running = this.#shown();
    if (running && !this.questions.takeBack(running)) running.stop();
  }

  /** Something changed it, here or elsewhere: bring the page up to date where it looks different. */
  async refresh() {
    if (this.#waits() || !this.id || !endIsHere() || "other" in this.transcript.dataset) return;
    await Promise.allSettled(this.#settling);
    const before = looksOf(this.transcript);
    const fresh = await this.#newer();
    if (!fresh || this.#waits() || fresh.dataset.version === this.transcript.dataset.version) return;
    // What was done here meanwhile is newer than the answer; another one comes for it.
    const now = looksOf(this.transcript);
    bringUpToDate(this.transcript, fresh, (id) => this.#of(id) !== undefined || before.get(id) !== now.get(id));
    this.adopt();
  }

  /** Messages were deleted here, or came back: show the active branch as the server has it now. */
  async renew() {
    const fresh = await fetchFragment(transcriptAddress(this.id, { anew: true }));
    if (!fresh || this.#waits()) return;
    this.transcript.replaceWith(fresh);
    htmx.process(fresh);
    this.adopt();
    fresh.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
  }

  /** A reply begins to run in this article. */
  run(article) {
    const running = new Running(article, {
      onbegin: () => (announcer.textContent = say("begins")),
      onend: (event) => this.#ended(running, event),
      onrefused: (refused, { goesOn }) => {
        if (goesOn) return this.refused(refused);
        this.drop(running);
        this.#lost(running, refused);
      },
    });
    this.#running.add(running);
    this.#showRunning();
    return running;
  }

  /** What was asked for runs, and has a name; `question` is the one that was asked with it. */
  began(running, { conversation, reply, question }) {
    const { article } = running.view;
    article.dataset.id = reply;
    article.id = `message-${reply}`;
    running.question = question;
    delete this.transcript.dataset.other; // it is the active branch now
    if (!this.id) {
      this.id = conversation;
      history.pushState(null, "", `/c/${conversation}/`);
      this.#composer.open(conversation);
      document.dispatchEvent(new CustomEvent("conversation-begun"));
    }
    running.named(reply);
    if (this.#isStale) this.refresh();
  }

  /** It runs on this page no more. */
  drop(running) {
    running.view.finish();
    this.#running.delete(running);
    this.#showRunning();
    if (this.#isStale) this.refresh();
  }

  /** Say why something was not done. */
  refused(error) {
    if (!(error instanceof Refused)) throw error;
    this.#composer.trouble(error);
  }

  /** The transcript as it is now, with as much prose as the page has not got; null where it is the same, or away. */
  async #newer() {
    const fresh = await fetchFragment(transcriptAddress(this.id, { withoutProse: true }));
    const lacking = fresh ? thatLackProse(this.transcript, fresh).filter(({ dataset }) => !this.#of(dataset.id)) : [];
    if (lacking.length > FEW) return fetchFragment(transcriptAddress(this.id));
    const whole = await Promise.all(lacking.map(({ dataset }) => fetchFragment(messageAddress(this.id, dataset.id))));
    if (whole.includes(null)) return null;
    lacking.forEach((article, place) => article.replaceWith(whole[place]));
    return fresh;
  }

  async #ended(running, event) {
    this.#running.delete(running);
    this.#showRunning();
    announcer.textContent = say(event.status);
    if (event.error?.code === "deleted") return this.#lost(running, new Refused(say("gone"), { status: 404 }));
    const { article, isRendered } = running.view;
    const settling = this.#refresh(article, { status: event.status, withoutProse: isRendered });
    this.#settling.add(settling);
    await settling;
    this.#settling.delete(settling);
    if (running.question) await this.#refresh(running.question);
  }

  /** The server's rendering in place of ours: with its buttons, times and status. */
  async #refresh(article, { status = "complete", withoutProse = false } = {}) {
    for (const wait of SERVER_AWAY) {
      const fresh = await fetchFragment(messageAddress(this.id, article.dataset.id, { withoutProse }));
      if (!article.isConnected) return;
      if (fresh) {
        if (isWrittenIn(article)) return; // a question that is being edited by now
        settle(article, fresh);
        this.adopt(); // it may run again
        fresh.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
        return;
      }
      // The server that told of the end may have been about to restart.
      if (status !== "complete") showNote(article, say(status));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  // Who deletes it here knows: it is hidden from that moment on.
  #lost({ reply, view }, refused) {
    if (view.article.hidden) return;
    this.#gone = { reply, refused };
    this.refused(refused);
  }

  // What was brought back runs no more, unlike what is still to be taken away.
  #lookForGone() {
    if (!this.#gone) return;
    const { reply, refused } = this.#gone;
    if (!this.transcript.querySelector(`[data-id="${reply}"]:not([data-status="streaming"])`)) return;
    this.#composer.settled(refused);
    this.#gone = null;
  }

  // What has no name yet would be taken for what was deleted elsewhere.
  #waits() {
    this.#isStale = this.questions.isAsking;
    return this.#isStale;
  }

  #of(reply) {
    return [...this.#running].find((running) => running.reply === reply);
  }

  #shown() {
    return [...this.#running].find(({ view }) => view.article.isConnected);
  }

  #showRunning() {
    this.#composer.running = this.isRunning;
  }
}
