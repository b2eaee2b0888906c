// Reads a zip file in the browser: its directory, and one file in it at a time, as a stream. Nothing is unpacked whole.
// Format: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5. No encryption, no compression but deflate: no export has them.

const END = 0x06054b50; // end of central directory
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LONGEST = 22 + 0xffff; // bytes: the record, and the comment behind it
const FULL = 0xffffffff; // "see the 64-bit field"
const DIRECTORY_MOST = 64 * 1024 * 1024; // bytes: half a million files

export class NoZip extends Error {}

/** Whether these are the first bytes of a zip file. */
export async function isZip(blob) {
  if (blob.size < 22) return false;
  const first = (await view(blob, 0, 4)).getUint32(0, true);
  return first === LOCAL || first === END;
}

/** Its files, as `{name, size, stream()}`. Raises `NoZip` where it cannot be read. */
export async function readZip(blob) {
  try {
    return await readEntries(blob, await findDirectory(blob));
  } catch (error) {
    throw error instanceof RangeError ? new NoZip("cut off") : error; // a view was read beyond its end
  }
}

async function findDirectory(blob) {
  const start = Math.max(0, blob.size - END_LONGEST);
  const tail = await view(blob, start, blob.size);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1;
  if (at < 0) throw new NoZip("no directory");
  const found = { count: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  if (found.count !== 0xffff && found.size !== FULL && found.offset !== FULL) return found;
  if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR_64) throw new NoZip("no directory");
  const place = Number(tail.getBigUint64(at - 20 + 8, true));
  const end = await view(blob, place, place + 56);
  if (end.getUint32(0, true) !== END_64) throw new NoZip("no directory");
  return { count: Number(end.getBigUint64(32, true)), size: Number(end.getBigUint64(40, true)), offset: Number(end.getBigUint64(48, true)) };
}

async function readEntries(blob, { count, size, offset }) {
  if (size > DIRECTORY_MOST) throw new NoZip("too many files");
  const directory = await view(blob, offset, offset + size);
  const entries = [];
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    if (directory.getUint32(at, true) !== ENTRY) throw new NoZip("broken directory");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => directory.getUint16(at + place, true));
    const entry = {
      encrypted: (directory.getUint16(at + 8, true) & 1) === 1,
      method: directory.getUint16(at + 10, true),
      packed: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      offset: directory.getUint32(at + 42, true),
    };
    entry.name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameLength));
    widen(entry, directory, at + 46 + nameLength, extraLength);
    entries.push({ name: entry.name, size: entry.size, stream: () => open(blob, entry) });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** What does not fit into 32 bits stands in an extra field, in this order, and only that. */
function widen(entry, directory, start, length) {
  let at = start;
  while (at + 4 <= start + length) {
    const [kind, size] = [directory.getUint16(at, true), directory.getUint16(at + 2, true)];
    let place = at + 4;
    if (kind === 1) {
      for (const name of ["size", "packed", "offset"]) {
        if (entry[name] !== FULL) continue;
        entry[name] = Number(directory.getBigUint64(place, true));
        place += 8;
      }
    }
    at += 4 + size;
  }
}

async function open(blob, entry) {
  if (entry.encrypted) throw new NoZip("encrypted");
  const local = await view(blob, entry.offset, entry.offset + 30);
  if (local.byteLength < 30 || local.getUint32(0, true) !== LOCAL) throw new NoZip("broken file");
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const bytes = blob.slice(start, start + entry.packed).stream();
  if (entry.method === 0) return bytes;
  if (entry.method !== 8) throw new NoZip("unknown compression");
  return bytes.pipeThrough(new DecompressionStream("deflate-raw"));
}

async function view(blob, from, to) {
  return new DataView(await blob.slice(from, to).arrayBuffer());
}
