// The ways of a file to the question: picked, pasted, or dropped anywhere on the page.

import { limits } from "./file_kinds.js";
import { say } from "./texts.js";

const LONG = 8000; // characters: a pasted text from there on is a file, out of the way of the question

export function watchGivenFiles(attachments) {
  if (!limits.files) return;
  watchPicks(attachments);
  watchPastes(attachments);
  watchDrops(attachments);
}

function watchPicks(attachments) {
  const picker = document.getElementById("files");
  document.getElementById("attach").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    attachments.add([...picker.files]);
    picker.value = ""; // the same file may be picked again
  });
}

function watchPastes(attachments) {
  const box = document.getElementById("box");
  document.addEventListener("paste", (event) => {
    const { target, clipboardData } = event;
    if (target !== box && target.closest("input, textarea, select, dialog")) return;
    const files = [...clipboardData.files];
    const text = clipboardData.getData("text/plain");
    // A table of a spreadsheet comes as a text and as its picture: the text is meant. Beside a copied
    // file some systems put its name.
    if (files.length && (!text.trim() || files.some(({ name }) => text.includes(name)))) {
      event.preventDefault();
      attachments.add(files);
    } else if (target === box && text.length > LONG && attachments.hasRoom) {
      event.preventDefault();
      const file = new File([text], `${say("pasted_text")}.txt`, { type: "text/plain" });
      attachments.add([file], { pasted: text });
    }
  });
}

function watchDrops(attachments) {
  const zone = document.getElementById("drop-zone");
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") && !document.querySelector("dialog[open]");
  addEventListener("dragenter", (event) => {
    if (holdsFiles(event)) zone.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the browser would leave the page for the file
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.hidden = true; // out of the window
  });
  addEventListener("drop", (event) => {
    zone.hidden = true;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    attachments.add([...event.dataTransfer.files]);
  });
}
