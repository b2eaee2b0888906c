// The conversation's title, in the three places that show it.

import { call } from "./api.js";
import { renameInList } from "./sidebar.js";

const LOOKS = [0, 1500, 5000]; // ms between them

export function showTitle(conversation, title) {
  renameInList(conversation, title);
  document.getElementById("title").textContent = title;
  document.title = `${title} · ${document.getElementById("main").dataset.site}`;
}

/** Where a reply was shorter than the making of its title, no stream is left to tell it: look a few times. */
export async function lookForTitle(conversation) {
  for (const wait of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const found = await call(`conversations/${conversation}`).catch(() => null);
    if (found?.title) showTitle(conversation, found.title);
  }
}
