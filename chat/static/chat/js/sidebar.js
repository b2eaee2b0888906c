// The list of conversations. HTMX fetches and swaps; here is only what it cannot know.

import { say } from "./texts.js";
import { toast } from "./toast.js";

const list = document.getElementById("conversations");

/** Fetch the first page again: something was asked, here or in another tab. */
export function refreshList() {
  if (list.querySelector(".renaming, .menu[open]")) return; // somebody is at work in it
  htmx.trigger("#search", "refresh");
}

export function renameInList(conversation, title) {
  const item = list.querySelector(`[data-conversation="${CSS.escape(conversation)}"] .conversation-title`);
  if (item) item.textContent = title;
}

export function watchSidebar() {
  list.addEventListener("toggle", onToggle, { capture: true });
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.(".renaming")) {
      event.stopPropagation();
      htmx.trigger(event.target, "cancel");
    } else if (event.key === "Escape" && list.querySelector(".menu[open]")) {
      event.stopImmediatePropagation();
      closeMenus(null);
    }
  }, { capture: true });
  document.addEventListener("htmx:confirm", onConfirm);
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) =>
    toast(say(xhr.status === 401 ? "signed_out" : "refused", { status: xhr.status })));
  document.addEventListener("htmx:sendError", () => toast(say("unreachable")));
}

function onToggle({ target }) {
  if (!target.open) return;
  closeMenus(target);
  target.querySelector(".menu-items").scrollIntoView({ block: "nearest" });
}

function closeMenus(except) {
  for (const menu of list.querySelectorAll(".menu[open]")) if (menu !== except) menu.open = false;
}

/** Ask in a dialog of the page's own; only "yes" lets the request go. */
function onConfirm(event) {
  if (!event.detail.question) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-question").textContent = event.detail.question;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && event.detail.issueRequest(true), { once: true });
  dialog.showModal();
}
