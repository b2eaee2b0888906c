// Beside each password a button that shows what was typed. Where there is no script, there is none.

const { show, hide } = document.querySelector("[data-show]")?.dataset ?? {}; // none where no password is asked for

for (const field of document.querySelectorAll('input[type="password"]')) {
  const hadFocus = document.activeElement === field;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-button";
  button.textContent = show;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const isHidden = field.type === "password";
    field.type = isHidden ? "text" : "password";
    button.textContent = isHidden ? hide : show;
    field.focus();
  });
  field.form.addEventListener("submit", () => (field.type = "password")); // else it may be kept like any text
  const both = document.createElement("span");
  both.className = "password";
  field.replaceWith(both);
  both.append(field, button);
  if (hadFocus) field.focus();
}
