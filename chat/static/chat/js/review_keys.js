// The desk by keyboard: what has `data-key` is pressed by one of these keys, and listed, with `data-says`, by "?".
// Left alone while somebody types, and where a key is pressed along that is the browser's.

const byKey = (key) => [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key.split(" ").includes(key) && !each.disabled);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
  const wanted = byKey(event.key);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, textarea, select")) wanted.focus();
  else wanted.click();
});

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false; // without scripts it would do nothing
  button.addEventListener("click", () => show(document.getElementById(button.dataset.opens)));
}

function show(dialog) {
  const rows = [...document.querySelectorAll("[data-key][data-says]")].map(({ dataset }) => {
    const [row, keys, says] = ["div", "dt", "dd"].map((name) => document.createElement(name));
    keys.append(...dataset.key.split(" ").flatMap((key) => [keyNamed(key), " "]));
    says.textContent = dataset.says;
    row.append(keys, says);
    return row;
  });
  dialog.querySelector("dl").replaceChildren(...rows);
  dialog.showModal();
}

function keyNamed(key) {
  const element = document.createElement("kbd");
  element.textContent = key;
  return element;
}
