// The conversation on the page: which replies run, what was asked, and what becomes of the messages.

import { Refused, call } from "./api.js";
import { fetchFragment, messageAddress, settle, transcriptAddress } from "./fragments.js";
import { chosenModel } from "./models.js";
import { paintFiles } from "./question_files.js";
import { ReplyStream } from "./stream.js";
import { ReplyView, showNote } from "./reply.js";
import { say } from "./texts.js";
import { tellTabs } from "./tabs.js";
import { temporaryFields } from "./temporary.js";
import { leaveMiddle, observeParts } from "./parts.js";
import { endIsHere, toEnd } from "./scroll.js";
import { lookForTitle, showTitle } from "./title.js";
import { refreshList } from "./sidebar.js";

const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
const TIME_TO_FOLLOW = 10; // seconds that a reply in the background waits for us, where the site's window is shorter
const SERVER_AWAY = [500, 2000, 5000, 10_000, 20_000]; // ms between the looks for a message's rendering

export class Conversation {
  id = main.dataset.conversation;
  #composer;
  #running = new Map(); // reply's id, or "" until it has one → {stream, view, stopping}
  #window = main.dataset.resumeWindow === "" ? null : Number(main.dataset.resumeWindow); // null: to the end

  constructor(composer) {
    this.#composer = composer;
  }

  get transcript() {
    return document.getElementById("transcript");
  }

  /** The transcript was rendered anew: follow what runs in it. */
  adopt() {
    for (const article of this.transcript.querySelectorAll('[data-status="streaming"][data-id]')) {
      const running = this.#running.get(article.dataset.id);
      if (running) running.view.seat(article);
      else this.#follow(article, (stream) => stream.follow(article.dataset.id));
    }
    observeParts();
    this.#showRunning();
  }

