// The search box: left downwards into what was found, cleared by Esc.

const box = document.getElementById("search-words");
const list = document.getElementById("conversations");
const links = ".hit a, .conversation > a, .more a";

export function watchSearch() {
  keepZone();
  // Before anything else hears of it: Esc also stops replies.
  document.addEventListener("keydown", onKey, { capture: true });
  list.addEventListener("htmx:afterSettle", () => {
    // The first: what a further page brings is not said again.
    document.getElementById("search-status").textContent = list.querySelector("[data-found]")?.textContent ?? "";
    const archived = document.getElementById("search-archived").checked;
    list.dataset.archived = archived;
  });
}

export function openSearch() {
  const sidebar = document.getElementById("sidebar");
  document.querySelector(".frame").classList.remove("wide"); // the list may be hidden
  if (!box.checkVisibility()) sidebar.showPopover(); // on a phone
  box.select();
  box.focus();
}

function onKey(event) {
  if (event.target === box && event.key === "Escape" && box.value) {
    event.preventDefault();
    event.stopImmediatePropagation();
    box.value = "";
    htmx.trigger("#search", "refresh");
  } else if (event.target === box && event.key === "ArrowDown") {
    walk(event, 0);
  } else if (event.target.matches?.(`#conversations :is(${links})`)) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) walk(event, [...list.querySelectorAll(links)].indexOf(event.target) + step);
  }
}

function walk(event, number) {
  event.preventDefault();
  if (number < 0) return box.focus();
  list.querySelectorAll(links)[number]?.focus();
}

/** Days begin at the reader's midnight, which the server groups by. */
function keepZone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (!timeZone || document.cookie.includes(`zone=${timeZone}`)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax${secure}`;
  htmx.trigger("#search", "refresh");
}
