// The panels of judgement without leaving the page: their forms are sent, and the panels that come back take the
// place of those that are shown. Focus, and what somebody is writing elsewhere, stay.

const TYPED = "input[type=text], textarea";
const status = document.createElement("div");
status.className = "judge-status";
status.setAttribute("role", "status");
document.body.append(status);
let sending = false;

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".judge-form");
  if (!form) return;
  event.preventDefault();
  if (!sending) send(form, event.submitter);
});

async function send(form, submitter) {
  sending = true;
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "X-Part": "panels" },
      body: new URLSearchParams(new FormData(form, submitter)),
    });
    const next = response.headers.get("X-Next");
    if (next) return location.assign(next);
    if ([200, 400, 409].includes(response.status)) show(await response.text(), form, response.status);
    else say(words().refused);
  } catch {
    say(words().unreachable);
  } finally {
    sending = false;
    form.removeAttribute("aria-busy");
  }
}

function show(html, form, code) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  say(fresh.content.querySelector("[data-said]").textContent);
  if (code === 400) return; // what was written stays, to be mended
  const written = code === 200 ? writtenBeside(form) : writtenBeside(null);
  const then = document.querySelector("[data-then]")?.checked;
  const { activeElement: active } = document;
  const held = code === 200 && active.matches(TYPED) ? "judging" : active.closest(".judging") ? active.id : "";
  for (const panel of fresh.content.querySelectorAll(".judging")) put(panel);
  for (const [id, text] of written) if (document.getElementById(id)) document.getElementById(id).value = text;
  const again = document.querySelector("[data-then]");
  if (again && then !== undefined) again.checked = then;
  const conflict = document.querySelector(".judge-conflict");
  if (code === 409 && conflict) conflict.focus();
  else if (held || form.closest(".judging")) (document.getElementById(held) ?? panelOf(form)).focus();
}

function put(panel) {
  const shown = document.getElementById(panel.id);
  if (!shown) return; // of a message that is on another page, or of another branch
  if (shown.open) panel.open = true;
  shown.replaceWith(panel);
}

/** What stands in the fields, but for those of the form that was just saved. */
function writtenBeside(form) {
  return [...document.querySelectorAll(`.judging :is(${TYPED})`)]
    .filter((field) => field.value && field.id && field.form !== form)
    .map((field) => [field.id, field.value]);
}

/** What takes the focus of a panel, whose form may have been replaced meanwhile. */
function panelOf(form) {
  const panel = document.getElementById(form.closest(".judging")?.id ?? "") ?? document.getElementById("judging");
  return panel.querySelector(":scope > summary") ?? panel;
}

function say(text) {
  status.textContent = text;
}

function words() {
  return document.getElementById("judging").dataset;
}

// A message's panel has the keys of the conversation's while the focus is in it.
document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (target.matches(TYPED)) return type(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || target.closest("select, dialog[open]")) return;
  const labels = target.closest(".judge-labels");
  if (labels && walk(event, labels)) return event.preventDefault();
  const key = event.key.length === 1 ? event.key : "";
  const found = key && target.closest(".judging-message")?.querySelector(`[data-message-key="${CSS.escape(key)}"]`);
  if (!found) return;
  event.preventDefault();
  found.closest("details").open = true;
  if (found.matches("input, textarea")) found.focus();
  else found.click();
}, { capture: true });

function type(event) {
  if (event.key === "Escape") panelOf(event.target.form).focus(); // the keys are keys again
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

/** Arrows go through the labels; Enter saves them. */
function walk(event, labels) {
  if (event.key === "Enter") return labels.closest("form").requestSubmit() ?? true;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return false;
  const boxes = [...labels.querySelectorAll("input")];
  boxes.at((boxes.indexOf(event.target) + step) % boxes.length).focus();
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-next-message]")) toMessage();
  const leave = event.target.closest?.("[data-leave]");
  if (!leave) return;
  event.preventDefault(); // what they did is shown already
  const panel = leave.closest(".judging");
  leave.closest(".judge-conflict").remove();
  (panel.querySelector(":scope > summary") ?? panel).focus();
});

function toMessage() {
  const all = [...document.querySelectorAll(".judging-message > summary")];
  const at = all.indexOf(document.activeElement);
  all[(at + 1) % all.length]?.focus();
}
