// The list of conversations. HTMX fetches and swaps; here is only what it cannot know.

import { call } from "./api.js";
import { signedInAs } from "./page_of.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

const list = document.getElementById("conversations");
const asks = new Map(); // conversation → how often its item was asked for

/** Fetch the first page again. */
export function refreshWholeList() {
  if (list.querySelector(".renaming, .menu[open]")) return; // somebody is at work in it
  htmx.trigger("#search", "refresh");
}

/**
 * The conversation was asked, named, put elsewhere or deleted, here or in another tab. Its item, as it is now; null
 * where it is there no more, undefined where that is not known. The list shows it, unless it shows what was searched.
 */
export async function refreshList(conversation) {
  const ask = (asks.get(conversation) ?? 0) + 1;
  asks.set(conversation, ask);
  const fresh = await fetchItem(conversation);
  if (fresh === undefined || asks.get(conversation) !== ask) return undefined; // the server is away, or knows better by now
  const isAtWork = itemOf(conversation)?.matches(".renaming, :has(.menu[open])"); // somebody is, in it
  if (!isSearching() && !isAtWork) show(conversation, fresh);
  return fresh;
}

function show(conversation, fresh) {
  const held = itemOf(conversation)?.contains(document.activeElement);
  itemOf(conversation)?.remove();
  if (fresh && fresh.dataset.archived === list.dataset.archived) put(fresh);
  if (held) fresh?.querySelector("a").focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("listed"));
}

export function renameInList(conversation, title) {
  const shown = itemOf(conversation)?.querySelector(".conversation-title");
  if (shown) shown.textContent = title;
}

export function watchSidebar() {
  list.addEventListener("toggle", onToggle, { capture: true });
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));
  document.addEventListener("keydown", leaveByEscape, { capture: true });
  list.addEventListener("htmx:afterSettle", onChanged);
  list.addEventListener("focusin", ({ target }) => target.matches(".renaming input") && target.select());
  new MutationObserver(() => {
    dropEmptyGroups();
    if (list.childElementCount === 0) tellNothing();
  }).observe(list, { childList: true });
  document.addEventListener("archived", ({ detail }) => tellArchived(detail.conversation, detail.archived));
  document.addEventListener("htmx:confirm", onConfirm);
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) =>
    toast(say(xhr.status === 401 ? "signed_out" : "refused", { status: xhr.status })));
  document.addEventListener("htmx:sendError", () => toast(say("unreachable")));
}

/** It is on the other shelf now; it can be put back. */
export function tellArchived(conversation, archived) {
  const undo = async () => {
    await call(`conversations/${conversation}`, { method: "PATCH", body: { archived: !archived } });
    refreshList(conversation);
  };
  toast(say(archived ? "archived" : "unarchived"), {
    label: say("undo"),
    act: () => undo().catch((error) => toast(error.message)),
  });
}

function itemOf(conversation) {
  return list.querySelector(`.conversation[data-conversation="${CSS.escape(conversation)}"]`);
}

function isSearching() {
  return document.getElementById("search-words").value.trim() !== "";
}

/** The item as the server has it; null where it is none any more, undefined where that cannot be known now. */
async function fetchItem(conversation) {
  try {
    const current = { "HX-Request": "true", "HX-Current-URL": location.href, ...signedInAs() };
    const response = await fetch(`/c/${conversation}/item/`, { headers: current, cache: "no-store" });
    if (response.status === 204) return undefined; // a temporary chat: it is never listed
    if (!response.ok) return response.status === 404 ? null : undefined;
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    return holder.content.querySelector(".conversation");
  } catch {
    return undefined;
  }
}

// A changed item was swapped where it stood: pinned, it belongs elsewhere.
function onChanged({ detail }) {
  const [, conversation] = detail.requestConfig.path.match(/^\/c\/([0-9a-f-]+)\/change\/$/) ?? [];
  const item = conversation && itemOf(conversation);
  if (!item) return;
  put(item);
  item.querySelector("a").focus({ preventScroll: true });
}

// Pinned ones first, then the newest: before the first one that comes after it.
function put(item) {
  const rank = ({ dataset }) => `${dataset.group === "pinned" ? 1 : 0} ${dataset.updated}`;
  item.remove(); // where it stood it would part the next one from its heading, or hold an empty group
  dropEmptyGroups();
  const next = [...list.querySelectorAll(".conversation")].find((other) => rank(other) < rank(item));
  if (!next && list.querySelector(".more")) return; // it comes with the pages that are not there yet
  list.querySelector(".nothing")?.remove();
  const { group, groupName } = item.dataset;
  const heading = list.querySelector(`.group[data-group="${CSS.escape(group)}"]`);
  const headingOfNext = next?.previousElementSibling;
  if (next && next.dataset.group !== group && headingOfNext?.matches(".group")) headingOfNext.before(item);
  else if (next) next.before(item);
  else list.append(item);
  if (!heading) item.before(makeHeading(group, groupName));
  htmx.process(item);
}

function makeHeading(group, name) {
  const heading = document.createElement("li");
  heading.className = "group";
  heading.dataset.group = group;
  const text = document.createElement("h2");
  text.textContent = name;
  heading.append(text);
  return heading;
}

function dropEmptyGroups() {
  for (const heading of list.querySelectorAll(".group")) {
    if (!heading.nextElementSibling?.matches(".conversation")) heading.remove();
  }
}

/** The last one went: the words that the server has for that. */
function tellNothing() {
  const { content } = document.getElementById("nothing-listed");
  list.append(content.querySelector(`[data-archived="${list.dataset.archived}"]`).cloneNode(true));
}

function onToggle({ target }) {
  if (!target.open) return;
  closeMenus(target);
  target.querySelector(".menu-items").scrollIntoView({ block: "nearest" });
}

// A renaming or a menu, and nothing else: no reply is stopped, and on a phone the list stays open.
function leaveByEscape(event) {
  if (event.key !== "Escape") return;
  const renaming = event.target.closest?.(".renaming");
  const menu = list.querySelector(".menu[open]");
  if (!renaming && !menu) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (renaming) return leaveRenaming(renaming);
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  closeMenus(null);
}

function leaveRenaming(item) {
  const { asItWas } = item.querySelector("[data-as-it-was]").dataset;
  htmx.ajax("GET", asItWas, { target: item, swap: "outerHTML" });
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