  /** Ask below the end of the branch, or, for an edit, in place of the question `instead`. */
  ask(text, { instead = null, files = [] } = {}) {
    if (!instead) leaveMiddle();
    const removed = instead ? this.#takeAwayFrom(instead) : [];
    const question = clone("new-question");
    question.querySelector(".question").textContent = text;
    paintFiles(question, files);
    const reply = clone("new-reply");
    this.transcript.append(question, reply);
    document.getElementById("empty")?.setAttribute("hidden", "");
    const body = { content: text, model: chosenModel(), resume_window: this.#window };
    if (files.length) body.attachments = files.map(({ id }) => id);
    if (this.id) body.conversation = this.id;
    else Object.assign(body, temporaryFields());
    // The branch that is shown need not be the one that was asked last.
    if ("other" in this.transcript.dataset) body.parent = this.transcript.dataset.end;
    if (instead) body.parent = instead.dataset.parent || null;
    if (!instead) this.#composer.clear();
    toEnd();
    this.#follow(reply, (stream) => stream.ask("chat", body), {
      question,
      giveBack: () => {
        question.remove();
        reply.remove();
        this.transcript.append(...removed);
        if (!this.id) document.getElementById("empty")?.removeAttribute("hidden");
        if (!instead) this.#composer.fill(text, files);
      },
    });
  }

  /** Another reply to the same question, in place of this one; or the first one to this question. */
  regenerate(article, { model = null } = {}) {
    if (this.#running.has("")) return; // the one before has no name yet
    const removed = article.matches(".user") ? [] : this.#takeAwayFrom(article); // a question stays
    const reply = clone("new-reply");
    this.transcript.append(reply);
    toEnd();
    const body = { model: model ?? chosenModel(), resume_window: this.#window };
    this.#follow(reply, (stream) => stream.ask(`messages/${article.dataset.id}/regenerate`, body), {
      giveBack: () => reply.replaceWith(...removed),
    });
    this.#composer.focus(); // the button that had it is gone
  }

  /** More of this reply. It is followed from its beginning: the page has no raw text to count from. */
  async goOn(article) {
    article.dataset.status = "streaming";
    const body = { background: true, resume_window: this.#window === null ? null : Math.max(this.#window, TIME_TO_FOLLOW) };
    try {
      await call(`messages/${article.dataset.id}/continue`, { method: "POST", body });
      tellTabs(this.id);
      this.#follow(article, (stream) => stream.follow(article.dataset.id));
    } catch (error) {
      this.#refresh(article);
      this.#refused(error);
    }
  }

  /** Stop the reply that runs on this page. It ends when the server says so, with what had arrived. */
  async stop() {
    const running = this.#shown();
    if (!running || running.stopping) return;
    running.stopping = true;
    running.view.note(say("stopping"));
    if (running.stream.reply === null) {
      running.stopWhenStarted = true; // it has no name yet: as soon as it has
      if (!running.isLost) return;
      running.stream.close(); // it cannot even be asked: take it back
      return this.#abandon(running);
    }
    try {
      await call(`messages/${running.stream.reply}/stop`, { method: "POST" });
    } catch (error) {
      running.stopping = false;
      running.view.note("");
      if (error instanceof Refused) this.#refused(new Refused(say("not_stopped", { reason: error.message }), error));
    }
  }

  get isRunning() {
    return this.#shown() !== undefined;
  }

  /** Another tab, or the time away, may have changed it: render it anew where it looks different. */
  async refresh() {
    if (!this.id || this.#running.has("") || !endIsHere() || "other" in this.transcript.dataset) return;
    const fresh = await fetchFragment(transcriptAddress(this.id));
    if (!fresh || this.#running.has("") || fresh.dataset.version === this.transcript.dataset.version) return;
    if (this.transcript.querySelector(".edit")) return; // somebody writes in it
    this.#show(fresh);
  }

  /** Messages were deleted here, or came back: show the active branch as the server has it now. */
  async renew() {
    const fresh = await fetchFragment(transcriptAddress(this.id, { anew: true }));
    if (fresh && !this.#running.has("")) this.#show(fresh);
  }

  #show(fresh) {
    this.transcript.replaceWith(fresh);
    htmx.process(fresh);
    this.adopt();
    fresh.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
  }

  #follow(article, begin, { question = null, giveBack = null } = {}) {
    const view = new ReplyView(article);
    const running = { view, question, giveBack, isOurs: giveBack !== null, stopping: false, isLost: false };
    running.stream = new ReplyStream({
      onevent: (event) => this.#take(running, event),
      onstate: (state) => this.#state(running, state),
      onerror: (refused) => {
        this.#abandon(running);
        this.#refused(refused);
      },
    });
    this.#running.set(article.dataset.id ?? "", running);
    this.#composer.trouble(null);
    this.#showRunning();
    begin(running.stream);
  }

  #take(running, event) {
    if (event.type === "start") this.#started(running, event);
    if (event.type === "title") {
      running.isUntitled = false;
      showTitle(event.conversation, event.title);
    }
    if (event.type === "delta" && !running.isAnnounced) {
      running.isAnnounced = true;
      announcer.textContent = say("begins");
    }
    const isWhole = running.view.take(event);
    if (event.type === "end") this.#ended(running, event);
    return isWhole;
  }

  #started(running, { conversation, request, reply }) {
    running.giveBack = null;
    delete this.transcript.dataset.other; // it is the active branch now
    if (this.#running.get("") !== running) return; // we knew its name
    this.#running.delete("");
    this.#running.set(reply, running);
    running.view.article.dataset.id = reply;
    running.view.article.id = `message-${reply}`;
    if (running.question) running.question.dataset.id = request;
    if (!this.id) {
      this.id = conversation;
      running.isUntitled = true;
      history.pushState(null, "", `/c/${conversation}/`);
      this.#composer.open(conversation);
      document.dispatchEvent(new CustomEvent("conversation-begun"));
    }
    refreshList(this.id);
    tellTabs(this.id);
    if (running.stopWhenStarted) {
      running.stopping = false;
      this.stop();
    }
  }

  async #ended(running, event) {
    this.#running.delete(event.reply);
    this.#composer.connection("");
    this.#showRunning();
    announcer.textContent = say(event.status);
    if (running.isOurs) tellTabs(this.id);
    refreshList(this.id);
    if (event.error?.code === "deleted") return this.#refused(new Refused(say("gone"), { status: 404 }));
    await this.#refresh(running.view.article, event.status);
    if (running.question) await this.#refresh(running.question);
    if (running.isUntitled) lookForTitle(this.id);
  }

  /** The server's rendering in place of ours: with its buttons, times and status. */
  async #refresh(article, status = "complete") {
    for (const wait of SERVER_AWAY) {
      const fresh = await fetchFragment(messageAddress(this.id, article.dataset.id));
      if (!article.isConnected) return;
      if (fresh) {
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

  #abandon(running) {
    running.view.finish();
    for (const [key, value] of this.#running) if (value === running) this.#running.delete(key);
    running.giveBack?.();
    this.#composer.connection("");
    this.#showRunning();
  }

  #state(running, state) {
    running.isLost = state === "lost";
    this.#composer.connection(running.isLost ? say("lost") : "");
  }

  #refused(error) {
    if (!(error instanceof Refused)) throw error;
    this.#composer.trouble(error);
  }

  #takeAwayFrom(article) {
    const all = [...this.transcript.children];
    const removed = all.slice(all.indexOf(article));
    removed.forEach((element) => element.remove());
    return removed;
  }

  #shown() {
    return [...this.#running.values()].find(({ view }) => view.article.isConnected);
  }

  #showRunning() {
    this.#composer.running = this.isRunning;
  }
}

function clone(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}
