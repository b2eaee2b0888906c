// What a file is and whether it may be attached: looked at before anything is uploaded. The server looks again.

import { say } from "./texts.js";

const composer = document.getElementById("composer");
const HEAD = 4096; // bytes that are looked at

export const limits = {
  files: Number(composer.dataset.maxFiles),
  bytes: Number(composer.dataset.maxBytes),
};

/** image, pdf or text; null for what is none of these. */
export async function kindOf(file) {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const letters = String.fromCharCode(...head.subarray(0, 16));
  if (/^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP)/s.test(letters)) return "image";
  if (/^\s*%PDF-/.test(letters)) return "pdf";
  const hasMark = /^(?:\xff\xfe|\xfe\xff)/.test(letters); // UTF-16, half of which are zeros
  return hasMark || !head.includes(0) ? "text" : null;
}

/** Why this file cannot be attached, as the name of a sentence; empty where it can. `sees`: whether the model reads images. */
export async function refusalOf(file, { sees }) {
  if (file.size === 0) return "file_empty"; // a folder, too
  if (file.size > limits.bytes) return "file_too_large";
  let kind;
  try {
    kind = await kindOf(file);
  } catch {
    return "file_unreadable"; // taken away meanwhile, or a folder
  }
  if (kind === null) return "file_kind";
  if (kind === "image" && sees === false) return "file_unseen";
  return "";
}

/** As the server's pages say it (chat/shown/files.py). */
export function sizeInWords(bytes) {
  const number = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value);
  if (bytes < 1_000_000) return say("kilobytes", { number: number(Math.max(Math.round(bytes / 1000), 1)) });
  return say("megabytes", { number: number(bytes / 1_000_000) });
}
