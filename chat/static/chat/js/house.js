// What every page with the list of conversations does, whatever stands beside the list.

import { watchDeletions } from "./deleting.js";
import { watchList } from "./list_update.js";
import { goLive } from "./live.js";
import { watchSearch } from "./search.js";
import { watchSheets } from "./sheet.js";
import { watchShortcuts } from "./shortcuts.js";
import { watchSidebar } from "./sidebar.js";

/** `shortcuts`: the page's own. */
export function watchHouse({ shortcuts = [] } = {}) {
  watchSidebar();
  watchSearch();
  watchSheets();
  watchDeletions();
  watchShortcuts(shortcuts);
  watchList();
  goLive();
}
