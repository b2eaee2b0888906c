// The page of a conversation: makes its parts and ties them together. Nothing else is decided here.

import { Refused } from "./api.js";
import { watchCodeBlocks } from "./code_blocks.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { refreshTop, watchConversationMenu } from "./conversation_menu.js";
import { conversationShortcuts } from "./conversation_shortcuts.js";
import { watchGivenFiles } from "./giving_files.js";
import { watchHouse } from "./house.js";
import { watchKeyboard } from "./keyboard.js";
import { watchInstructions } from "./instructions.js";
import { offerModels } from "./models.js";
import { watchMessageButtons } from "./message_buttons.js";
import { showFound } from "./found.js";
import { watchParts } from "./parts.js";
import { watchPopups } from "./popup.js";
import { watchScrolling } from "./scroll.js";
import { watchTemporary } from "./temporary.js";
import { onListed } from "./list_update.js";
import { onLineState, onNews } from "./live.js";
import { onForgotten } from "./outbox.js";
import { say } from "./texts.js";
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
watchMessageButtons(conversation);
watchCodeBlocks();
watchPopups();
watchConversationMenu(conversation);
watchInstructions(conversation);
watchTemporary();
composer.open(conversation.id);
composer.focus();
watchLine();
watchHouse({ shortcuts: conversationShortcuts(conversation) });
conversation.adopt();
showFound();
conversation.questions.askUnsent();
onForgotten((key) => conversation.questions.drop(key));
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
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") conversation.refresh();
});
document.addEventListener("conversation-begun", () => refreshTop(conversation.id)); // its menu, now that it is one
document.getElementById("scroll").addEventListener("part-shown", () => conversation.adopt());
addEventListener("popstate", () => location.reload());

// What changed elsewhere is shown here; while nobody looks at this tab it can wait until somebody does.
function watchLine() {
  let isDeleted = false;
  onNews((event) => {
    const { id } = conversation;
    if (id && event.conversation !== id) return; // while this one has no name, it may be of this one
    if (event.type === "title") {
      if (id) showTitle(id, event.title);
    } else if (document.visibilityState === "visible") {
      conversation.refresh();
    }
  });
  onListed((id, item) => {
    if (id !== conversation.id) return;
    if (item && isDeleted) composer.trouble(null); // it was restored
    else if (!item) composer.trouble(new Refused(say("conversation_deleted"), { status: 404 }));
    isDeleted = !item;
    if (item) showTitle(id, item.querySelector(".conversation-title").textContent);
  });
  onLineState((state, before) => {
    composer.connection(state === "lost" ? say("lost") : "");
    if (state === "out") composer.trouble(new Refused(say("signed_out"), { status: 401 }));
    if (before === "out") composer.trouble(null);
    if (state === "open") conversation.refresh(); // what changed before, even while the page was loading, was told to nobody
  });
}
