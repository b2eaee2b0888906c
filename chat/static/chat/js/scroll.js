// Keeps the end of the transcript in sight while the reader is there, and leaves them alone where not.

const scroll = document.getElementById("scroll");
const button = document.getElementById("to-end");
const NEAR = 60; // px from the end that still count as being there

let follows = true;

function distance() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
}

/** New text was painted. */
export function textGrew() {
  if (follows) scroll.scrollTop = scroll.scrollHeight;
  else button.hidden = distance() <= NEAR;
}

export function toEnd() {
  follows = true;
  scroll.scrollTop = scroll.scrollHeight;
  button.hidden = true;
}

export function watchScrolling() {
  scroll.addEventListener("scroll", () => {
    follows = distance() <= NEAR;
    button.hidden = follows;
  }, { passive: true });
  scroll.addEventListener("painted", textGrew);
  button.addEventListener("click", toEnd);
  // The box below grew, or the phone's keyboard came: the end stays in sight.
  new ResizeObserver(textGrew).observe(scroll);
  toEnd();
}
