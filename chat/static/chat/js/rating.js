// What the reader thinks of a reply: thumbs that stay pressed, and a comment for who wants to say why.

import { call } from "./api.js";
import { submitOnEnter } from "./composer.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

/** Press the thumb; the one that is pressed already takes the rating back, with its comment. */
export async function rate(article, button) {
  const wasPressed = button.getAttribute("aria-pressed") === "true";
  article.querySelector("form.comment")?.remove();
  const rating = wasPressed ? null : Number(button.value);
  const comment = wasPressed ? null : commentOf(article);
  if (!(await save(article, rating, comment))) return;
  if (wasPressed) toast(say("rating_removed"));
  else askWhy(article, rating, button);
}

async function save(article, rating, comment) {
  const shown = ratingOf(article);
  press(article, rating); // at once; taken back where the server refuses
  try {
    await call(`messages/${article.dataset.id}/feedback`, { method: "PUT", body: { rating, comment } });
  } catch (error) {
    press(article, shown);
    toast(error.message);
    return false;
  }
  const said = article.querySelector("[data-comment]");
  said.textContent = comment ?? "";
  said.hidden = !comment;
  return true;
}

function press(article, rating) {
  for (const thumb of article.querySelectorAll('[data-do="rate"]')) {
    thumb.setAttribute("aria-pressed", Number(thumb.value) === rating);
  }
}

function ratingOf(article) {
  const pressed = article.querySelector('[data-do="rate"][aria-pressed="true"]');
  return pressed ? Number(pressed.value) : null;
}

function commentOf(article) {
  return article.querySelector("[data-comment]").textContent || null;
}

/** A small box below the reply. Only who found it bad is asked with the cursor in it. */
function askWhy(article, rating, thumb) {
  const form = document.getElementById("rate-comment").content.firstElementChild.cloneNode(true);
  const area = form.querySelector("textarea");
  const close = () => {
    form.remove();
    thumb.focus();
  };
  form.querySelector("[data-says]").textContent = say(rating === 1 ? "good_because" : "bad_because");
  area.value = commentOf(article) ?? "";
  submitOnEnter(area, form);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it closes the box, and stops no reply
    close();
  });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await save(article, rating, area.value.trim() || null))) return;
    close();
    toast(say("thanks"));
  });
  article.append(form);
  if (rating === -1) area.focus();
  form.scrollIntoView({ block: "nearest" });
}
