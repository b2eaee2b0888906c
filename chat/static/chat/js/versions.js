// Going to another version of a message: it stays where the one before was, and the arrows keep the focus.

const scroll = document.getElementById("scroll");

let left = null; // of the message that is left: its parent, and where it stood

export function watchVersions() {
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const message = detail.requestConfig.elt.closest?.(".siblings")?.closest(".message");
    left = message && { parent: message.dataset.parent, top: message.getBoundingClientRect().top };
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id !== "transcript" || !left) return;
    const message = document.querySelector(`#transcript .message[data-parent="${CSS.escape(left.parent)}"]`);
    if (message) scroll.scrollTop += message.getBoundingClientRect().top - left.top;
    message?.querySelector(".siblings button:enabled")?.focus({ preventScroll: true });
    left = null;
  });
}
