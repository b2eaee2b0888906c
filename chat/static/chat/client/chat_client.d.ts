/** What an answer says that is none of what was asked for. @param {Response} response */
export function refusal(response: Response): Promise<ChatError>;
/**
 * What a page of the site shows with what it changes. From the cookie: signing in again in another tab changes it, and
 * this page may be older.
 */
export function csrfToken(): string;
/** 128 random bits. `crypto.randomUUID` is missing on a plain http address that is not localhost. */
export function randomKey(): string;
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
    constructor(message: string, { status, fields, retryAfter, passing }?: {
        status?: number;
        fields?: ErrorFields | null;
        retryAfter?: number;
        passing?: boolean;
    });
    /** HTTP's; 0 where nobody answered, and on a WebSocket. */
    status: number;
    /** The server's own `{type, code, message, param}`; null where somebody else answered, or nobody. */
    fields: ErrorFields | null;
    /** Seconds after which the server wants to be asked again; 0 where it did not say. */
    retryAfter: number;
    /** Whether the same may work later. Told to `onerror`: it is tried again by itself. */
    passing: boolean;
    get code(): string;
}
/**
 * A text that grows at its end, measured in code points as the server does. JavaScript's own `length` counts a
 * character beyond U+FFFF (an emoji, a rare Chinese character) twice.
 */
export class Transcript {
    constructor(text?: string);
    /** Code points. */
    length: number;
    text: string;
    /**
     * A client's one rule: cut to the offset, then append. False where a piece before it is missing.
     * @param {number} offset
     * @param {string} piece
     */
    put(offset: number, piece: string): boolean;
    /**
     * The same, told exactly: what of the piece is new, where it stands; null where all of it was there, false for a gap.
     * @param {number} offset
     * @param {string} piece
     * @returns {Delta | null | false}
     */
    grow(offset: number, piece: string): Delta | null | false;
    /** Whether this piece is there already: what comes again changes nothing. @param {number} offset @param {string} piece */
    has(offset: number, piece: string): boolean;
    /** @param {number} length */
    cut(length: number): void;
    /** The text from this code point on. @param {number} point */
    from(point: number): string;
    #private;
}
/** The text/event-stream format, by its standard: takes decoded text in any pieces, gives blocks. Knows no network. */
export class EventStreamParser {
    /**
     * @param {(block: {data: string, id: string | undefined}) => void} onblock for each complete block that has data
     * @param {() => void} [oncomment] for each comment, which is how the server says that it is there
     */
    constructor(onblock: (block: {
        data: string;
        id: string | undefined;
    }) => void, oncomment?: () => void);
    /** @param {string} text */
    feed(text: string): void;
    #private;
}
/** How long to wait before the next try: longer with each failure in a row, and not the same for all clients. */
export class Backoff {
    /**
     * @param {number} [first] milliseconds; doubles with each failure in a row, up to
     * @param {number} [longest] this, each a quarter more or less, so that not all come at once
     */
    constructor(first?: number, longest?: number);
    reset(): void;
    next(): number;
    #private;
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
    /**
     * @param {Connect} connect
     * @param {{onevent(event: ChatEvent): void, onstate(state: string, status: number): void,
     *          isFinal?(status: number): boolean}} handlers `onstate` when it changes
     * @param {number} [silence] ms after which a connection is given up
     */
    constructor(connect: Connect, handlers: {
        onevent(event: ChatEvent): void;
        onstate(state: string, status: number): void;
        isFinal?(status: number): boolean;
    }, silence?: number);
    /** Then "open", "lost", or "out": refused, and not tried again until somebody asks for it. */
    state: string;
    get isConnected(): boolean;
    /** Connect now, unless it is connected: there is a reason to believe that it can. */
    wake(): void;
    stop(): void;
    /** @param {string} reply @param {string | null} at */
    isAt(reply: string, at: string | null): boolean;
    /**
     * Follow from `at` on, or from the beginning where that is null; also a reply that is followed from elsewhere.
     * @param {string} reply
     * @param {string | null} at
     */
    follow(reply: string, at: string | null): void;
    /** @param {string} reply */
    unfollow(reply: string): void;
    /**
     * Send a frame that asks, over every connection until it is answered; it has an `idempotency_key`. Sockets only.
     * @param {string} ref
     * @param {object} frame
     */
    ask(ref: string, frame: object): void;
    /** @param {string} ref */
    forget(ref: string): void;
    /** Leave the connection that there is for another. */
    reconnect(): void;
    #private;
}
/** The WebSocket, as a connection of a `Line`. See docs/websocket.md. */
export class SocketConnection {
    /**
     * @param {WebSocket} socket a new one
     * @param {Map<string, string | null>} follows
     * @param {Told} told
     * @param {{render?: "html" | null, watch?: boolean}} [how] `watch`: to be told `changed`, too
     */
    constructor(socket: WebSocket, follows: Map<string, string | null>, told: Told, { render, watch }?: {
        render?: "html" | null;
        watch?: boolean;
    });
    /** @param {string} reply @param {string | null} at */
    follow(reply: string, at: string | null): void;
    /** @param {string} reply */
    unfollow(reply: string): void;
    close(): void;
    /** @param {object} frame */
    say(frame: object): void;
    #private;
}
/**
 * One call in the background, brought to the server exactly once, however often that must be tried: every try has the
 * same key and the same body, so that the server joins what arrived before.
 */
