// The line above the conversation: renamed in place, and changed by its menu without leaving the page.

import { call } from "./api.js";
import { fetchFragment } from "./fragments.js";
import { closePopups } from "./popup.js";
import { refreshList, tellArchived } from "./sidebar.js";
import { say } from "./texts.js";
import { showTitle } from "./title.js";
import { toast } from "./toast.js";

const CHANGES = new Set(["pinned", "archived"]); // what the menu's form can set

export function watchConversationMenu(conversation) {
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.('[data-menu="rename"]')) rename(conversation.id);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("#conversation-menu form");
    if (!form || event.defaultPrevented || !CHANGES.has(event.submitter?.name)) return;
    event.preventDefault();
    change(conversation.id, event.submitter);
  });
}

/** The line as the server has it now, in place of ours. Whoever is renaming is left alone. */
export async function refreshTop(conversation) {
  const fresh = await fetchFragment(`/c/${conversation}/top/`);
  const top = document.getElementById("talk-top");
  if (!fresh || top.querySelector("form.retitle, :popover-open")) return;
  const held = top.contains(document.activeElement) ? document.activeElement.id : "";
  top.replaceWith(fresh);
  htmx.process(fresh);
  if (held) document.getElementById(held)?.focus();
}

async function change(conversation, { name, value }) {
  document.getElementById("conversation-menu-button").focus();
  closePopups();
  await attempt(async () => {
    await call(`conversations/${conversation}`, { method: "PATCH", body: { [name]: value === "true" } });
    await refreshTop(conversation);
    if (name === "archived") tellArchived(conversation, value === "true");
    refreshList(conversation);
  });
}

function rename(conversation) {
  closePopups();
  const title = document.getElementById("title");
  const form = document.getElementById("retitle").content.firstElementChild.cloneNode(true);
  const [field] = form.elements;
  const close = () => {
    form.replaceWith(title);
    document.getElementById("conversation-menu-button").focus();
  };
  field.value = title.textContent;
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it leaves the name as it was, and stops no reply
    close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    attempt(async () => {
      const changed = await call(`conversations/${conversation}`, { method: "PATCH", body: { title: field.value.trim() } });
      showTitle(conversation, changed.title);
      refreshList(conversation);
    });
  });
  title.replaceWith(form);
  field.select();
}

/** Do it; what the server refuses is told in a sentence. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    toast(error.message ?? say("unreachable"));
  }
}
