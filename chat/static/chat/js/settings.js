// The settings: copying the new key, showing passwords, and the sidebar.

import { copy } from "./clipboard.js";
import { watchDeletions } from "./deleting.js";
import "./passwords.js";
import { watchSearch } from "./search.js";
import { watchList } from "./list_update.js";
import { goLive } from "./live.js";
import { watchSheets } from "./sheet.js";
import { watchSidebar } from "./sidebar.js";

watchSidebar();
watchSearch();
watchSheets();
watchDeletions();
watchList();
goLive();
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(document.getElementById(button.dataset.copy).textContent);
});
