// The conversation's title, in the three places that show it.

import { renameInList } from "./sidebar.js";

export function showTitle(conversation, title) {
  renameInList(conversation, title);
  const shown = document.getElementById("title");
  if (shown) shown.textContent = title; // it is away while somebody types another
  document.title = `${title} · ${document.getElementById("main").dataset.site}`;
}
