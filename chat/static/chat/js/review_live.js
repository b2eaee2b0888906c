// Running replies on the desk's page: followed as they come, and at their end put as the server renders them.
// The message that the address asks for is shown, and has the focus.

import { ReplyView, showNote } from "./reply.js";
import { say } from "./texts.js";

const LONG_AWAY = 5000; // ms. The server lets go once a minute, to look who is there; the browser comes back in two seconds
const transcript = document.getElementById("review-transcript");

for (const article of transcript.querySelectorAll('article[data-status="streaming"]')) follow(article);

const target = document.getElementById(transcript.dataset.target ?? "");
if (target) {
  target.classList.add("asked-for");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

export function follow(article) {
  const view = new ReplyView(article);
  let lost = 0;
  // A browser comes back by itself after a lost connection, and says where it stood.
  const source = new EventSource(`${transcript.dataset.live}${article.dataset.id}/`);
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (!view.take(event)) return again(source, article); // a piece is missing: from the beginning
    if (event.type === "end") {
      source.close();
      settle(article);
    }
  };
  source.onerror = () => {
    clearTimeout(lost);
    if (source.readyState !== EventSource.CLOSED) {
      lost = setTimeout(() => view.note(say("lost")), LONG_AWAY);
      return;
    }
    view.finish();
    settle(article); // it is not for us to follow any more, or has ended long ago
  };
  source.onopen = () => {
    clearTimeout(lost);
    view.note("");
  };
}

function again(source, article) {
  source.close();
  follow(article);
}

async function settle(article) {
  const response = await fetch(`${transcript.dataset.messages}${article.dataset.id}/`, { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) return showNote(article, "");
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  const fresh = holder.content.querySelector("article");
  if (article.querySelector(".reasoning")?.open) fresh.querySelector(".reasoning").open = true;
  article.replaceWith(fresh);
  document.getElementById("review-announcer").textContent = fresh.querySelector("[data-note]").textContent;
}
