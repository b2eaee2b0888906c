// The live connection as a WebSocket, for those who chose it in the settings. See docs/websocket.md.

const SIGNED_OUT = 4401;
const PING = 15_000; // ms. The server's own pings are not shown to scripts, so silence would say nothing

export class SocketConnection {
  #socket;
  #handlers;
  #pinging;

  /** See `live_line.js`: both kinds of connection have the same methods and handlers. */
  constructor(follows, user, handlers) {
    this.#handlers = handlers;
    const address = new URL(`/ws/chat/?page_of=${user}`, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#socket.onopen = () => {
      this.#say({ type: "watch" });
      for (const [reply, at] of follows) this.follow(reply, at);
      this.#pinging = setInterval(() => this.#say({ type: "ping" }), PING);
    };
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#socket.onclose = ({ code }) => {
      const told = this.#handlers;
      this.close();
      told?.onover(code === SIGNED_OUT ? 401 : code);
    };
  }

  follow(reply, at) {
    this.#say({ type: "follow", reply, last_event_id: at, render: "html", ref: reply });
  }

  unfollow(reply) {
    this.#say({ type: "unfollow", reply });
  }

  close() {
    this.#handlers = null;
    clearInterval(this.#pinging);
    this.#socket.close();
  }

  #take(frame) {
    this.#handlers?.onbytes();
    if (frame.type === "ack" && !("ref" in frame && frame.ref !== null)) this.#handlers?.onopen(); // of `watch`
    else if (frame.type === "error") this.#handlers?.onevent({ ...frame, reply: frame.ref });
    else if (frame.type !== "ack" && frame.type !== "pong") this.#handlers?.onevent(frame);
  }

  #say(frame) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
