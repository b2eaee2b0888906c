// Pieces of the page that the server renders: fetched, and put in place of what the scripts painted.

import { signedInAs } from "./page_of.js";

/** An element made of the HTML at this address; null where it cannot be had now. */
export async function fetchFragment(address) {
  const pieces = await fetchPieces(address);
  return pieces?.querySelector("article, .transcript, .talk-top") ?? null;
}

/** All that the HTML at this address makes; null where it cannot be had now. */
export async function fetchPieces(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true", ...signedInAs() }, cache: "no-store" });
    if (!response.ok) return null;
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    return holder.content;
  } catch {
    return null;
  }
}

/** `withoutProse`: what stands around it is enough, where the blocks of a stream are all of it. */
export function messageAddress(conversation, message, { withoutProse = false } = {}) {
  return `/c/${conversation}/messages/${message}/${withoutProse ? "?without=prose" : ""}`;
}

/**
 * As much of the transcript as the page shows; nothing where it still looks the same, unless it is wanted `anew`.
 * `withoutProse`: most of that is on the page.
 */
export function transcriptAddress(conversation, { anew = false, withoutProse = false } = {}) {
  const shown = document.getElementById("transcript");
  const query = new URLSearchParams(anew ? {} : { version: shown.dataset.version });
  const first = shown.querySelector(".message[data-id]:not([hidden])")?.dataset.id;
  if (first) query.set("from", first);
  if (withoutProse) query.set("without", "prose");
  return `/c/${conversation}/transcript/?${query}`;
}

/** The Markdown of a message; undefined while it is painted here and was not rendered by the server. */
export function sourceOf(article) {
  return article.querySelector(".source")?.content.textContent;
}

/** Whether the server left the prose of this message out, and `known` does not have it either. */
export function lacksProse(article, known) {
  const prose = proseOf(article);
  return prose !== null && "leftOut" in prose.dataset && (!known || sourceOf(known) !== sourceOf(article));
}

/**
 * Make `article` what `fresh` is. Prose that is the same is not touched: what the reader selected in it stays
 * selected, and what is long is not laid out once more.
 */
export function settle(article, fresh) {
  const [known, prose] = [proseOf(article), proseOf(fresh)];
  const isSame = known && prose && ("leftOut" in prose.dataset || (!isPainted(known) && sourceOf(article) === sourceOf(fresh)));
  const held = article.contains(document.activeElement) ? wayTo(document.activeElement) : null;
  if (article.querySelector(".reasoning")?.open) fresh.querySelector(".reasoning").open = true;
  if (article.matches(":focus")) fresh.tabIndex = article.tabIndex; // else it loses the focus that the keyboard gave it
  for (const { name } of [...article.attributes]) if (!fresh.hasAttribute(name)) article.removeAttribute(name);
  for (const { name, value } of fresh.attributes) article.setAttribute(name, value);
  for (const child of [...article.childNodes]) if (!isSame || child !== known) child.remove();
  if (isSame) {
    while (fresh.firstChild !== prose) known.before(fresh.firstChild);
    prose.remove();
  }
  article.append(...fresh.childNodes);
  if (held && !article.contains(document.activeElement)) article.querySelector(held)?.focus({ preventScroll: true });
  for (const child of article.children) if (child !== known) htmx.process(child);
  article.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
}

// To what has the same place in another rendering of the message: a button, the fold over the reasoning.
function wayTo(element) {
  const { do: action } = element.dataset;
  if (action) return `[data-do="${action}"]${element.value ? `[value="${element.value}"]` : ""}`;
  return element.matches(".reasoning summary") ? ".reasoning summary" : null;
}

function proseOf(article) {
  return article.querySelector(":scope > .prose");
}

// Blocks alone may lack what the whole has: footnotes, references.
function isPainted(prose) {
  return prose.querySelector(":scope > .section > .block") !== null;
}
