// Reporting a message to those who review: a dialog that says who will see it, and a way back.

import { call } from "./api.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

const dialog = document.getElementById("report"); // none where nobody reviews

/** Ask for the reason, then report; the toast takes it back. The focus goes back to the message's menu. */
export function report(article, opener) {
  const reason = dialog.querySelector("textarea");
  reason.value = "";
  dialog.returnValue = "no"; // Esc leaves what was there
  dialog.addEventListener("close", () => {
    opener?.focus();
    if (dialog.returnValue === "yes") send(article, reason.value.trim() || null);
  }, { once: true });
  reason.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    dialog.close("yes");
  };
  dialog.showModal();
  reason.focus();
}

export async function takeBack(article) {
  if (!(await save(article, { method: "DELETE" }))) return;
  show(article, false);
  toast(say("report_taken_back"));
}

async function send(article, reason) {
  if (!(await save(article, { method: "POST", body: { reason } }))) return;
  show(article, true);
  toast(say("reported"), { label: say("undo"), act: () => takeBack(article) });
}

async function save(article, options) {
  try {
    await call(`messages/${article.dataset.id}/report`, options);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

// The page may have put a newer rendering in the article's place meanwhile.
function show(article, isReported) {
  const shown = document.getElementById(article.id) ?? article;
  shown.toggleAttribute("data-reported", isReported);
  shown.querySelector(".reported").hidden = !isReported;
}
