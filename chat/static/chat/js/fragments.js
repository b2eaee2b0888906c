// Pieces of the page that the server renders: fetched, and put in place of what the scripts painted.

/** An element made of the HTML at this address; null where it cannot be had now. */
export async function fetchFragment(address) {
  const pieces = await fetchPieces(address);
  return pieces?.querySelector("article, .transcript, .talk-top") ?? null;
}

/** All that the HTML at this address makes; null where it cannot be had now. */
export async function fetchPieces(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" });
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

/** Put `fresh` in place of `article`. Prose that reads the same stays, with what the reader selected in it. */
export function settle(article, fresh) {
  const prose = [article, fresh].map((side) => side.querySelector(".prose"));
  if (prose.every(Boolean) && letters(prose[0]) === letters(prose[1])) prose[1].replaceWith(prose[0]);
  const wasOpen = article.querySelector(".reasoning")?.open;
  if (wasOpen) fresh.querySelector(".reasoning").open = true;
  article.replaceWith(fresh);
  htmx.process(fresh);
}

// Where footnotes or link references changed the rendering of the whole, the letters differ.
function letters(element) {
  return element.textContent.replace(/\s+/g, "");
}
