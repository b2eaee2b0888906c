// Deleting with a way back: gone at once from the page, and an Undo for a while, also on the page after this one.

import { call, request, refusal } from "./api.js";
import { refreshList } from "./sidebar.js";
import { ofTab } from "./storage.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

const WAITING = "undo"; // in the session's storage: a deletion whose Undo is to be offered by the next page

/** A message and all below it. The branch that is shown instead comes from the server. */
export async function deleteMessage(article, conversation) {
  const all = [...conversation.transcript.children];
  const gone = all.slice(all.indexOf(article));
  const before = all.slice(0, all.indexOf(article)).findLast((element) => element.matches(".message"));
  const { id } = article.dataset;
  // The end of the branch, which may be a part that is not loaded.
  const active = gone.at(-1).dataset.id ?? conversation.transcript.dataset.end;
  gone.forEach((element) => (element.hidden = true));
  focusOn(before);
  let count;
  try {
    const response = await request(`messages/${id}`, { method: "DELETE" });
    if (!response.ok) throw await refusal(response);
    count = Number(response.headers.get("X-Deleted-Count"));
  } catch (error) {
    gone.forEach((element) => (element.hidden = false));
    toast(error.message);
    return;
  }
  await conversation.renew();
  focusOn(before && document.getElementById(before.id));
  toast(count === 1 ? say("message_deleted") : say("messages_deleted", { count }), {
    label: say("undo"),
    act: () => undo(`messages/${id}`, { active }, async () => {
      await conversation.renew();
      focusOn(document.getElementById(`message-${id}`));
    }),
  });
}

/** Offer the way back of each conversation that is deleted here, and of the one that the page before deleted. */
export function watchDeletions() {
  document.addEventListener("conversation-deleted", ({ detail: { id, open, final } }) => {
    if (final) return location.assign("/"); // a temporary one does not come back
    if (!open) return offerConversation(id, () => refreshList(id));
    ofTab.set(WAITING, id);
    location.assign("/"); // the page that shows it is left
  });
  const left = ofTab.get(WAITING);
  ofTab.remove(WAITING);
  if (left) offerConversation(left, () => location.assign(`/c/${left}/`));
}

function offerConversation(conversation, done) {
  toast(say("conversation_hidden"), {
    label: say("undo"),
    act: () => undo(`conversations/${conversation}`, undefined, done),
  });
}

async function undo(path, body, done) {
  try {
    await call(`${path}/restore`, { method: "POST", body });
    toast(say("brought_back"));
    await done();
  } catch (error) {
    toast(error.message);
  }
}

/** The message, else the box: the focus must not fall to the top of the page. */
function focusOn(article) {
  if (!article?.isConnected) return document.getElementById("box").focus({ preventScroll: true });
  article.tabIndex = -1;
  article.focus({ preventScroll: true });
}
