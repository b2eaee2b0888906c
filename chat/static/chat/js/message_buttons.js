// The buttons below each message, and the menu that they share, by one listener for all of them.

import { copy } from "./clipboard.js";
import { deleteMessage } from "./deleting.js";
import { edit } from "./edit.js";
import { sourceOf } from "./fragments.js";
import { rate } from "./rating.js";
import { report, takeBack } from "./reporting.js";
import { modelsOffered } from "./models.js";
import { closePopups, openPopup, openerOf } from "./popup.js";

const menu = document.getElementById("message-menu");

export function watchMessageButtons(conversation) {
  const actions = {
    copy: (article) => copy(sourceOf(article)),
    "copy-text": (article) => copy(wordsOf(article)),
    edit: (article) => edit(article, conversation),
    regenerate: (article, button) => conversation.regenerate(article, { model: button.value || null }),
    continue: (article) => conversation.goOn(article),
    rate: (article, button) => rate(article, button),
    more: (article, button) => openMenu(article, button),
    report: (article) => report(article, openerOf(menu)),
    unreport: (article) => takeBack(article),
    delete: (article) => deleteMessage(article, conversation),
  };
  const act = (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    // By its id: while the menu is open, a newer rendering may take the place of what it was opened from.
    const article = menu.contains(button) ? document.getElementById(menu.dataset.message) : button.closest(".message");
    if (menu.contains(button)) closePopups(); // the focus goes back to the button that opened it
    if (!article) return; // it was deleted elsewhere meanwhile
    actions[button.dataset.do](article, button);
  };
  document.getElementById("scroll").addEventListener("click", act);
  menu.addEventListener("click", act);
}

/** The rendered words without any markup, laid out as they are read. */
function wordsOf(article) {
  const prose = article.querySelector(".prose").cloneNode(true);
  prose.querySelectorAll("figcaption, .sr-only, annotation").forEach((element) => element.remove());
  prose.classList.add("sr-only"); // what is not laid out has no line breaks
  document.body.append(prose);
  const words = prose.innerText.trim();
  prose.remove();
  return words;
}

function openMenu(article, button) {
  menu.dataset.message = article.id;
  const role = article.classList.contains("user") ? "user" : "assistant";
  for (const item of menu.querySelectorAll("[data-of]")) item.hidden = item.dataset.of !== role;
  const isReported = "reported" in article.dataset;
  for (const item of menu.querySelectorAll('[data-do="report"]')) item.hidden ||= isReported;
  for (const item of menu.querySelectorAll('[data-do="unreport"]')) item.hidden = !isReported;
  offerOtherModels(role === "assistant");
  openPopup(menu, button);
}

function offerOtherModels(isReply) {
  const group = document.getElementById("other-models");
  const models = modelsOffered();
  group.hidden = !isReply || models.length < 2;
  group.querySelectorAll("button").forEach((button) => button.remove());
  for (const { id, name } of models) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.do = "regenerate";
    button.value = id;
    button.textContent = name;
    group.append(button);
  }
}
