// Coming from a search: the message is shown, with the words marked in it. No element is added for that.

import { stay } from "./scroll.js";

const LETTER = "[\\p{L}\\p{N}\\p{M}]";
const UNSPACED = "[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}]";
const SHOWN = 2500; // ms that the message is tinted: as long as the animation

/** Show the message that the address names. */
export function showFound() {
  const query = new URLSearchParams(location.search);
  const message = document.getElementById(`message-${query.get("at")}`);
  if (!message) return;
  stay();
  const places = mark(message, query.get("q") ?? "");
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  message.classList.add("found");
  setTimeout(() => message.classList.remove("found"), SHOWN);
  message.scrollIntoView({ block: "start", behavior: "instant" });
  // In a long message the words may be far below its beginning.
  const scroll = document.getElementById("scroll");
  const box = places[0]?.getBoundingClientRect();
  if (box && box.bottom > scroll.getBoundingClientRect().bottom) scroll.scrollTop += box.top - scroll.clientHeight / 3;
}

function mark(message, words) {
  const { text, places } = lettersOf(message.querySelectorAll(".question, .prose"));
  const ranges = patterns(words).flatMap((pattern) => [...text.matchAll(pattern)]).map(({ index, 0: found }) => {
    const range = new Range();
    const [first, last] = [places[index], places[index + found.length - 1]];
    range.setStart(first.node, first.from);
    range.setEnd(last.node, last.to);
    return range;
  });
  if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
  return ranges.sort((one, other) => one.compareBoundaryPoints(Range.START_TO_START, other));
}

// As the server compares: without case, accents and widths. Each letter knows where it stands.
function lettersOf(elements) {
  let text = "";
  const places = [];
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let from = 0;
      for (const character of node.data) {
        const to = from + character.length;
        const folded = fold(character);
        text += folded;
        for (let unit = 0; unit < folded.length; unit += 1) places.push({ node, from, to });
        from = to;
      }
    }
    text += "\n";
    places.push(places.at(-1));
  }
  return { text, places };
}

function fold(text) {
  return text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").normalize("NFC");
}

function patterns(words) {
  return [...words.matchAll(/["“”„]([^"“”„]*)["“”]|(\S+)/g)].flatMap(([, quoted, written]) => {
    const pieces = fold(quoted ?? written).match(new RegExp(`${LETTER}+`, "gu")) ?? [];
    if (!pieces.length) return [];
    const spaced = `(?:(?!${UNSPACED})${LETTER})`;
    const before = new RegExp(`^${UNSPACED}`, "u").test(pieces[0]) ? "" : `(?<!${spaced})`;
    const isOpen = quoted === undefined && (pieces.at(-1).length > 1 || pieces.length > 1);
    const ends = new RegExp(`${UNSPACED}$`, "u").test(pieces.at(-1)) ? "" : isOpen ? `${spaced}*` : `(?!${spaced})`;
    return [new RegExp(before + pieces.join(`(?:(?!${LETTER}).)*`) + ends, "gsu")];
  });
}
