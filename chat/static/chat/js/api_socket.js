// The socket that can be tried: connect, send a frame, see all that come.

import { Shown } from "./api_shown.js";
import { say } from "./texts.js";

export class SocketTrial {
  #form;
  #key;
  #socket = null;
  #frames;

  constructor(form, key) {
    this.#form = form;
    this.#key = key;
    this.#frames = new Shown(this.#at(".pieces"));
    this.#at(".connect").addEventListener("click", () => this.#connect());
    this.#at(".disconnect").addEventListener("click", () => this.#socket?.close());
    this.#at(".examples").addEventListener("input", () => this.#choose());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#choose();
  }

  #at(selector) {
    return this.#form.querySelector(selector);
  }

  #say(text) {
    this.#at(".status").textContent = text;
  }

  #choose() {
    const [chosen] = this.#at(".examples").selectedOptions;
    this.#at(".body").value = chosen.value;
    this.#at(".effect").textContent = chosen.dataset.effect;
    this.#at(".effect").hidden = chosen.dataset.effect === "";
  }

  #connect() {
    const key = this.#key();
    const address = `${location.origin.replace(/^http/, "ws")}/ws/chat/`;
    this.#frames.begin();
    this.#say(say("connecting"));
    const socket = new WebSocket(address, key ? ["chat.v1", `bearer.${key}`] : ["chat.v1"]);
    this.#socket = socket;
    socket.onopen = () => this.#say(say("connected"));
    socket.onmessage = ({ data }) => this.#frames.add(data, "from_server");
    socket.onclose = ({ code }) => {
      this.#socket = null;
      this.#say(say("closed", { code, why: whyClosed(code) }));
      this.#offer(false);
    };
    this.#offer(true);
  }

  #offer(isOpen) {
    this.#at(".connect").hidden = isOpen;
    this.#at(".disconnect").hidden = !isOpen;
  }

  #send() {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      this.#say(say("not_sent"));
      return;
    }
    const text = this.#at(".body").value;
    this.#frames.add(text, "from_client");
    this.#socket.send(text);
  }
}

/** As the table of the page says it. */
function whyClosed(code) {
  const cells = document.querySelectorAll(`#close-codes [data-code="${code}"] td`);
  return [...cells].slice(1).map((cell) => cell.textContent).join(" ");
}
