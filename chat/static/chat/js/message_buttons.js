// The buttons below each message, by one listener for all of them.

import { copy } from "./clipboard.js";
import { grow, submitOnEnter } from "./composer.js";

export function watchMessageButtons(conversation) {
  document.getElementById("scroll").addEventListener("click", (event) => {
    const code = event.target.closest(".copy")?.closest("figure");
    if (code) copy(code.querySelector("code").textContent);
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const article = button.closest(".message");
    const actions = {
      copy: () => copy(sourceOf(article)),
      edit: () => edit(article, conversation),
      regenerate: () => conversation.regenerate(article),
      continue: () => conversation.goOn(article),
    };
    actions[button.dataset.do]();
  });
}

function sourceOf(article) {
  return article.querySelector(".source").content.textContent;
}

/** A box in place of the question. Asking it makes a new branch; the old one stays. */
function edit(article, conversation) {
  const question = article.querySelector(".question");
  const form = document.getElementById("edit-question").content.firstElementChild.cloneNode(true);
  const area = form.querySelector("textarea");
  const close = () => {
    form.replaceWith(question);
    article.classList.remove("editing");
  };
  area.value = sourceOf(article);
  area.addEventListener("input", () => grow(area));
  submitOnEnter(area, form);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it closes the box, and stops no reply
    close();
    article.querySelector('[data-do="edit"]').focus();
  });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!area.value.trim() || conversation.isRunning) return;
    close();
    conversation.ask(area.value, { instead: article });
  });
  article.classList.add("editing");
  question.replaceWith(form);
  grow(area);
  area.focus();
}