export class Asking {
    static "__#private@#PATIENCE": number;
    /**
     * @param {Pick<ChatClient, "call">} client
     * @param {{path: string, body: object, key: string}} asked
     * @param {{onids(ids: Ids): void, onrefused(error: ChatError): void, onunsent?(error: ChatError): void}} handlers
     *   One of the first two is called, once; before that `onunsent` whenever it could not be delivered.
     */
    constructor(client: Pick<ChatClient, "call">, asked: {
        path: string;
        body: object;
        key: string;
    }, handlers: {
        onids(ids: Ids): void;
        onrefused(error: ChatError): void;
        onunsent?(error: ChatError): void;
    });
    /** Whether it could not be delivered yet. */
    isUnsent: boolean;
    /** Try now. */
    send(): Promise<void>;
    /** Whether there is nothing left to try. */
    get isOver(): boolean;
    /** Ask no more: it is taken back, or somebody else sees to it. */
    cancel(): void;
    #private;
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
    /**
     * By `ChatClient`, which has the verbs for it.
     * @param {ChatClient} client
     * @param {Handlers} handlers
     * @param {{id?: string | null, lastEventId?: string | null, text?: string, reasoning?: string, endsAlone?: boolean}} known
     * @param {(reader: Reader) => {close(): void}} connect
     */
    constructor(client: ChatClient, handlers: Handlers, known: {
        id?: string | null;
        lastEventId?: string | null;
        text?: string;
        reasoning?: string;
        endsAlone?: boolean;
    }, connect: (reader: Reader) => {
        close(): void;
    });
    /** Its id, once it has one; with the ids of its question and conversation. @type {string | null} */
    id: string | null;
    /** @type {string | null} */
    request: string | null;
    /** @type {string | null} */
    conversation: string | null;
    /** @type {string | null} */
    model: string | null;
    /** @type {"opening" | "streaming" | "aborted" | "left" | "refused" | EndStatus} */
    status: "opening" | "streaming" | "aborted" | "left" | "refused" | EndStatus;
    /** @type {string | null} */
    finishReason: string | null;
    /** @type {object | null} */
    usage: object | null;
    /** Why it failed, or could not be followed. @type {ErrorFields | ChatError | null} */
    error: ErrorFields | ChatError | null;
    /** Where it stands: with the text so far, it can be followed from here by another client. @type {string | null} */
    lastEventId: string | null;
    /** When nothing more comes, however it ended; rejected with a `ChatError` where it was refused. @type {Promise<Reply>} */
    finished: Promise<Reply>;
    get text(): string;
    /** Code points of the text. */
    get length(): number;
    get reasoning(): string;
    /** Whether nothing more comes. */
    get isOver(): boolean;
    /** End it, for whoever follows it: its last words still come, and `finished` is when they are saved. */
    stop(): Promise<Reply>;
    /** End it, and hear no more of it: what had arrived is saved. */
    abort(): void;
    /** Hear no more of it. Whether it runs on is up to its `resume_window`. */
    leave(): void;
    /** What has come, in one piece, and then what comes. Leaving the loop aborts a reply of yours, and leaves another. */
    [Symbol.asyncIterator](): AsyncGenerator<{
        offset: number;
        text: string;
    }, void, unknown>;
    #private;
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
    constructor(options?: {
        url?: string | undefined;
        key?: string | undefined;
        transport?: "sse" | "websocket" | undefined;
        render?: "html" | null | undefined;
        patience?: number | undefined;
        silence?: number | undefined;
        headers?: (() => Record<string, string>) | undefined;
        pageOf?: string | undefined;
        fetch?: typeof fetch | undefined;
        WebSocket?: any;
    });
    render: "html" | null;
    /** Milliseconds. */
    silence: number;
    /**
     * Ask. The call is made when you have the reply in hand.
     * @param {string | Question} question
     * @param {Handlers} [handlers]
     */
    ask(question: string | Question, handlers?: Handlers): Reply;
    /**
     * Another reply beside this one; or the first one, to a question.
     * @param {string} message
     * @param {Again} [fields]
     * @param {Handlers} [handlers]
     */
    regenerate(message: string, fields?: Again, handlers?: Handlers): Reply;
    /**
     * More of a reply that was cut off, in the same message.
     * @param {string} message
     * @param {Again} [fields]
     * @param {Handlers & {text?: string, reasoning?: string}} [handlers] with the text that it has so far
     */
    continue(message: string, fields?: Again, { text, reasoning, ...handlers }?: Handlers & {
        text?: string;
        reasoning?: string;
    }): Reply;
    /**
     * Follow a reply, whoever asked for it: from its beginning, or from where you stood.
     * @param {string} reply
     * @param {Handlers & {lastEventId?: string | null, text?: string, reasoning?: string}} [handlers] a position goes with
     *   the text up to it
     */
    follow(reply: string, { lastEventId, text, reasoning, ...handlers }?: Handlers & {
        lastEventId?: string | null;
        text?: string;
        reasoning?: string;
    }): Reply;
    /**
     * Ask in the background: the ids come at once, and the reply runs to its end whoever follows it.
     * @param {string | Question} question
     * @returns {Promise<Ids>}
     */
    begin(question: string | Question): Promise<Ids>;
    /**
     * Stop a reply, wherever it runs. The message as it was saved. Asked again where the line was lost: it does no harm.
     * @param {string} reply
     * @returns {Promise<Message>}
     */
    stop(reply: string): Promise<Message>;
    /** A message as it is saved now. @param {string} id @returns {Promise<Message>} */
    message(id: string): Promise<Message>;
    /**
     * Any call of the API: its JSON, null where there is none. Throws `ChatError`.
     * @param {string} path below `/api/v1/`
     * @param {{method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} [options]
     * @returns {Promise<any>}
     */
    call(path: string, options?: {
        method?: string;
        body?: unknown;
        headers?: Record<string, string>;
        signal?: AbortSignal;
    }): Promise<any>;
    /**
     * The same, as the answer that came, whatever it is. Throws `ChatError` where none did.
     * @param {string} path
     * @param {{method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} [options]
     * @returns {Promise<Response>}
     */
    request(path: string, { method, body, headers, signal }?: {
        method?: string;
        body?: unknown;
        headers?: Record<string, string>;
        signal?: AbortSignal;
    }): Promise<Response>;
    /** A new WebSocket to the server, as this caller; for `SocketConnection`. @returns {WebSocket} */
    openSocket(): WebSocket;
    #private;
}
/**
 * An event of the server, as docs/api.md lists them; `id` is a position to come back to.
 */
