// The list by keyboard: j and k move along it, o and Enter open. What is empty in the form stays out of the address.

const titles = () => [...document.querySelectorAll(".find-title")];

for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => move(Number(button.dataset.move)));
}

function move(steps) {
  const all = titles();
  const at = all.indexOf(document.activeElement);
  if (steps === 0) {
    all[at]?.click();
    return;
  }
  // The first press takes the first one, whichever way.
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + steps, 0), all.length - 1)];
  next?.focus();
  next?.closest(".find").scrollIntoView({ block: "nearest" });
}

const form = document.getElementById("finding-form");
const isEmpty = (control) => control.name && control.value === "" && control.type !== "checkbox";

form.addEventListener("submit", () => {
  const left = [...form.elements].filter((control) => isEmpty(control) || (control.name === "sort" && control.value === "newest"));
  for (const control of left) control.disabled = true;
  // Who comes back finds them as they were.
  addEventListener("pageshow", () => left.forEach((control) => { control.disabled = false; }), { once: true });
});

document.getElementById("id_q").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.target.blur();
});
