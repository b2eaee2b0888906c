// A queue by keyboard: one row after the other, opened by Enter, taken by one key.

const rows = () => [...document.querySelectorAll(".queue-row")];
const titleOf = (row) => row.querySelector(".queue-title");
const here = () => document.activeElement?.closest(".queue-row");
const status = document.getElementById("judge-status");

document.addEventListener("click", ({ target }) => {
  if (target.matches?.("[data-move]")) move(Number(target.dataset.move));
  if (target.matches?.("[data-open]")) (titleOf(here() ?? rows()[0] ?? document.body))?.click();
  if (target.matches?.("[data-claim]")) (here() ?? rows()[0])?.querySelector(".queue-claim")?.requestSubmit(undefined);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".queue-claim");
  if (!form) return;
  event.preventDefault();
  const row = form.closest(".queue-row");
  const fields = new URLSearchParams(new FormData(form));
  fields.set("assignee", "me");
  const response = await fetch(form.action, { method: "POST", headers: { "X-Part": "panels" }, body: fields }).catch(() => null);
  if (!response || ![200, 400, 409].includes(response.status)) return form.submit();
  const fresh = document.createElement("template");
  fresh.innerHTML = await response.text();
  status.textContent = fresh.content.querySelector("[data-said]").textContent;
  if (response.status === 400) return;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (next) titleOf(next).focus();
});

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here());
  titleOf(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))]).focus();
}

// Who came by keyboard goes on by keyboard: the first one has the focus.
if (rows()[0]) titleOf(rows()[0]).focus({ preventScroll: true });
