// The page "Import": reads the chosen files here, in the browser, and sends what is in them piece by piece.

import { watchHouse } from "./house.js";
import { NoJson } from "./json_items.js";
import { conversationsIn, sourcesIn } from "./import_files.js";
import { ImportProgress } from "./import_progress.js";
import { Cancelled, Sender } from "./import_sender.js";
import { say } from "./texts.js";
import { NoZip } from "./zip.js";

const field = document.getElementById("import-files");
const place = document.getElementById("import-place");
const progress = new ImportProgress(document.getElementById("import-progress"));
const mostBytes = Number(document.getElementById("import").dataset.mostBytes);
let running = null; // what stops it

watchHouse();

field.addEventListener("change", () => run([...field.files]));
for (const kind of ["dragover", "dragenter"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault(); // else the browser leaves the page for the file
    place.classList.toggle("over", place.contains(event.target));
  });
}
document.addEventListener("dragleave", () => place.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  place.classList.remove("over");
  run([...event.dataTransfer.files]);
});
progress.oncancel = () => running?.abort();
addEventListener("beforeunload", (event) => running && event.preventDefault());

async function run(files) {
  if (running || files.length === 0) return;
  running = new AbortController();
  const { signal } = running;
  place.hidden = true;
  progress.begin();
  try {
    const sources = await sourcesIn(files);
    progress.of(await count(sources, signal));
    const sender = new Sender({
      signal,
      mostBytes,
      onoutcomes: (outcomes) => progress.took(outcomes),
      ontrouble: (text) => progress.trouble(text),
      askagain: () => progress.askAgain(),
    });
    for await (const conversation of conversationsIn(sources)) await sender.add(conversation);
    await sender.flush();
    progress.end();
  } catch (error) {
    if (!(error instanceof Cancelled)) console.error(error);
    progress.end(sentence(error));
  } finally {
    running = null;
    field.value = ""; // the same file again is a change, too
    place.hidden = false;
    htmx.ajax("GET", "/conversations/", "#conversations"); // its first page, whatever came
  }
}

// Once through the files, so that there is a number to count to. The text itself is not kept.
async function count(sources, signal) {
  let number = 0;
  for await (const _ of conversationsIn(sources)) {
    if (signal.aborted) throw new Cancelled();
    number += 1;
    if (number % 20 === 0) progress.counting(number);
  }
  return number;
}

function sentence(error) {
  if (error instanceof Cancelled) return say("import_cancelled");
  if (error instanceof NoJson) return say("import_no_json");
  // A broken stream of a zip file is a TypeError.
  if (error instanceof NoZip || error instanceof TypeError) return say("import_no_zip");
  return error.message;
}
