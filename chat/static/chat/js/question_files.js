// The files of a question in the transcript: painted where it was just asked, read where it is asked again.

import { sizeInWords } from "./file_kinds.js";
import { say } from "./texts.js";

/** Show these files above the question's words, as the server's template does. */
export function paintFiles(question, files) {
  const holder = question.querySelector(".attachments");
  holder.hidden = files.length === 0;
  holder.replaceChildren(...files.map(painted));
}

/** The files of a question that the server rendered, without those that are left out. */
export function filesOf(question) {
  return [...question.querySelectorAll("[data-attachment]:not([hidden])")].map(({ dataset }) => ({
    id: dataset.attachment,
    name: dataset.name,
    kind: dataset.kind,
    size: Number(dataset.bytes),
  }));
}

/**
 * While the question is edited, each of its files can be left out, and all but those that were `chosen` are; the
 * function puts all of them back.
 */
export function offerToLeaveOut(question, { chosen = null, onleft }) {
  const items = [...question.querySelectorAll("[data-attachment]")];
  const buttons = items.map((item) => {
    item.hidden = chosen !== null && !chosen.some(({ id }) => id === item.dataset.attachment);
    const button = document.getElementById("leave-out").content.firstElementChild.cloneNode(true);
    button.setAttribute("aria-label", say("remove_file", { name: item.dataset.name }));
    button.addEventListener("click", () => {
      item.hidden = true;
      onleft();
      question.querySelector(".edit textarea").focus();
    });
    item.append(button);
    return button;
  });
  return () => {
    for (const item of items) item.hidden = false;
    for (const button of buttons) button.remove();
  };
}

function painted({ id, name, kind, size }) {
  const template = document.getElementById(kind === "image" ? "new-image" : "new-file");
  const item = template.content.querySelector("li").cloneNode(true);
  const address = `/api/v1/attachments/${id}`;
  Object.assign(item.dataset, { attachment: id, name, kind, bytes: size });
  item.querySelector("a").href = address;
  const image = item.querySelector("img");
  if (image) Object.assign(image, { src: address, alt: name, title: name });
  else {
    item.querySelector(".attachment-name").textContent = name;
    item.querySelector(".attachment-size").textContent = sizeInWords(size);
  }
  return item;
}