export type ChatEvent = {
    id?: string;
    ref?: string | number | null;
} & ({
    type: "start";
    conversation: string;
    request: string;
    reply: string;
    model: string;
} | {
    type: "delta" | "reasoning";
    reply: string;
    offset: number;
    text: string;
} | {
    type: "block";
    reply: string;
    index: number;
    offset: number;
    length: number;
    html: string;
} | {
    type: "queue";
    reply: string;
    place: number;
} | {
    type: "tool_calls";
    reply: string;
    tool_calls: object[];
} | {
    type: "title";
    conversation: string;
    title: string;
    reply?: undefined;
} | {
    type: "changed";
    conversation: string;
    reply?: undefined;
} | {
    type: "error";
    reply?: string;
    error: ErrorFields;
    retry_after?: number;
} | {
    type: "end";
    reply: string;
    status: EndStatus;
    finish_reason: string | null;
    length: number;
    usage: object | null;
    error: ErrorFields | null;
});
/**
 * An event of the server, as docs/api.md lists them; `id` is a position to come back to.
 */
export type EndStatus = "complete" | "stopped" | "interrupted" | "failed";
/**
 * An event of the server, as docs/api.md lists them; `id` is a position to come back to.
 */
export type ErrorFields = {
    type: string;
    code: string;
    message: string;
    param?: string | null;
};
/**
 * `text` stands at `offset`, in code points; nothing stands behind it.
 */
