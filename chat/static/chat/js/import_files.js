// Which conversations are in the files that somebody chose: exports as they come (zip), and JSON taken out of them.

import { itemsOf } from "./json_items.js";
import { isZip, readZip } from "./zip.js";

const OF_CHATGPT = /(^|\/)conversations(-\d+)?\.json$/; // newer exports have several
const OF_THIS_SITE = /(^|\/)conversations\/.+\.json$/;
const JSON_FILE = /\.json$/i;

/** The JSON files in them, as `{name, stream()}`. */
export async function sourcesIn(files) {
  const sources = [];
  for (const file of files) {
    if (await isZip(file)) sources.push(...wanted(await readZip(file)));
    else sources.push({ name: file.name, stream: async () => file.stream() });
  }
  return sources;
}

// Both kinds of export have other files beside; whoever packed some by hand means them all.
function wanted(entries) {
  const files = entries.filter(({ name }) => JSON_FILE.test(name) && !name.startsWith("__MACOSX/"));
  const known = [OF_CHATGPT, OF_THIS_SITE].map((kind) => files.filter(({ name }) => kind.test(name)));
  const chosen = known.find((some) => some.length) ?? files;
  return chosen.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

/** The source of each conversation. */
export async function* conversationsIn(sources) {
  for (const source of sources) yield* itemsOf(await source.stream());
}
