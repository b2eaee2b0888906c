// The one connection to the server, kept open: opened again with backoff, at once when the network is back,
// and given up when it has been silent for too long. Which replies it carries survives every connection.

import { SocketConnection } from "./live_socket.js";
import { SseConnection } from "./live_sse.js";

const FIRST_WAIT = 500; // ms before coming back; doubles with each failure in a row …
const LONGEST_WAIT = 8000; // … to this, each a quarter more or less, so that not all browsers come at once
const SILENCE = 40_000; // ms. The server says something every 15 s: two of them missing is a dead connection

/**
 * Both kinds of connection: made with the replies to follow, `Map` of reply → event id or null, and the user; `follow(reply, at)`,
 * `unfollow(reply)`, after the map was changed, and `close()`, after which no handler is called. Handlers: `onopen()`,
 * `onbytes()`, `onevent(event)`, and `onover(status)` once, where 401 stands for "not signed in".
 */
const KINDS = { sse: SseConnection, websocket: SocketConnection };

export class Line {
  state = "opening"; // then "open", "lost", or "out": nobody is signed in
  #tell;
  #kind = "sse";
  #user = null;
  #follows = new Map();
  #connection = null;
  #failures = 0;
  #waiting = 0;
  #silence = 0;
  #heard = 0;

  /** `onevent(event)` for each event, `onstate(state)` when it changes. */
  constructor(handlers) {
    this.#tell = handlers;
  }

  /** `user`: whose line it is, for the server to compare with the cookie. */
  use(kind, user) {
    this.#user = user;
    if (kind === this.#kind || !(kind in KINDS)) return;
    this.#kind = kind;
    if (this.#connection) this.#connect();
  }

  /** Connect now, unless it is connected: there is a reason to believe that it can. */
  wake() {
    if (!this.#connection || Date.now() - this.#heard > SILENCE) this.#connect();
  }

  stop() {
    clearTimeout(this.#waiting);
    clearTimeout(this.#silence);
    this.#connection?.close();
    this.#connection = null;
    this.#follows.clear();
  }

  isAt(reply, at) {
    return this.#follows.has(reply) && this.#follows.get(reply) === at;
  }

  /** Follow from `at` on, or from the beginning where that is null; also a reply that is followed from elsewhere. */
  follow(reply, at) {
    this.#follows.set(reply, at);
    this.#connection?.follow(reply, at);
  }

  unfollow(reply) {
    if (this.#follows.delete(reply)) this.#connection?.unfollow(reply);
  }

  #connect() {
    clearTimeout(this.#waiting);
    this.#connection?.close();
    this.#onbytes();
    this.#connection = new KINDS[this.#kind](this.#follows, this.#user, {
      onopen: () => {
        this.#failures = 0;
        this.#state("open");
      },
      onbytes: () => this.#onbytes(),
      onevent: (event) => this.#take(event),
      onover: (status) => this.#over(status),
    });
  }

  #take(event) {
    if (event.type === "error" && event.error.type === "server_error") {
      // It may be followed later: come back for it, and for the others.
      this.#connection.close();
      return this.#over(0);
    }
    if (event.id && this.#follows.has(event.reply)) this.#follows.set(event.reply, event.id);
    if (event.type === "end" || event.type === "error") this.#follows.delete(event.reply);
    this.#tell.onevent(event);
  }

  #over(status) {
    clearTimeout(this.#silence);
    this.#connection = null;
    if (status === 401) return this.#state("out"); // until somebody comes who may be signed in
    this.#state("lost");
    const wait = Math.min(FIRST_WAIT * 2 ** this.#failures++, LONGEST_WAIT);
    this.#waiting = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #onbytes() {
    this.#heard = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#connection?.close();
      this.#over(0);
    }, SILENCE);
  }

  #state(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell.onstate(state);
  }
}
