// A phone's keyboard must not cover the box. Browsers that shrink the page for it (`interactive-widget`) need
// nothing; the others tell by the visual viewport what of the page can still be seen.

const COVERED = 100; // px: less is the browser's own bar

export function watchKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const frame = document.documentElement;
  const fit = () => {
    const isCovered = view.scale === 1 && innerHeight - view.height > COVERED;
    frame.classList.toggle("keyboard", isCovered);
    if (!isCovered) return frame.style.removeProperty("--visible");
    frame.style.setProperty("--visible", `${view.height}px`);
    scrollTo(0, 0); // the browser moved the page up to show the box, which now shows by itself
  };
  view.addEventListener("resize", fit);
}
