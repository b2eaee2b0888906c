// Menus in the top layer (popovers): placed beside their button and within the window, and walked
// through by arrow keys. Opening, Esc and a click elsewhere are the browser's own.

const GAP = 4; // px from the button, and the least from the window's edge
const ITEMS = "button, a[href], select";

const openers = new WeakMap(); // menu → the button that opened it last

export function watchPopups() {
  document.addEventListener("beforetoggle", ({ target, newState }) => {
    // Unseen until it is placed; and visible where no script places it.
    if (isPopup(target) && newState === "open") target.style.visibility = "hidden";
  }, { capture: true });
  document.addEventListener("toggle", ({ target }) => {
    if (!isPopup(target)) return;
    const button = openerOf(target);
    const isOpen = target.matches(":popover-open");
    button?.setAttribute("aria-expanded", isOpen);
    if (!isOpen || !button) return;
    place(target, button);
    itemsOf(target)[0]?.focus({ preventScroll: true });
  }, { capture: true });
  document.addEventListener("keydown", walk);
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const menu = target.closest?.(".popup:popover-open");
    if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.hidePopover();
  });
  addEventListener("resize", closePopups);
  document.addEventListener("scroll", keepBeside, { capture: true, passive: true }); // text that grows scrolls too
}

/** Open a menu that several buttons share, beside this one. */
export function openPopup(menu, button) {
  openers.set(menu, button);
  menu.showPopover();
}

export function closePopups() {
  for (const menu of document.querySelectorAll(".popup:popover-open")) menu.hidePopover();
}

/** The button that a menu belongs to now. */
export function openerOf(menu) {
  return openers.get(menu) ?? document.querySelector(`[popovertarget="${menu.id}"]`);
}

function isPopup(target) {
  return target instanceof Element && target.matches(".popup");
}

function itemsOf(menu) {
  return [...menu.querySelectorAll(ITEMS)].filter((item) => !item.disabled && item.getClientRects().length > 0);
}

// Below the button and along its end, else above it; never beyond the window's edge.
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isRightToLeft = getComputedStyle(menu).direction === "rtl";
  const left = isRightToLeft ? at.left : at.right - width;
  const below = at.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : at.top - GAP - height;
  menu.style.left = `${between(GAP, left, innerWidth - width - GAP)}px`;
  menu.style.top = `${between(GAP, top, innerHeight - height - GAP)}px`;
  menu.style.visibility = "";
}

function keepBeside({ target }) {
  for (const menu of document.querySelectorAll(".popup:popover-open")) {
    const button = openerOf(menu);
    if (!button || !target.contains(button)) continue;
    const { top, bottom } = button.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) menu.hidePopover();
    else place(menu, button);
  }
}

function between(least, value, most) {
  return Math.max(least, Math.min(value, most));
}

function walk(event) {
  const menu = event.target.closest?.(".popup:popover-open");
  if (!menu || event.target.matches("textarea, input, select")) return;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
