// The administration's page of a new link: a button that copies it.

const button = document.querySelector("[data-copy]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    document.getElementById("copied").hidden = !(await copied(field.value));
  });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy"); // plain http: what is selected
  }
}
