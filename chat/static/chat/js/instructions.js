// After the sheet of instructions and parameters was saved: its conversation goes on, or a new one is gone on in.

import { moveDraft } from "./drafts.js";
import { refreshTop } from "./conversation_menu.js";
import { chosenModel } from "./models.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

export function watchInstructions(conversation) {
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    // A new chat's form makes the conversation: with the model that is picked beside the box.
    if (detail.elt.closest(".instructions") && !conversation.id) detail.parameters.set("model", chosenModel() ?? "");
  });
  document.addEventListener("instructions-kept", ({ target }) => {
    target.closest("dialog")?.close();
    refreshTop(conversation.id);
    toast(say("saved"));
  });
  document.addEventListener("conversation-made", ({ detail }) => {
    moveDraft("", detail.id, document.getElementById("box").value); // it is asked there
    location.assign(`/c/${detail.id}/`);
  });
}
