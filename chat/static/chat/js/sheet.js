// A page shown as a dialog over the one that is open: `<a href data-sheet>`. Without scripts the link leads to it.

import { copy } from "./clipboard.js";
import { signedInAs } from "./page_of.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

let dialog = null;

export function watchSheets() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-sheet]");
    if (link && isPlain(event)) {
      event.preventDefault();
      open(link);
    }
    const button = event.target.closest?.("[data-copy-field]");
    if (button) copyField(button);
  });
  document.addEventListener("link-revoked", ({ detail }) => dropLink(detail.id));
  // What was just made is there to be taken: selected, so that a keyboard's own copy does it, too.
  document.addEventListener("focusin", ({ target }) => target.matches?.("input[readonly]") && target.select());
}

// With a key held or another button a link opens elsewhere, as links do.
function isPlain(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

async function open(link) {
  const html = await fetchSheet(link.href);
  if (html === null) return;
  const opener = link.closest("[popover]") ? document.querySelector(`[popovertarget="${link.closest("[popover]").id}"]`) : link.closest(".menu")?.querySelector("summary");
  link.closest("[popover]")?.hidePopover();
  link.closest(".menu")?.removeAttribute("open");
  dialog ??= makeDialog();
  const body = dialog.querySelector(".sheet-body");
  body.innerHTML = html;
  dialog.setAttribute("aria-labelledby", body.querySelector("h2")?.id ?? "");
  htmx.process(body);
  dialog.addEventListener("close", () => { body.replaceChildren(); opener?.focus(); }, { once: true });
  dialog.showModal();
}

async function fetchSheet(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true", ...signedInAs() }, cache: "no-store" });
    if (response.ok) return await response.text();
    toast(say(response.status === 401 ? "signed_out" : "refused", { status: response.status }));
  } catch {
    toast(say("unreachable"));
  }
  return null;
}

function makeDialog() {
  const made = document.getElementById("sheet").content.firstElementChild.cloneNode(true);
  document.body.append(made);
  // A click on the veil lands on the dialog itself, one inside it on what it holds.
  made.addEventListener("pointerdown", ({ target }) => target === made && !holdsTyped(made) && made.close());
  return made;
}

// Typed and not saved, or refused: a slip beside the sheet must not lose it. Esc and the button mean it.
function holdsTyped(sheet) {
  const fields = [...sheet.querySelectorAll("input, textarea")];
  return fields.some(({ value, defaultValue }) => value !== defaultValue) || sheet.querySelector(".form-error") !== null;
}

async function copyField(button) {
  await copy(document.getElementById(button.dataset.copyField).value);
  const label = button.querySelector("span");
  label.textContent = say("copied");
}

function dropLink(id) {
  document.querySelector(`.new-link[data-link="${CSS.escape(id)}"]`)?.remove();
}
