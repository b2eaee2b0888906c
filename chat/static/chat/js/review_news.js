// Says that the conversation went on since it was opened, and shows what came below what is there: nothing moves,
// and what the reviewer is writing stays. What came elsewhere, on another branch, is a link.

import { follow } from "./review_live.js";

const EVERY = 5000; // ms, while somebody looks at the page
const AS_IT_IS = { cache: "no-store", redirect: "error" }; // who is signed out is led to another page
const transcript = document.getElementById("review-transcript");
const news = document.getElementById("review-news");
const [below, elsewhere] = news.children;
const button = below.querySelector("button");

setInterval(() => {
  if (!document.hidden && below.hidden && elsewhere.hidden) look();
}, EVERY);

async function look() {
  const response = await fetch(`${news.dataset.address}?since=${news.dataset.newest}`, AS_IT_IS).catch(() => null);
  if (response?.ok && (await response.json()).newer) below.hidden = false;
}

button.addEventListener("click", async () => {
  if (below.hidden) return; // the key was pressed, and there is nothing
  const response = await fetch(news.dataset.page, AS_IT_IS).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const held = below.contains(document.activeElement);
  below.hidden = true;
  const fresh = [...page.querySelectorAll("#review-transcript > article")];
  const last = [...transcript.querySelectorAll(":scope > article")].at(-1);
  const known = fresh.findIndex((article) => article.id === last?.id);
  if (!fresh.length || (last && known < 0)) {
    elsewhere.hidden = false; // whoever writes a note goes there when it is written
    return;
  }
  const added = fresh.slice(known + 1);
  if (last) last.after(...added);
  else transcript.replaceChildren(...added);
  for (const article of added) if (article.dataset.status === "streaming") follow(article);
  document.querySelector(".review-facts").replaceWith(page.querySelector(".review-facts"));
  news.dataset.newest = page.getElementById("review-news").dataset.newest;
  if (!held || !added.length) return;
  added[0].tabIndex = -1; // the button had the focus, and is gone
  added[0].focus({ preventScroll: true });
});
