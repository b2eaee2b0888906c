// A box in place of a question. Asking it makes a new branch; the old one stays.

import { grow, submitOnEnter } from "./composer.js";
import { filesOf, offerToLeaveOut } from "./question_files.js";

export function edit(article, text, conversation) {
  const question = article.querySelector(".question");
  const form = document.getElementById("edit-question").content.firstElementChild.cloneNode(true);
  const area = form.querySelector("textarea");
  const putBack = offerToLeaveOut(article);
  const close = () => {
    putBack();
    form.replaceWith(question);
    article.classList.remove("editing");
    article.querySelector('[data-do="edit"]').focus();
  };
  area.value = text;
  area.addEventListener("input", () => grow(area));
  submitOnEnter(area, form);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it closes the box, and stops no reply
    close();
  });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!area.value.trim() || conversation.isRunning) return;
    const files = filesOf(article);
    close();
    conversation.ask(area.value, { instead: article, files });
  });
  article.classList.add("editing");
  question.replaceWith(form);
  grow(area);
  area.focus();
}
