// Finds calls, frames and values on the page by their words, and says in the index where the reader is.

import { say } from "./texts.js";

export function find() {
  const box = document.getElementById("find");
  const sections = [...document.querySelectorAll("[data-find]")].map((section) => ({
    section,
    words: section.textContent.toLowerCase(),
    links: document.querySelectorAll(`.index a[href="#${section.id}"]`),
  }));

  function look() {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { section, words, links } of sections) {
      const isFound = wanted.every((word) => words.includes(word));
      count += isFound;
      section.hidden = !isFound;
      links.forEach((link) => (link.parentElement.hidden = !isFound));
    }
    hideEmptyGroups();
    document.getElementById("found").textContent = wanted.length ? say("found", { count }) : "";
    document.getElementById("nothing").hidden = count > 0;
  }

  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      goTo(sections.find(({ section }) => !section.hidden)?.section);
    } else if (event.key === "Escape") {
      box.value = "";
      look();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isWriting = event.target.closest("input, textarea, select");
    if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
  });
  // On a phone the index would stand before everything else.
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".index details").open = false;
  markTheCurrent(sections);
}

/** As its link in the index does, and the keyboard goes on from there. */
function goTo(section) {
  if (!section) return;
  location.hash = section.id;
  section.querySelector("h3 a").focus({ preventScroll: true });
}

function hideEmptyGroups() {
  for (const list of document.querySelectorAll(".index ul")) {
    const isEmpty = [...list.children].every((item) => item.hidden);
    list.hidden = isEmpty;
    list.previousElementSibling.hidden = isEmpty;
  }
  for (const heading of document.querySelectorAll("main .group")) {
    const of = [];
    for (let at = heading.nextElementSibling; at && !at.matches(".group"); at = at.nextElementSibling) of.push(at);
    const found = of.filter((element) => element.matches("[data-find]"));
    heading.hidden = found.length > 0 && found.every((element) => element.hidden);
  }
}

/** The topmost section in sight is the one that the index marks. */
function markTheCurrent(sections) {
  const inSight = new Set();
  let marked = [];
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(target);
      else inSight.delete(target);
    }
    const current = sections.find(({ section }) => inSight.has(section));
    marked.forEach((link) => link.removeAttribute("aria-current"));
    marked = current ? [...current.links] : [];
    marked.forEach((link) => link.setAttribute("aria-current", "true"));
  });
  sections.forEach(({ section }) => observer.observe(section));
}
