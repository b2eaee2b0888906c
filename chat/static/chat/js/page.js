// The page of a conversation: makes its parts and ties them together. Nothing else is decided here.

import { watchCodeBlocks } from "./code_blocks.js";
import { Composer } from "./composer.js";
import { watchDeletions } from "./deleting.js";
import { Conversation } from "./conversation.js";
import { refreshTop, watchConversationMenu } from "./conversation_menu.js";
import { watchGivenFiles } from "./giving_files.js";
import { watchKeyboard } from "./keyboard.js";
import { watchInstructions } from "./instructions.js";
import { offerModels } from "./models.js";
import { watchMessageButtons } from "./message_buttons.js";
import { showFound } from "./found.js";
import { watchParts } from "./parts.js";
import { watchPopups } from "./popup.js";
import { watchScrolling } from "./scroll.js";
import { watchSheets } from "./sheet.js";
import { watchSearch } from "./search.js";
import { refreshList, watchSidebar } from "./sidebar.js";
import { watchShortcuts } from "./shortcuts.js";
import { watchTemporary } from "./temporary.js";
import { onToldByTab } from "./tabs.js";
import { showTitle } from "./title.js";
import { watchVersions } from "./versions.js";

const composer = new Composer({
  onask: (text, files) => conversation.ask(text, { files }),
  onstop: () => conversation.stop(),
});
const conversation = new Conversation(composer);

watchGivenFiles(composer.attachments);
watchKeyboard();
watchScrolling();
watchParts(conversation);
watchVersions();
watchSidebar();
watchSearch();
watchMessageButtons(conversation);
watchCodeBlocks();
watchPopups();
watchSheets();
watchConversationMenu(conversation);
watchDeletions();
watchInstructions(conversation);
watchShortcuts(conversation);
watchTemporary();
composer.open(conversation.id);
composer.focus();
conversation.adopt();
showFound();
offerModels(document.getElementById("main").dataset.model).catch(() => {}); // the server chooses then

document.addEventListener("click", ({ target }) => {
  const starter = target.closest("[data-starter]");
  if (starter) conversation.ask(starter.textContent, { files: composer.attachments.described });
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "transcript") conversation.adopt(); // another branch
  showListedTitle();
});
// The line above may be older than the list: both are fetched when a conversation begins, beside its title.
document.addEventListener("listed", showListedTitle);
function showListedTitle() {
  const listed = document.querySelector("#conversations [aria-current] .conversation-title");
  if (listed && conversation.id) showTitle(conversation.id, listed.textContent);
}
onToldByTab((changed) => {
  if (changed === conversation.id) conversation.refresh();
  refreshList(changed);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") conversation.refresh();
});
document.addEventListener("conversation-begun", () => refreshTop(conversation.id)); // its menu, now that it is one
document.getElementById("scroll").addEventListener("part-shown", () => conversation.adopt());
addEventListener("popstate", () => location.reload());
