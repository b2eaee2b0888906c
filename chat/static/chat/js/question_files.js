// The files of a question in the transcript: painted where it was just asked, read where it is asked again.

import { sizeInWords } from "./file_kinds.js";

/** Show these files above the question's words, as the server's template does. */
export function paintFiles(question, files) {
  const holder = question.querySelector(".attachments");
  holder.hidden = files.length === 0;
  holder.replaceChildren(...files.map(painted));
}

/** The files of a question that the server rendered. */
export function filesOf(question) {
  return [...question.querySelectorAll("[data-attachment]")].map(({ dataset }) => ({
    id: dataset.attachment,
    name: dataset.name,
    kind: dataset.kind,
    size: Number(dataset.bytes),
  }));
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