export type Delta = {
    offset: number;
    text: string;
};
/**
 * An event of the server, as docs/api.md lists them; `id` is a position to come back to.
 */
export type Ids = {
    conversation: string;
    request: string;
    reply: string;
    stream_url: string;
};
/**
 * A connection that carries replies, as `Line` uses it. Made with the replies to follow, each with the event id to go on
 * from or null; `follow` and `unfollow` are called after that map was changed. After `close` no handler is called.
 */
export type Connection = {
    follow(reply: string, at: string | null): void;
    unfollow(reply: string): void;
    close(): void;
    say?(frame: object): void;
};
/**
 * `onbytes`: something was heard. `onover` once, with the status that it was refused with, or 0.
 */
export type Told = {
    onopen(): void;
    onbytes(): void;
    onevent(event: ChatEvent): void;
    onover(status: number): void;
};
/**
 * A connection that carries replies, as `Line` uses it. Made with the replies to follow, each with the event id to go on
 * from or null; `follow` and `unfollow` are called after that map was changed. After `close` no handler is called.
 */
export type Connect = (follows: Map<string, string | null>, told: Told) => Connection;
/**
 * What a reply is brought by, and told of: `onopen` for each connection; `onevent`, false where a piece before it is
 * missing; `onlost` before it is tried again; `onrefused` once, when it is not.
 */
export type Reader = {
    onopen(): void;
    onevent(event: ChatEvent): boolean;
    onlost(error: ChatError): void;
    onrefused(error: ChatError): void;
};
/**
 * What a reply is brought by, and told of: `onopen` for each connection; `onevent`, false where a piece before it is
 * missing; `onlost` before it is tried again; `onrefused` once, when it is not.
 */
export type Begin = {
    path: string;
    body: Record<string, unknown>;
    key: string;
};
/**
 * What a reply is brought by, and told of: `onopen` for each connection; `onevent`, false where a piece before it is
 * missing; `onlost` before it is tried again; `onrefused` once, when it is not.
 */
export type Wanted = {
    begin: Begin | null;
    reply: string | null;
    at: string | null;
};
/**
 * `signal` aborts.
 */
export type Handlers = {
    onopen?(reply: Reply): void;
    ondelta?(delta: Delta, reply: Reply): void;
    onreasoning?(delta: Delta, reply: Reply): void;
    onevent?(event: ChatEvent, reply: Reply): void;
    onabort?(reply: Reply): void;
    onerror?(error: ChatError, reply: Reply): void;
    onclose?(reply: Reply): void;
    signal?: AbortSignal;
};
/**
 * What is asked: the fields of `POST /api/v1/chat`, as docs/api.md has them.
 */
export type Question = {
    content: string;
    conversation?: string | null;
    parent?: string | null;
    model?: string | null;
    system_prompt?: string | null;
    params?: Record<string, unknown> | null;
    attachments?: string[];
    temporary?: boolean;
    resume_window?: number | null;
};
/**
 * What is asked: the fields of `POST /api/v1/chat`, as docs/api.md has them.
 */
export type Again = {
    model?: string | null;
    params?: Record<string, unknown> | null;
    resume_window?: number | null;
};
/**
 * What is asked: the fields of `POST /api/v1/chat`, as docs/api.md has them.
 */
export type Message = {
    id: string;
    conversation: string;
    parent: string | null;
    role: string;
    content: string;
    reasoning: string | null;
    status: EndStatus | "streaming";
    model: string | null;
    finish_reason: string | null;
    usage: object | null;
    error: ErrorFields | null;
    [more: string]: unknown;
};
