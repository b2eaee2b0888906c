/**
 * The client of the chat server: ask, follow, stop, abort, over server-sent events or a WebSocket. It comes back by itself
 * after a lost connection, goes on at the exact character, and asks nothing twice. One file without imports, for browsers,
 * workers and Node from 20 on; the chat's own page uses it as it stands. chat_client.d.ts is made from the comments here.
 *
 *     const client = new ChatClient({ url: "http://127.0.0.1:8000", key: "chat-…" });
 *     for await (const { text } of client.ask("Why is the sky blue?")) process.stdout.write(text);
 *
 * In this order: errors · text · the format of event streams · waiting · a shared connection (`Line`) · asking once ·
 * a stream for each reply · all replies on one socket · `Reply` · `ChatClient`.
 */

const SILENCE = 40_000; // ms. The server says something every 15 s: two of them missing is a dead connection
const PING = 15_000; // ms. A socket's own pings are not shown to scripts, so silence would say nothing
const LARGEST_FRAME = 1 << 20; // bytes; the server closes the socket on more
const SOON = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

/**
 * An event of the server, as docs/api.md lists them; `id` is a position to come back to.
 * @typedef {{id?: string, ref?: string | number | null} & (
 *   {type: "start", conversation: string, request: string, reply: string, model: string} |
 *   {type: "delta" | "reasoning", reply: string, offset: number, text: string} |
 *   {type: "block", reply: string, index: number, offset: number, length: number, html: string} |
 *   {type: "queue", reply: string, place: number} |
 *   {type: "tool_calls", reply: string, tool_calls: object[]} |
 *   {type: "title", conversation: string, title: string, reply?: undefined} |
 *   {type: "changed", conversation: string, reply?: undefined} |
 *   {type: "error", reply?: string, error: ErrorFields, retry_after?: number} |
 *   {type: "end", reply: string, status: EndStatus, finish_reason: string | null, length: number,
 *    usage: object | null, error: ErrorFields | null}
 * )} ChatEvent
 * @typedef {"complete" | "stopped" | "interrupted" | "failed"} EndStatus
 * @typedef {{type: string, code: string, message: string, param?: string | null}} ErrorFields
 * @typedef {{offset: number, text: string}} Delta `text` stands at `offset`, in code points; nothing stands behind it.
 * @typedef {{conversation: string, request: string, reply: string, stream_url: string}} Ids
 */

/** Why something did not work: the server's refusal with its sentence, or a connection that could not be had. */
export class ChatError extends Error {
  /**
   * @param {string} message
   * @param {{status?: number, fields?: ErrorFields | null, retryAfter?: number, passing?: boolean}} [what]
   */
  constructor(message, { status = 0, fields = null, retryAfter = 0, passing = SOON.has(status) } = {}) {
    super(message);
    this.name = "ChatError";
    /** HTTP's; 0 where nobody answered, and on a WebSocket. */
    this.status = status;
    /** The server's own `{type, code, message, param}`; null where somebody else answered, or nobody. */
    this.fields = fields;
    /** Seconds after which the server wants to be asked again; 0 where it did not say. */
    this.retryAfter = retryAfter;
    /** Whether the same may work later. Told to `onerror`: it is tried again by itself. */
    this.passing = passing;
  }

  get code() {
    return this.fields?.code ?? "";
  }
}

/** What an answer says that is none of what was asked for. @param {Response} response */
export async function refusal(response) {
  const { status } = response;
  const fields = await response.json().then((body) => body?.error ?? null, () => null);
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return new ChatError(fields?.message ?? `The server answered ${status}.`, { status, fields, retryAfter });
}

const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/**
 * A text that grows at its end, measured in code points as the server does. JavaScript's own `length` counts a
 * character beyond U+FFFF (an emoji, a rare Chinese character) twice.
 */
export class Transcript {
  /** Code points. */
  length = 0;
  // Where the last look-up ended, in code points and in JavaScript's units: look-ups mostly go forward.
  #mark = { point: 0, unit: 0 };

  constructor(text = "") {
    this.text = "";
    this.put(0, text);
  }

  /**
   * A client's one rule: cut to the offset, then append. False where a piece before it is missing.
   * @param {number} offset
   * @param {string} piece
   */
  put(offset, piece) {
    if (offset > this.length) return false;
    this.cut(offset);
    this.text += piece;
    this.length += piece.length - (piece.match(SURROGATE_PAIR)?.length ?? 0);
    return true;
  }

  /**
   * The same, told exactly: what of the piece is new, where it stands; null where all of it was there, false for a gap.
   * @param {number} offset
   * @param {string} piece
   * @returns {Delta | null | false}
   */
  grow(offset, piece) {
    if (offset > this.length) return false;
    if (offset < this.length) {
      if (this.has(offset, piece)) return null;
      const known = this.from(offset);
      if (piece.startsWith(known)) [offset, piece] = [this.length, piece.slice(known.length)];
    }
    this.put(offset, piece);
    return { offset, text: piece };
  }

