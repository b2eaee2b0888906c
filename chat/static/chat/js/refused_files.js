// Why files were not attached, in words: a sentence for all of them that share a reason.

import { limits, sizeInWords } from "./file_kinds.js";
import { say } from "./texts.js";

const FEW = 3; // names that are said; of more it is said how many

/** `refused`: a {name, reason} for each file, the reason as `refusalOf` says it. */
export function refusedInWords(refused) {
  const named = new Map();
  for (const { name, reason } of refused) named.set(reason, [...(named.get(reason) ?? []), name]);
  return [...named].map(([reason, names]) => sentence(reason, names)).join("\n");
}

function sentence(reason, names) {
  const values = { size: sizeInWords(limits.bytes), count: limits.files };
  if (names.length === 1) return say(reason, { ...values, name: names[0] });
  return say(`${reason}_each`, { ...values, names: inOne(names) });
}

function inOne(names) {
  if (names.length > FEW) return say("number_of_files", { number: names.length });
  return new Intl.ListFormat(document.documentElement.lang).format(names);
}
