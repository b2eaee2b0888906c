// What all tabs of a browser share: one line to the server, and who follows which reply over it. Runs in a shared
// worker, or in the page itself where there is none. Text only passes through: each tab knows how far it has read.

import { ChatClient, Line, SocketConnection } from "../client/chat_client.js";
import { SseConnection } from "./live_sse.js";

const PING = 15_000; // ms
const GONE = 4; // pings in a row without an answer: the tab crashed, or sleeps. One that wakes says hello again.
// Not a time: after a laptop's sleep an hour has passed, and nobody was asked.

const KINDS = {
  sse: (client, follows, told) => new SseConnection(client, follows, told),
  websocket: (client, follows, told) =>
    new SocketConnection(client.openSocket(), follows, told, { render: "html", watch: true }),
};

export class Hub {
  #tabs = new Map(); // port → {follows: Set of replies, unanswered: pings}
  #kind = "sse";
  #client = null;
  #line = new Line((follows, told) => KINDS[this.#kind](this.#client, follows, told), {
    onevent: (event) => this.#pass(event),
    onstate: (state) => this.#tellAll({ tell: "state", state }),
  });

  constructor() {
    setInterval(() => this.#look(), PING);
    addEventListener("online", () => this.#tabs.size && this.#line.wake());
  }

  /** A tab's end of a message channel. It is a tab from its `hello` to its `bye`. */
  connect(port) {
    port.onmessage = ({ data }) => this.#take(port, data);
  }

  #take(port, said) {
    const tab = said.say === "hello" ? this.#welcome(port, said) : this.#tabs.get(port);
    if (!tab) return said.say === "bye" || port.postMessage({ tell: "who" });
    tab.unanswered = 0;
    if (said.say === "follow") this.#follow(tab, said.reply, said.at);
    if (said.say === "unfollow") this.#unfollow(tab, said.reply);
    if (said.say === "wake") this.#line.wake();
    if (said.say === "bye") this.#drop(port, tab);
  }

  #welcome(port, { user, transport, follows }) {
    const tab = this.#tabs.get(port) ?? { follows: new Set(), unanswered: 0 };
    this.#tabs.set(port, tab);
    this.#use(transport, user);
    for (const [reply, at] of follows) this.#follow(tab, reply, at);
    this.#line.wake();
    port.postMessage({ tell: "state", state: this.#line.state });
    return tab;
  }

  // Whose line it is, the server compares with the cookie.
  #use(kind, user) {
    this.#client = new ChatClient({ pageOf: user });
    if (kind === this.#kind || !(kind in KINDS)) return;
    this.#kind = kind;
    if (this.#line.isConnected) this.#line.reconnect();
  }

  // A second tab may stand elsewhere. Then it comes again from there, and changes nothing for who has it already.
  #follow(tab, reply, at) {
    tab.follows.add(reply);
    if (!this.#line.isAt(reply, at)) this.#line.follow(reply, at);
  }

  #unfollow(tab, reply) {
    tab.follows.delete(reply);
    if (![...this.#tabs.values()].some(({ follows }) => follows.has(reply))) this.#line.unfollow(reply);
  }

  #drop(port, tab) {
    this.#tabs.delete(port);
    if (this.#tabs.size === 0) return this.#line.stop();
    for (const reply of tab.follows) this.#unfollow(tab, reply);
  }

  #look() {
    for (const [port, tab] of this.#tabs) {
      if (tab.unanswered++ >= GONE) this.#drop(port, tab);
      else port.postMessage({ tell: "ping" });
    }
  }

  #pass(event) {
    for (const [port, { follows }] of this.#tabs) {
      if (event.reply !== undefined && !follows.has(event.reply)) continue;
      port.postMessage({ tell: "event", event });
      if (event.type === "end" || event.type === "error") follows.delete(event.reply);
    }
  }

  #tellAll(message) {
    for (const port of this.#tabs.keys()) port.postMessage(message);
  }
}
