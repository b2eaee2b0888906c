// What a question looks like that could not be delivered: its status, and what can be done about it.

/** Say it below the question. `onsend` and `ontakeback` are the writer's wishes. */
export function showUnsent(question, { onsend, ontakeback }) {
  if (question.querySelector(".unsent")) return;
  const status = document.getElementById("unsent").content.firstElementChild.cloneNode(true);
  status.querySelector('[data-unsent="send"]').addEventListener("click", onsend);
  status.querySelector('[data-unsent="back"]').addEventListener("click", ontakeback);
  question.querySelector(".message-foot").before(status);
}

export function hideUnsent(question) {
  question.querySelector(".unsent")?.remove();
}
