// One file on its way to the server, with its progress: `fetch` tells of none, so an XMLHttpRequest it is.

import { csrfToken, refusalIn, Refused } from "./api.js";
import { pageOf } from "./page_of.js";
import { knows, say } from "./texts.js";

const PATIENCE = 60_000; // ms without an answer after the last byte: a long PDF takes 30 s

/** The file as the server describes it. Raises `Refused`; `signal` gives up. */
export function upload(file, { onprogress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let patience;
    const fail = () => reject(new Refused(say("unreachable"), { status: 0, passing: true }));
    request.open("POST", `/api/v1/attachments?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Page-Of", pageOf());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => onprogress(total ? loaded / total : 0));
    request.upload.addEventListener("load", () => {
      patience = setTimeout(() => request.abort(), PATIENCE);
    });
    request.addEventListener("load", () => {
      const body = parsed(request.responseText);
      if (request.status === 201 && body) resolve(body);
      else reject(refusalIn(request.status, ofFile(body?.error), request.getResponseHeader("Retry-After")));
    });
    request.addEventListener("error", fail);
    request.addEventListener("abort", fail);
    request.addEventListener("loadend", () => clearTimeout(patience));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

// Of some refusals a file has words of its own.
function ofFile(error) {
  const name = `upload_${error?.code}`;
  return knows(name) ? { message: say(name) } : error;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a page of a proxy
  }
}
