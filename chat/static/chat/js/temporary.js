// A new chat that is not kept: chosen before the first question, and told to the server with it.

const main = document.getElementById("main");

export function watchTemporary() {
  const choice = document.getElementById("temporary-choice");
  document.addEventListener("conversation-begun", () => choice?.remove(), { once: true }); // it is chosen
  document.getElementById("temporary")?.addEventListener("click", ({ currentTarget }) => {
    const isTemporary = main.toggleAttribute("data-temporary");
    currentTarget.setAttribute("aria-pressed", isTemporary);
    document.getElementById("temporary-says").hidden = !isTemporary;
    const link = document.getElementById("instructions-link"); // whose form makes the conversation, too
    link.search = isTemporary ? "?temporary=true" : "";
  });
}

/** What of a question that begins a conversation says so. */
export function temporaryFields() {
  return main.hasAttribute("data-temporary") ? { temporary: true } : {};
}
