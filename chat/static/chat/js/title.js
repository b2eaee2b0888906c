// The conversation's title, in the three places that show it.

import { renameInList } from "./sidebar.js";

export function showTitle(conversation, title) {
  renameInList(conversation, title);
  document.getElementById("title").textContent = title;
  document.title = `${title} · ${document.getElementById("main").dataset.site}`;
}
