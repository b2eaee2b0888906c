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

export function messageAddress(conversation, message) {
  return `/c/${conversation}/messages/${message}/`;
}

/** As much of the transcript as the page shows; nothing where it still looks the same, unless it is wanted `anew`. */
export function transcriptAddress(conversation, { anew = false } = {}) {
  const shown = document.getElementById("transcript");
  const query = new URLSearchParams(anew ? {} : { version: shown.dataset.version });
  const first = shown.querySelector(".message[data-id]:not([hidden])")?.dataset.id;
  if (first) query.set("from", first);
  return `/c/${conversation}/transcript/?${query}`;
}

/**
 * Make `article` what `fresh` is. Prose that reads the same is not touched: what the reader selected in it stays
 * selected, and what is long is not laid out once more.
 */
export function settle(article, fresh) {
  const [known, prose] = [article, fresh].map((side) => side.querySelector(":scope > .prose"));
  const ours = known?.querySelector(".code-buttons")?.textContent ?? ""; // the server has none
  const isSame = known && prose && letters(known, ours) === letters(prose, ours);
  const fold = article.querySelector(".reasoning");
  const holdsFocus = fold?.contains(document.activeElement);
  if (fold?.open) fresh.querySelector(".reasoning").open = true;
  for (const { name } of [...article.attributes]) if (!fresh.hasAttribute(name)) article.removeAttribute(name);
  for (const { name, value } of fresh.attributes) article.setAttribute(name, value);
  for (const child of [...article.childNodes]) if (!isSame || child !== known) child.remove();
  if (isSame) {
    while (fresh.firstChild !== prose) known.before(fresh.firstChild);
    prose.remove();
  }
  article.append(...fresh.childNodes);
  if (holdsFocus) article.querySelector(".reasoning summary").focus({ preventScroll: true });
  htmx.process(article);
  article.dispatchEvent(new CustomEvent("painted", { bubbles: true }));
}

// Where footnotes or link references changed the rendering of the whole, the letters differ.
function letters(element, except) {
  return element.textContent.replaceAll(except, "").replace(/\s+/g, "");
}
