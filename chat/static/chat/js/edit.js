// A box in place of a question. Asking it makes a new branch; the old one stays.

import { grow, submitOnEnter } from "./composer.js";
import { forgetEdit, keepEdit } from "./drafts.js";
import { sourceOf } from "./fragments.js";
import { filesOf, offerToLeaveOut } from "./question_files.js";

/** `refused`: the text and the files with which it was asked and not accepted; kept until the box is closed. */
export function edit(article, conversation, refused = null) {
  const question = article.querySelector(".question");
  const form = document.getElementById("edit-question").content.firstElementChild.cloneNode(true);
  const area = form.querySelector("textarea");
  const keep = () => {
    if (refused) keepEdit(conversation.id, article.dataset.id, { text: area.value, files: filesOf(article) });
  };
  const putBack = offerToLeaveOut(article, { chosen: refused?.files, onleft: keep });
  const close = () => {
    putBack();
    form.replaceWith(question);
    article.classList.remove("editing");
    article.querySelector('[data-do="edit"]').focus();
    if (refused) forgetEdit(conversation.id, article.dataset.id);
  };
  area.value = refused?.text ?? sourceOf(article);
  area.addEventListener("input", () => {
    grow(area);
    keep();
  });
  submitOnEnter(area, form);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it closes the box, and stops no reply
    close();
  });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!area.value.trim() || !conversation.questions.mayAsk()) return;
    const files = filesOf(article);
    close();
    conversation.ask(area.value, { instead: article, files });
  });
  article.classList.add("editing");
  question.replaceWith(form);
  grow(area);
  area.focus();
  keep();
}