  /** Whether this piece is there already: what comes again changes nothing. @param {number} offset @param {string} piece */
  has(offset, piece) {
    return offset < this.length && this.text.startsWith(piece, this.#unitAt(offset));
  }

  /** @param {number} length */
  cut(length) {
    if (length >= this.length) return;
    this.text = this.text.slice(0, this.#unitAt(length));
    this.length = length;
  }

  /** The text from this code point on. @param {number} point */
  from(point) {
    return point >= this.length ? "" : this.text.slice(this.#unitAt(point));
  }

  /** @param {number} point */
  #unitAt(point) {
    let { point: at, unit } = point < this.#mark.point ? { point: 0, unit: 0 } : this.#mark;
    while (at < point && unit < this.text.length) {
      unit += /** @type {number} */ (this.text.codePointAt(unit)) > 0xffff ? 2 : 1;
      at += 1;
    }
    this.#mark = { point: at, unit };
    return unit;
  }
}

/** The text/event-stream format, by its standard: takes decoded text in any pieces, gives blocks. Knows no network. */
export class EventStreamParser {
  #onblock;
  #oncomment;
  #rest = "";
  /** @type {string[]} */
  #data = [];
  /** @type {string | undefined} */
  #id;

  /**
   * @param {(block: {data: string, id: string | undefined}) => void} onblock for each complete block that has data
   * @param {() => void} [oncomment] for each comment, which is how the server says that it is there
   */
  constructor(onblock, oncomment = () => {}) {
    this.#onblock = onblock;
    this.#oncomment = oncomment;
  }

  /** @param {string} text */
  feed(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = /** @type {string} */ (lines.pop());
    lines.forEach((line) => this.#line(line));
  }

  /** @param {string} line */
  #line(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return this.#oncomment();
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
  }

  // The id counts only now: adopted before its data, a cut between the two would lose text.
  #dispatch() {
    const block = { data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#id = undefined;
    if (!isEmpty) this.#onblock(block);
  }
}

/** How long to wait before the next try: longer with each failure in a row, and not the same for all clients. */
export class Backoff {
  #failures = 0;
  #first;
  #longest;

  /**
   * @param {number} [first] milliseconds; doubles with each failure in a row, up to
   * @param {number} [longest] this, each a quarter more or less, so that not all come at once
   */
  constructor(first = 500, longest = 8000) {
    this.#first = first;
    this.#longest = longest;
  }

  reset() {
    this.#failures = 0;
  }

  next() {
    const wait = Math.min(this.#first * 2 ** this.#failures++, this.#longest);
    return wait * (0.75 + Math.random() / 2);
  }
}

/**
 * A connection that carries replies, as `Line` uses it. Made with the replies to follow, each with the event id to go on
 * from or null; `follow` and `unfollow` are called after that map was changed. After `close` no handler is called.
 * @typedef {{follow(reply: string, at: string | null): void, unfollow(reply: string): void, close(): void,
 *            say?(frame: object): void}} Connection
 * @typedef {{onopen(): void, onbytes(): void, onevent(event: ChatEvent): void, onover(status: number): void}} Told
 *   `onbytes`: something was heard. `onover` once, with the status that it was refused with, or 0.
 * @typedef {(follows: Map<string, string | null>, told: Told) => Connection} Connect
 */

/** One connection for any number of replies, kept open: what it carries survives every connection. */
export class Line {
  /** Then "open", "lost", or "out": refused, and not tried again until somebody asks for it. */
  state = "opening";
  #connect;
  #tell;
  #isFinal;
  /** @type {Map<string, string | null>} */
  #follows = new Map();
  /** @type {Set<string>} */
  #awaited = new Set(); // their beginnings: what comes of them before is of a following before
  /** @type {Map<string, object>} */
  #asked = new Map(); // by their `ref`: frames whose answer has not come yet
  /** @type {Connection | null} */
  #connection = null;
  #backoff = new Backoff();
  #patience; // ms of silence
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  #heard = 0;

  /**
   * @param {Connect} connect
   * @param {{onevent(event: ChatEvent): void, onstate(state: string, status: number): void,
   *          isFinal?(status: number): boolean}} handlers `onstate` when it changes
   * @param {number} [silence] ms after which a connection is given up
   */
  constructor(connect, handlers, silence = SILENCE) {
    this.#patience = silence;
    this.#connect = connect;
    this.#tell = handlers;
    this.#isFinal = handlers.isFinal ?? ((status) => status === 401);
  }

  get isConnected() {
    return this.#connection !== null;
  }

  /** Connect now, unless it is connected: there is a reason to believe that it can. */
  wake() {
    if (!this.#connection || Date.now() - this.#heard > this.#patience) this.reconnect();
  }

  stop() {
    clearTimeout(this.#waiting);
    clearTimeout(this.#silence);
    this.#connection?.close();
    this.#connection = null;
    this.#follows.clear();
    this.#awaited.clear();
    this.#asked.clear();
    this.state = "opening";
  }

  /** @param {string} reply @param {string | null} at */
  isAt(reply, at) {
    return this.#follows.has(reply) && this.#follows.get(reply) === at;
  }

  /**
   * Follow from `at` on, or from the beginning where that is null; also a reply that is followed from elsewhere.
   * @param {string} reply
   * @param {string | null} at
   */
  follow(reply, at) {
    this.#follows.set(reply, at);
    if (at === null) this.#awaited.add(reply);
    else this.#awaited.delete(reply);
    this.#connection?.follow(reply, at);
  }

  /** @param {string} reply */
  unfollow(reply) {
    this.#awaited.delete(reply);
    if (this.#follows.delete(reply)) this.#connection?.unfollow(reply);
  }

  /**
   * Send a frame that asks, over every connection until it is answered; it has an `idempotency_key`. Sockets only.
   * @param {string} ref
   * @param {object} frame
   */
  ask(ref, frame) {
    this.#asked.set(ref, { ...frame, ref });
    if (this.state === "open") this.#connection?.say?.({ ...frame, ref });
  }

  /** @param {string} ref */
  forget(ref) {
    this.#asked.delete(ref);
  }

  /** Leave the connection that there is for another. */
  reconnect() {
    clearTimeout(this.#waiting);
    this.#connection?.close();
    this.#onbytes();
    const connection = this.#connect(this.#follows, {
      onopen: () => {
        this.#backoff.reset();
        for (const frame of this.#asked.values()) connection.say?.(frame);
        this.#state("open", 200);
      },
      onbytes: () => this.#onbytes(),
      onevent: (event) => this.#take(event),
      onover: (status) => this.#over(status),
    });
    this.#connection = connection;
  }

  /** @param {ChatEvent} event */
  #take(event) {
    if (event.type === "error" && event.error.type === "server_error" && !this.#asked.has(String(event.ref))) {
      // It may work later: come back for it, and for the others.
      this.#connection?.close();
      return this.#over(0);
    }
    if (event.type === "start" && this.#asked.delete(String(event.ref))) this.#follows.set(event.reply, null);
    if (event.type === "error") this.#asked.delete(String(event.ref));
    if (event.reply) this.#place(event.reply, event);
    this.#tell.onevent(event);
  }

  /** @param {string} reply @param {ChatEvent} event */
  #place(reply, { type, id }) {
    if (type === "start" || type === "error") this.#awaited.delete(reply);
    if (this.#awaited.has(reply)) return;
    if (id && this.#follows.has(reply)) this.#follows.set(reply, id);
    if (type === "end" || type === "error") this.#follows.delete(reply);
  }

  /** @param {number} status */
  #over(status) {
    clearTimeout(this.#silence);
    this.#connection = null;
    if (this.#isFinal(status)) return this.#state("out", status);
    this.#state("lost", status);
    this.#waiting = setTimeout(() => this.reconnect(), this.#backoff.next());
  }

  #onbytes() {
    this.#heard = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#connection?.close();
      this.#over(0);
    }, this.#patience);
  }

  /** @param {string} state @param {number} status */
  #state(state, status) {
    if (state === this.state) return;
    this.state = state;
    this.#tell.onstate(state, status);
  }
}

const SOCKET_REFUSALS = new Map([[4401, 401], [4403, 403], [4429, 429]]);

/** The WebSocket, as a connection of a `Line`. See docs/websocket.md. */
export class SocketConnection {
  #socket;
  /** @type {Told | null} */
  #told;
  #render;
  #isOpen = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pinging;

  /**
   * @param {WebSocket} socket a new one
   * @param {Map<string, string | null>} follows
   * @param {Told} told
   * @param {{render?: "html" | null, watch?: boolean}} [how] `watch`: to be told `changed`, too
   */
  constructor(socket, follows, told, { render = null, watch = false } = {}) {
    this.#socket = socket;
    this.#told = told;
    this.#render = render;
    socket.onopen = () => {
      // The server accepts every socket, and says by its first frame that it may stay.
      this.say({ type: watch ? "watch" : "ping" });
      for (const [reply, at] of follows) this.follow(reply, at);
      this.#pinging = setInterval(() => this.say({ type: "ping" }), PING);
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onerror = () => {}; // `onclose` comes after it
    socket.onclose = ({ code }) => {
      const told = this.#told;
      this.close();
      told?.onover(SOCKET_REFUSALS.get(code) ?? 0);
    };
  }

  /** @param {string} reply @param {string | null} at */
  follow(reply, at) {
    this.say({ type: "follow", reply, last_event_id: at, render: this.#render, ref: reply });
  }

  /** @param {string} reply */
  unfollow(reply) {
    this.say({ type: "unfollow", reply });
  }

  close() {
    this.#told = null;
    clearInterval(this.#pinging);
    this.#socket.close();
  }

  /** @param {object} frame */
  say(frame) {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {any} frame */
  #take(frame) {
    this.#told?.onbytes();
    if (!this.#isOpen) this.#told?.onopen();
    this.#isOpen = true;
    if (frame.type === "error") this.#told?.onevent({ ...frame, reply: frame.ref });
    else if (frame.type !== "ack" && frame.type !== "pong") this.#told?.onevent(frame);
  }
}

/**
 * One call in the background, brought to the server exactly once, however often that must be tried: every try has the
 * same key and the same body, so that the server joins what arrived before.
 */
export class Asking {
  static #PATIENCE = 30_000; // ms for an answer: only the ids come back, so it is a dead connection then
  #client;
  #asked;
  #handlers;
  /** @type {AbortController | null} */
  #sending = null;
  #backoff = new Backoff(1000, 15_000);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #over = false;
  /** Whether it could not be delivered yet. */
  isUnsent = false;

  /**
   * @param {Pick<ChatClient, "call">} client
   * @param {{path: string, body: object, key: string}} asked
   * @param {{onids(ids: Ids): void, onrefused(error: ChatError): void, onunsent?(error: ChatError): void}} handlers
   *   One of the first two is called, once; before that `onunsent` whenever it could not be delivered.
   */
  constructor(client, asked, handlers) {
    this.#client = client;
    this.#asked = asked;
    this.#handlers = handlers;
  }

  /** Try now. */
  async send() {
    if (this.#over || this.#sending) return;
    clearTimeout(this.#timer);
    const { path, body, key } = this.#asked;
    const headers = { "Idempotency-Key": key };
    const sending = (this.#sending = new AbortController());
    const patience = setTimeout(() => sending.abort(), Asking.#PATIENCE);
    try {
      const ids = await this.#client.call(path, { method: "POST", body, headers, signal: sending.signal });
      if (!this.#over) this.#end(() => this.#handlers.onids(ids));
    } catch (caught) {
      if (this.#over) return;
      const error = troubleOf(caught);
      if (!error.passing) return this.#end(() => this.#handlers.onrefused(error));
      this.isUnsent = true;
      this.#timer = setTimeout(() => this.send(), Math.max(this.#backoff.next(), error.retryAfter * 1000));
      this.#handlers.onunsent?.(error);
    } finally {
      clearTimeout(patience);
      this.#sending = null;
    }
  }

  /** Whether there is nothing left to try. */
  get isOver() {
    return this.#over;
  }

  /** Ask no more: it is taken back, or somebody else sees to it. */
  cancel() {
    this.#end(() => this.#sending?.abort());
  }

  /** @param {() => void} tell */
  #end(tell) {
    this.#over = true;
    this.isUnsent = false;
    clearTimeout(this.#timer);
    tell();
  }
}

/**
 * What a reply is brought by, and told of: `onopen` for each connection; `onevent`, false where a piece before it is
 * missing; `onlost` before it is tried again; `onrefused` once, when it is not.
 * @typedef {{onopen(): void, onevent(event: ChatEvent): boolean, onlost(error: ChatError): void,
 *            onrefused(error: ChatError): void}} Reader
 * @typedef {{path: string, body: Record<string, unknown>, key: string}} Begin
 * @typedef {{begin: Begin | null, reply: string | null, at: string | null}} Wanted
 */

/** One reply over server-sent events: a request of its own, made again where it was lost. */
class Stream {
  #client;
  #wanted;
  #reader;
  #patience;
  #isClosed = false;
  #backoff = new Backoff();
  #heard = Date.now();
  /** @type {AbortController | null} */
  #current = null;
  #wake = () => {};

  /**
   * @param {ChatClient} client
   * @param {Wanted} wanted
   * @param {Reader} reader
   * @param {number} patience ms
   */
  constructor(client, wanted, reader, patience) {
    this.#client = client;
    this.#wanted = wanted;
    this.#reader = reader;
    this.#patience = patience;
    this.#run();
  }

  close() {
    this.#isClosed = true;
    this.#current?.abort();
    this.#wake();
  }

  async #run() {
    await null; // whoever asked has the reply in hand before anything is told of it
    while (!this.#isClosed) {
      const error = await this.#once().then(() => new ChatError("The connection was lost."), troubleOf);
      if (this.#isClosed) return;
      const wait = Math.max(this.#backoff.next(), error.retryAfter * 1000);
      if (!error.passing || Date.now() - this.#heard + wait > this.#patience) return this.#reader.onrefused(error);
      this.#reader.onlost(error);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#wake = () => resolve(clearTimeout(timer));
      });
    }
  }

  async #once() {
    const own = (this.#current = new AbortController());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let silence;
    const onbytes = () => {
      clearTimeout(silence);
      silence = setTimeout(() => own.abort(), this.#client.silence);
    };
    onbytes();
    try {
      const response = await this.#request(own.signal);
      if (response.status === 204) return await this.#endedBefore();
      if (!response.ok) throw await refusal(response);
      if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        throw new ChatError("No event stream came. Is this the chat server's address?", { status: response.status });
      }
      const bytes = response.body.getReader();
      // Node, told to abort while the end of a body is on its way, may leave a read waiting for ever.
      own.signal.addEventListener("abort", () => bytes.cancel().catch(() => {}));
      await this.#read(bytes, onbytes);
    } finally {
      clearTimeout(silence);
      own.abort(); // what nobody reads any more
    }
  }

  // Until an event told a position the same call is made again: its key joins what had begun.
  /** @param {AbortSignal} signal */
  #request(signal) {
    const { begin, reply, at } = this.#wanted;
    const query = this.#client.render ? `?render=${this.#client.render}` : "";
    /** @type {Record<string, string>} */
    const headers = { Accept: "text/event-stream" };
    if (begin && !at) {
      headers["Idempotency-Key"] = begin.key;
      return this.#client.request(`${begin.path}${query}`, { method: "POST", body: begin.body, headers, signal });
    }
    if (at) headers["Last-Event-ID"] = at;
    return this.#client.request(`messages/${encodeURIComponent(String(reply))}/stream${query}`, { headers, signal });
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} bytes @param {() => void} onbytes */
  async #read(bytes, onbytes) {
    const decoder = new TextDecoder();
    let isOpen = false;
    // A server that goes writes neither event nor comment, only when to come back.
    const opened = () => {
      this.#heard = Date.now();
      if (isOpen || this.#isClosed) return;
      isOpen = true;
      this.#backoff.reset();
      this.#reader.onopen();
    };
    const parser = new EventStreamParser(({ data, id }) => {
      opened();
      if (!this.#isClosed) this.#take(id === undefined ? JSON.parse(data) : { ...JSON.parse(data), id });
    }, opened);
    while (!this.#isClosed) {
      const { value, done } = await bytes.read().catch(lost);
      if (done) return;
      onbytes();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  /** @param {ChatEvent} event */
  #take(event) {
    if (this.#current?.signal.aborted) return; // what came in one read with a gap, behind it
    const wanted = this.#wanted;
    if (event.reply) wanted.reply ??= event.reply;
    if (!this.#reader.onevent(event)) {
      wanted.begin = wanted.at = null; // all of it, from its beginning
      this.#current?.abort();
    } else if (event.id) wanted.at = event.id;
  }

  // It stood at the very end: only the saved message can say which.
  async #endedBefore() {
    const saved = await this.#client.message(String(this.#wanted.reply));
    const { id: reply, status, finish_reason, usage, error } = saved;
    const { length } = new Transcript(saved.content);
    if (status === "streaming") return;
    this.#reader.onevent({ type: "end", reply, status, finish_reason, length, usage, error });
  }
}

/** All replies of a client over one WebSocket, which is there while there are any. */
class SharedSocket {
  #line;
  /**
   * @typedef {{ref: string, conversation: string | null, reader: Reader, backoff: Backoff, since: number}} Joining
   * @typedef {Wanted & Joining} Joined
   */
  /** @type {Set<Joined>} */
  #readers = new Set();
  #client;
  #patience;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /**
   * @param {ChatClient} client
   * @param {number} patience ms
   */
  constructor(client, patience) {
    const { render } = client;
    const connect = (/** @type {Map<string, string | null>} */ follows, /** @type {Told} */ told) =>
      new SocketConnection(client.openSocket(), follows, told, { render });
    this.#client = client;
    this.#patience = patience;
    this.#line = new Line(connect, {
      onevent: (event) => this.#take(event),
      onstate: (state, status) => this.#tell(state, status),
      isFinal: (status) => status === 401 || status === 403,
    }, client.silence);
  }

  /** @param {Wanted} wanted @param {Reader} reader */
  join(wanted, reader) {
    const ours = { ...wanted, ref: randomKey(), conversation: null, reader, backoff: new Backoff(), since: Date.now() };
    this.#readers.add(ours);
    queueMicrotask(() => this.#readers.has(ours) && this.#begin(ours));
    return { close: () => this.#leave(ours) };
  }

  /** @param {Joined} ours */
  #begin({ begin, reply, at, ref, reader }) {
    if (begin) {
      if (new TextEncoder().encode(JSON.stringify(begin.body)).length > LARGEST_FRAME - 1024) {
        const why = "This is too much for a WebSocket; ask over server-sent events.";
        return reader.onrefused(new ChatError(why, { status: 413 }));
      }
      const [verb, message] = begin.path.split("/").reverse();
      const frame = verb === "chat" ? { type: "send" } : { type: verb, message };
      this.#line.ask(ref, { ...begin.body, ...frame, render: this.#client.render, idempotency_key: begin.key });
    } else this.#line.follow(String(reply), at);
    if (!this.#line.isConnected) this.#connect();
    else if (this.#line.state === "open") reader.onopen();
  }

  #connect() {
    this.#wait();
    this.#line.wake();
  }

  #wait() {
    const giveUp = () => this.#giveUp(new ChatError("The server could not be reached."));
    this.#waiting ??= setTimeout(giveUp, this.#patience);
  }

  /** @param {Joined} ours */
  #leave(ours) {
    if (!this.#readers.delete(ours)) return;
    this.#line.forget(ours.ref);
    const { reply } = ours;
    if (reply && ![...this.#readers].some((other) => other.reply === reply)) this.#line.unfollow(reply);
    if (this.#readers.size === 0) this.#stop();
  }

  #stop() {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#line.stop();
  }

  /** @param {ChatEvent} event */
  #take(event) {
    for (const ours of [...this.#readers]) {
      if (event.type === "start" && event.ref === ours.ref) ours.reply = event.reply;
      if (event.type === "start" && event.reply === ours.reply) ours.conversation = event.conversation;
      if (event.type === "error") this.#refused(ours, event);
      else if (isOf(ours, event) && !ours.reader.onevent(event)) {
        ours.begin = null;
        this.#line.follow(String(ours.reply), null);
      }
    }
  }

  // What is too much at once, or what a server cannot do now, passes.
  /** @param {Joined} ours @param {ChatEvent & {type: "error"}} event */
  #refused(ours, { ref, error: fields, retry_after: retryAfter = 0 }) {
    if (ref !== ours.ref && ref !== ours.reply) return;
    const wait = Math.max(ours.backoff.next(), retryAfter * 1000);
    const isPassing = fields.type === "rate_limit_error" || fields.type === "server_error";
    const passing = isPassing && Date.now() - ours.since + wait < this.#patience;
    const error = new ChatError(fields.message, { fields, retryAfter, passing });
    if (!error.passing) return ours.reader.onrefused(error);
    ours.reader.onlost(error);
    setTimeout(() => this.#readers.has(ours) && this.#begin(ours), wait);
  }

  /** @param {string} state @param {number} status */
  #tell(state, status) {
    if (state === "out") {
      const why = status === 401 ? "The credentials are good no more." : "Pages of this origin may not call the server.";
      return this.#giveUp(new ChatError(why, { status, passing: false }));
    }
    if (state === "open") {
      clearTimeout(this.#waiting);
      this.#waiting = undefined;
      for (const { reader } of [...this.#readers]) reader.onopen();
    } else {
      for (const { reader } of [...this.#readers]) reader.onlost(new ChatError("The connection was lost.", { status }));
      if (this.#readers.size) this.#wait();
    }
  }

  /** @param {ChatError} error */
  #giveUp(error) {
    const left = [...this.#readers];
    this.#readers.clear();
    this.#stop();
    for (const { reader } of left) reader.onrefused(error);
  }
}

/** @param {Joining & Wanted} ours @param {ChatEvent} event */
function isOf(ours, event) {
  if (event.type === "title" || event.type === "changed") return event.conversation === ours.conversation;
  return event.reply === ours.reply;
}

/**
 * What a reply tells, each handler with the reply last. `onopen`: a connection for it is open, the first or a later one.
 * `ondelta`, `onreasoning`: cut what you show to the offset, then append. `onevent`: every event, as it came. `onabort`:
 * you did. `onerror`: where `error.passing`, it is tried again by itself; else it is over. `onclose`: nothing more comes.
 * @typedef {{
 *   onopen?(reply: Reply): void, ondelta?(delta: Delta, reply: Reply): void,
 *   onreasoning?(delta: Delta, reply: Reply): void, onevent?(event: ChatEvent, reply: Reply): void,
 *   onabort?(reply: Reply): void, onerror?(error: ChatError, reply: Reply): void, onclose?(reply: Reply): void,
 *   signal?: AbortSignal
 * }} Handlers `signal` aborts.
 */

/** A reply as it comes: its text so far, its status, and an async iterator of what is added. */
export class Reply {
  /** Its id, once it has one; with the ids of its question and conversation. @type {string | null} */
  id = null;
  /** @type {string | null} */
  request = null;
  /** @type {string | null} */
  conversation = null;
  /** @type {string | null} */
  model = null;
  /** @type {"opening" | "streaming" | "aborted" | "left" | "refused" | EndStatus} */
  status = "opening";
  /** @type {string | null} */
  finishReason = null;
  /** @type {object | null} */
  usage = null;
  /** Why it failed, or could not be followed. @type {ErrorFields | ChatError | null} */
  error = null;
  /** Where it stands: with the text so far, it can be followed from here by another client. @type {string | null} */
  lastEventId = null;
  /** When nothing more comes, however it ended; rejected with a `ChatError` where it was refused. @type {Promise<Reply>} */
  finished;
  #text;
  #given; // code points of the text that there was
  #reasoning;
  #client;
  #handlers;
  #connection;
  #isAsked;
  #endsAlone; // where its last connection goes
  #aborts = false;
  #waits = false; // for all of it to come again
  /** @type {Set<{offset: number, rest: Transcript, isCut: boolean}>} */
  #cursors = new Set();
  #wake = () => {};
  /** @type {Promise<void>} */
  #grown;
  #named;
  #name = () => {};
  #finish = (/** @type {Reply} */ _reply) => {};
  #refuse = (/** @type {ChatError} */ _error) => {};

  /**
   * By `ChatClient`, which has the verbs for it.
   * @param {ChatClient} client
   * @param {Handlers} handlers
   * @param {{id?: string | null, lastEventId?: string | null, text?: string, reasoning?: string, endsAlone?: boolean}} known
   * @param {(reader: Reader) => {close(): void}} connect
   */
  constructor(client, handlers, known, connect) {
    const { id = null, lastEventId = null, text = "", reasoning = "", endsAlone = false } = known;
    this.#client = client;
    this.#handlers = handlers;
    this.#isAsked = id === null;
    this.#endsAlone = endsAlone;
    this.id = id;
    this.lastEventId = lastEventId;
    this.#text = new Transcript(text);
    this.#given = this.#text.length;
    this.#reasoning = new Transcript(reasoning);
    this.#grown = new Promise((resolve) => (this.#wake = resolve));
    this.#named = new Promise((resolve) => (this.#name = () => resolve(undefined)));
    this.finished = new Promise((resolve, reject) => ([this.#finish, this.#refuse] = [resolve, reject]));
    this.finished.catch(() => {}); // told to `onerror` as well
    if (id) this.#name();
    this.#connection = connect({
      onopen: () => this.#aborts || this.#tell("onopen"),
      onevent: (event) => this.#take(event),
      onlost: (error) => this.#aborts || this.#tell("onerror", error),
      onrefused: (error) => this.#refused(error),
    });
    if (handlers.signal?.aborted) this.abort();
    else handlers.signal?.addEventListener("abort", () => this.abort(), { once: true });
  }

  get text() {
    return this.#text.text;
  }

  /** Code points of the text. */
  get length() {
    return this.#text.length;
  }

  get reasoning() {
    return this.#reasoning.text;
  }

  /** Whether nothing more comes. */
  get isOver() {
    return this.status !== "opening" && this.status !== "streaming";
  }

  /** End it, for whoever follows it: its last words still come, and `finished` is when they are saved. */
  async stop() {
    await Promise.race([this.#named, this.finished]);
    if (!this.isOver && this.id) await this.#client.stop(this.id);
    return this.finished;
  }

  /** End it, and hear no more of it: what had arrived is saved. */
  abort() {
    if (this.isOver) return;
    this.#aborts = true;
    // What has no name yet is waited for, unseen, and ended as soon as it has one.
    if (this.id || this.#endsAlone) this.#abandon();
    this.#over("aborted", "onabort");
  }

  /** Hear no more of it. Whether it runs on is up to its `resume_window`. */
  leave() {
    if (this.isOver) return;
    this.#connection.close();
    this.#over("left");
  }

  /** What has come, in one piece, and then what comes. Leaving the loop aborts a reply of yours, and leaves another. */
  async *[Symbol.asyncIterator]() {
    // What this loop has not had yet: so a slow one gets longer pieces, and no queue.
    const offset = Math.min(this.#given, this.#text.length);
    const cursor = { offset, rest: new Transcript(this.#text.from(offset)), isCut: false };
    this.#cursors.add(cursor);
    try {
      while (true) {
        const grown = this.#grown; // before the look: nothing slips in between
        if (cursor.isCut || cursor.rest.length) {
          const { offset, rest } = cursor;
          Object.assign(cursor, { offset: offset + rest.length, rest: new Transcript(), isCut: false });
          yield { offset, text: rest.text };
        } else if (this.isOver) break;
        else await grown;
      }
      await this.finished;
    } finally {
      this.#cursors.delete(cursor);
      if (this.#isAsked) this.abort();
      else this.leave();
    }
  }

  /** @param {ChatEvent} event */
  #take(event) {
    if (event.type === "start") {
      this.id = event.reply;
      this.#waits = false;
    }
    if (this.#aborts) {
      if (this.id) this.#abandon();
      return true;
    }
    if (this.#waits || this.isOver) return true;
    this.status = "streaming";
    if (event.type === "start") {
      ({ request: this.request, conversation: this.conversation, model: this.model } = event);
      this.#name();
    }
    this.#tell("onevent", event);
    if (event.type === "delta" && !this.#grow(this.#text, event, "ondelta")) return this.#anew();
    if (event.type === "reasoning" && !this.#grow(this.#reasoning, event, "onreasoning")) return this.#anew();
    if (event.type === "end") this.#end(event);
    if (event.id) this.lastEventId = event.id;
    return true;
  }

  /** @param {Transcript} transcript @param {Delta} event @param {"ondelta" | "onreasoning"} name */
  #grow(transcript, { offset, text }, name) {
    const delta = transcript.grow(offset, text);
    if (delta) this.#show(transcript, delta, name);
    return delta !== false;
  }

  /** @param {Transcript} transcript @param {Delta} delta @param {"ondelta" | "onreasoning"} name */
  #show(transcript, delta, name) {
    if (transcript === this.#text) {
      for (const cursor of this.#cursors) {
        if (delta.offset >= cursor.offset) cursor.rest.put(delta.offset - cursor.offset, delta.text);
        else Object.assign(cursor, { offset: delta.offset, rest: new Transcript(delta.text), isCut: true });
      }
      this.#grew();
    }
    this.#tell(name, delta);
  }

  #grew() {
    this.#wake();
    this.#grown = new Promise((resolve) => (this.#wake = resolve));
  }

  #anew() {
    this.#waits = true;
    this.lastEventId = null;
    return false;
  }

  /** @param {ChatEvent & {type: "end"}} event */
  #end({ status, finish_reason, length, usage, error }) {
    // Of a server that was killed: what was shown and could not be saved.
    if (length < this.#text.length) {
      this.#text.cut(length);
      this.#show(this.#text, { offset: length, text: "" }, "ondelta");
    }
    [this.finishReason, this.usage, this.error] = [finish_reason, usage, error];
    this.#connection.close();
    this.#over(status);
  }

  /** @param {ChatError} error */
  #refused(error) {
    this.#connection.close();
    if (this.isOver) return;
    this.error = error;
    this.status = "refused";
    this.#refuse(error);
    this.#tell("onerror", error);
    this.#over("refused");
  }

  #abandon() {
    this.#connection.close();
    // Where this does not arrive the reply's `resume_window` ends it.
    if (this.id && !this.#endsAlone) this.#client.stop(this.id).catch(() => {});
  }

  /** @param {Reply["status"]} status @param {"onabort"} [name] */
  #over(status, name) {
    this.status = status;
    this.#finish(this);
    this.#grew();
    if (name) this.#tell(name);
    this.#tell("onclose");
  }

  // What a handler throws is its owner's, and not for the connection to break at.
  /** @param {Exclude<keyof Handlers, "signal">} name @param {any} [told] */
  #tell(name, told) {
    try {
      const handler = /** @type {any} */ (this.#handlers[name]);
      if (told === undefined) handler?.(this);
      else handler?.(told, this);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/**
 * What is asked: the fields of `POST /api/v1/chat`, as docs/api.md has them.
 * @typedef {{content: string, conversation?: string | null, parent?: string | null, model?: string | null,
 *   system_prompt?: string | null, params?: Record<string, unknown> | null, attachments?: string[], temporary?: boolean,
 *   resume_window?: number | null}} Question
 * @typedef {{model?: string | null, params?: Record<string, unknown> | null, resume_window?: number | null}} Again
 * @typedef {{id: string, conversation: string, parent: string | null, role: string, content: string,
 *   reasoning: string | null, status: EndStatus | "streaming", model: string | null,
 *   finish_reason: string | null, usage: object | null,
 *   error: ErrorFields | null, [more: string]: unknown}} Message
 */

/** A caller of one chat server. */
export class ChatClient {
  #url;
  #key;
  #headers;
  #fetch;
  #WebSocket;
  #patience;
  #socketQuery;
  /** @type {SharedSocket | null} */
  #shared = null;

  /**
   * @param {object} [options]
   * @param {string} [options.url] the site's address; by default, where this file came from
   * @param {string} [options.key] an API key; without one the session's cookie counts, on pages of the site itself
   * @param {"sse" | "websocket"} [options.transport] a request for each reply, or one socket for all of them
   * @param {"html" | null} [options.render] to get `block` events, too
   * @param {number} [options.patience] seconds without the server after which a reply is given up; 60
   * @param {number} [options.silence] seconds of silence after which a connection is; 40
   * @param {() => Record<string, string>} [options.headers] more headers for each request
   * @param {string} [options.pageOf] the id of the user whose page it is: refused where somebody else has signed in since
   * @param {typeof globalThis.fetch} [options.fetch] in place of the runtime's own
   * @param {any} [options.WebSocket] the same; Node 20 has none of its own: give it that of the package `ws`
   */
  constructor(options = {}) {
    const { url, key, transport = "sse", render = null, patience = 60, silence = SILENCE / 1000, pageOf } = options;
    const here = new URL(import.meta.url);
    if (!url && !here.protocol.startsWith("http")) throw new TypeError("Where is the server? new ChatClient({ url })");
    this.#url = String(url ?? here.origin).replace(/\/+$/, "");
    this.#key = key;
    this.#headers = options.headers ?? (() => ({}));
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#patience = patience * 1000;
    this.#socketQuery = pageOf ? `?page_of=${encodeURIComponent(pageOf)}` : "";
    this.#ownHeaders = { ...(key && { Authorization: `Bearer ${key}` }), ...(pageOf && { "X-Page-Of": pageOf }) };
    this.render = render;
    /** Milliseconds. */
    this.silence = silence * 1000;
    if (transport === "sse") return;
    if (transport !== "websocket") throw new TypeError(`transport is "sse" or "websocket", not ${transport}`);
    this.#shared = new SharedSocket(this, this.#patience);
  }

  /** @type {Record<string, string>} */
  #ownHeaders;

  /**
   * Ask. The call is made when you have the reply in hand.
   * @param {string | Question} question
   * @param {Handlers} [handlers]
   */
  ask(question, handlers) {
    return this.#begin("chat", typeof question === "string" ? { content: question } : question, handlers);
  }

  /**
   * Another reply beside this one; or the first one, to a question.
   * @param {string} message
   * @param {Again} [fields]
   * @param {Handlers} [handlers]
   */
  regenerate(message, fields = {}, handlers) {
    return this.#begin(`messages/${encodeURIComponent(message)}/regenerate`, fields, handlers);
  }

  /**
   * More of a reply that was cut off, in the same message.
   * @param {string} message
   * @param {Again} [fields]
   * @param {Handlers & {text?: string, reasoning?: string}} [handlers] with the text that it has so far
   */
  continue(message, fields = {}, { text, reasoning, ...handlers } = {}) {
    return this.#begin(`messages/${encodeURIComponent(message)}/continue`, fields, handlers, { text, reasoning });
  }

  /**
   * Follow a reply, whoever asked for it: from its beginning, or from where you stood.
   * @param {string} reply
   * @param {Handlers & {lastEventId?: string | null, text?: string, reasoning?: string}} [handlers] a position goes with
   *   the text up to it
   */
  follow(reply, { lastEventId = null, text, reasoning, ...handlers } = {}) {
    const known = { id: reply, lastEventId, text, reasoning };
    return new Reply(this, handlers, known, (reader) => this.#connect({ begin: null, reply, at: lastEventId }, reader));
  }

  /**
   * Ask in the background: the ids come at once, and the reply runs to its end whoever follows it.
   * @param {string | Question} question
   * @returns {Promise<Ids>}
   */
  begin(question) {
    const body = { ...(typeof question === "string" ? { content: question } : question), background: true };
    return new Promise((resolve, reject) => {
      const since = Date.now();
      const asking = new Asking(this, { path: "chat", body, key: randomKey() }, {
        onids: resolve,
        onrefused: reject,
        onunsent: (error) => {
          if (Date.now() - since < this.#patience) return;
          asking.cancel();
          reject(error);
        },
      });
      asking.send();
    });
  }

  /**
   * Stop a reply, wherever it runs. The message as it was saved. Asked again where the line was lost: it does no harm.
   * @param {string} reply
   * @returns {Promise<Message>}
   */
  async stop(reply) {
    const backoff = new Backoff();
    for (const since = Date.now(); ; ) {
      try {
        return await this.call(`messages/${encodeURIComponent(reply)}/stop`, { method: "POST" });
      } catch (caught) {
        const error = troubleOf(caught);
        if (!error.passing || Date.now() - since > this.#patience) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.max(backoff.next(), error.retryAfter * 1000)));
      }
    }
  }

  /** A message as it is saved now. @param {string} id @returns {Promise<Message>} */
  message(id) {
    return this.call(`messages/${encodeURIComponent(id)}`);
  }

  /**
   * Any call of the API: its JSON, null where there is none. Throws `ChatError`.
   * @param {string} path below `/api/v1/`
   * @param {{method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async call(path, options) {
    const response = await this.request(path, options);
    if (!response.ok) throw await refusal(response);
    return response.status === 204 ? null : response.json().catch(lost);
  }

  /**
   * The same, as the answer that came, whatever it is. Throws `ChatError` where none did.
   * @param {string} path
   * @param {{method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} [options]
   * @returns {Promise<Response>}
   */
  request(path, { method = "GET", body, headers, signal } = {}) {
    /** @type {Record<string, string>} */
    const type = method === "GET" ? {} : { "Content-Type": "application/json" };
    if (method !== "GET" && !this.#key) type["X-CSRFToken"] = csrfToken();
    return this.#fetch(`${this.#url}/api/v1/${path}`, {
      method,
      headers: { Accept: "application/json", ...type, ...this.#ownHeaders, ...this.#headers(), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: this.#key ? "omit" : "same-origin",
      cache: "no-store",
    }).catch(lost);
  }

  /** A new WebSocket to the server, as this caller; for `SocketConnection`. @returns {WebSocket} */
  openSocket() {
    if (!this.#WebSocket) throw new TypeError("This runtime has no WebSocket: give one, new ChatClient({ WebSocket })");
    const address = `${this.#url.replace(/^http/, "ws")}/ws/chat/${this.#socketQuery}`;
    return this.#key ? new this.#WebSocket(address, ["chat.v1", `bearer.${this.#key}`]) : new this.#WebSocket(address);
  }

  /**
   * @param {string} path
   * @param {Record<string, unknown>} body
   * @param {Handlers} [handlers]
   * @param {{text?: string, reasoning?: string}} [known]
   */
  #begin(path, body, handlers = {}, known = {}) {
    const begin = { path, body, key: randomKey() };
    const endsAlone = body.resume_window === 0;
    const wanted = { begin, reply: null, at: null };
    return new Reply(this, handlers, { ...known, endsAlone }, (reader) => this.#connect(wanted, reader));
  }

  /** @param {Wanted} wanted @param {Reader} reader */
  #connect(wanted, reader) {
    return this.#shared ? this.#shared.join(wanted, reader) : new Stream(this, wanted, reader, this.#patience);
  }
}

/**
 * What a page of the site shows with what it changes. From the cookie: signing in again in another tab changes it, and
 * this page may be older.
 */
export function csrfToken() {
  const { cookie = "" } = /** @type {any} */ (globalThis).document ?? {};
  return String(cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "");
}

/** 128 random bits. `crypto.randomUUID` is missing on a plain http address that is not localhost. */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What a network throws. @param {any} caught @returns {never} */
function lost(caught) {
  if (caught?.name === "AbortError") throw caught;
  throw new ChatError(`The server could not be reached. ${caught?.message ?? ""}`.trim());
}

/** @param {any} caught */
function troubleOf(caught) {
  if (caught instanceof ChatError) return caught;
  if (caught?.name === "AbortError") return new ChatError("The server was silent for too long.");
  return new ChatError(`What came is nothing that a chat server sends: ${caught?.message ?? caught}`, { passing: false });
}
