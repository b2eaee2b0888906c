// The settings: copying the new key, and showing passwords.

import { copy } from "./clipboard.js";
import { watchHouse } from "./house.js";
import "./passwords.js";

watchHouse();
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(document.getElementById(button.dataset.copy).textContent);
});
