// What the Markdown block that is still being written will look like: its kind by its first line, and its
// inline marks. Only what is cheap and certain; the server renders the block when it is closed. Pure.

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})[ \t]*([^\s`]*)/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const ITEM = /^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(?:\[([ xX])\][ \t]+)?(.*)$/;
const QUOTE = /^ {0,3}>[ \t]?/;
const ROW = /^ {0,3}\|.*\|/;
const RULE = /^[ \t|:-]+$/;
const SOURCE = /^(?: {4}|\t| {0,3}(?:\$\$|\\\[|<))/; // display math, HTML and indented code
const UNDECIDED = /^ {0,3}(?:#{1,6}|[-*+]{1,3}|`{1,2}|~{1,2}|\d{1,9}[.)]|\||\\|\$)?[ \t]*$/;

/** The kind of a block that begins with this line; "" while it may be several. */
export function kindOf(line) {
  if (FENCE.test(line)) return "code";
  if (UNDECIDED.test(line)) return "";
  if (HEADING.test(line)) return "heading";
  if (ITEM.test(line)) return "list";
  if (QUOTE.test(line)) return "quote";
  if (ROW.test(line)) return "table";
  return SOURCE.test(line) ? "source" : "text";
}

export function fenceOf(line) {
  const [, marks, language] = FENCE.exec(line);
  return { marks, language };
}

/** Null for a line that is no heading. */
export function headingOf(line) {
  const found = HEADING.exec(line);
  return found && { level: found[1].length, text: found[2] };
}

/** An item of a list: how deep it is, its marker, whether it is a task that is done, its text. Null for other lines. */
export function itemOf(line) {
  const found = ITEM.exec(line);
  if (!found) return null;
  const [, indent, marker, task, text] = found;
  const depth = Math.min(Math.floor(indent.replaceAll("\t", "    ").length / 2), 6);
  return { depth, marker: task ? (task === " " ? "☐" : "☑") : marker.length > 1 ? marker : "•", text };
}

export function quoted(line) {
  return line.replace(QUOTE, "");
}

/** The cells of a row of a table; null for the line of dashes below its head. */
export function cellsOf(line) {
  if (line.includes("-") && RULE.test(line)) return null;
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const LONGEST = 5000; // characters, above which a piece is not searched for marks
const MARK = /`+|\*\*|\*|~~|\\\([^\n]*?\\\)|\$\$[^\n$]+\$\$|\\[!-'*-/:-@^-`{-~]|!?\[([^[\]\n]*)\]\([^()\s]*\)/g;
const STYLES = { "**": "strong", "*": "em", "~~": "del" };
const UNFINISHED = /(?:[*~`]+|!?\[([^[\]\n]*)(?:\](?:\([^()\s]*)?)?)$/;

/**
 * Pieces of text with the names of their styles, and up to where they will not change any more.
 * `grows`: the text goes on, so a mark that is not closed yet counts, and one that is half there is not shown.
 */
export function inline(text, { grows = false } = {}) {
  if (text.length > LONGEST) return { pieces: [{ text, styles: [] }], safe: text.length };
  const pieces = [];
  const open = new Set();
  let at = 0;
  let safe = 0;
  let end = text.length;
  let label = "";
  const unfinished = grows && UNFINISHED.exec(text);
  if (unfinished) {
    end = unfinished.index;
    label = unfinished[1] ?? "";
  }
  const say = (piece, ...styles) => piece && pieces.push({ text: piece, styles: [...open, ...styles] });
  const plain = (upto) => {
    say(text.slice(at, upto));
    const space = text.lastIndexOf(" ", upto - 1);
    if (open.size === 0 && space >= at) safe = space + 1;
  };
  for (const { 0: mark, 1: link, index } of text.slice(0, end).matchAll(MARK)) {
    if (index < at) continue; // inside of code
    if (mark[0] === "`") {
      const close = closing(text, mark, index + mark.length);
      if (close < 0 && !grows) continue;
      plain(index);
      say(text.slice(index + mark.length, close < 0 ? end : close), "code");
      at = close < 0 ? end : close + mark.length;
      if (close < 0) return { pieces, safe };
    } else if (link !== undefined) {
      plain(index);
      say(link, "link");
      at = index + mark.length;
    } else if (mark.startsWith("\\(") || mark.startsWith("$$")) {
      plain(index);
      say(mark, "code");
      at = index + mark.length;
    } else if (mark[0] === "\\") {
      plain(index);
      say(mark[1]);
      at = index + 2;
    } else if (toggles(text, mark, index, open, grows)) {
      plain(index);
      const style = STYLES[mark];
      if (!open.delete(style)) open.add(style);
      at = index + mark.length;
    }
  }
  plain(end);
  say(label);
  return { pieces, safe };
}

function toggles(text, mark, index, open, grows) {
  const before = text[index - 1] ?? " ";
  const after = text[index + mark.length] ?? " ";
  if (open.has(STYLES[mark])) return /\S/.test(before);
  if (/\s/.test(after) || (mark === "*" && /\w/.test(before))) return false;
  return grows || text.indexOf(mark, index + mark.length + 1) > 0;
}

function closing(text, run, from) {
  for (let at = text.indexOf(run, from); at >= 0; at = text.indexOf(run, at + 1)) {
    if (text[at - 1] !== "`" && text[at + run.length] !== "`") return at;
  }
  return -1;
}
