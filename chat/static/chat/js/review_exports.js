// How far the exports are, while one runs. The download itself is the browser's.

const EVERY = 1000; // ms
const PATIENCE = 10; // looks after a press: until the server has begun it
const place = document.getElementById("exports");
let patience = 0;
let waiting = null;

const runs = () => place.querySelector('[data-state="running"], [data-state="cancelling"]') !== null;

async function look() {
  waiting = null;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-Part": "exports" }, redirect: "error" });
    if (answer.ok) show(await answer.text());
  } catch {
    // The network is away: the next look may get through.
  }
  patience -= 1;
  if (runs() || patience > 0) later();
}

function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const focused = document.activeElement?.id;
  place.replaceChildren(fresh.content);
  if (focused?.startsWith("cancel-") || focused?.startsWith("again-")) document.getElementById(focused)?.focus();
}

function later() {
  waiting ??= setTimeout(look, EVERY);
}

document.addEventListener("submit", ({ target }) => {
  if (!target.matches("#take, .export-again")) return;
  patience = PATIENCE;
  later();
});
if (runs()) later();
