// A text that grows at its end, measured in code points as the server does. JavaScript's own
// `length` counts a character beyond U+FFFF (an emoji, a rare Chinese character) twice.

const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

function codePoints(text) {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}

export class Transcript {
  text = "";
  length = 0; // code points
  // Where the last look-up ended, in code points and in JavaScript's units: look-ups mostly go forward.
  #mark = { point: 0, unit: 0 };

  /** A client's one rule: cut to the offset, then append. False where a piece before it is missing. */
  put(offset, piece) {
    if (offset > this.length) return false;
    this.cut(offset);
    this.text += piece;
    this.length += codePoints(piece);
    return true;
  }

  /** Whether this piece is there already: what comes again changes nothing. */
  has(offset, piece) {
    return offset < this.length && this.text.startsWith(piece, this.#unitAt(offset));
  }

  cut(length) {
    if (length >= this.length) return;
    this.text = this.text.slice(0, this.#unitAt(length));
    this.length = length;
  }

  /** The text from this code point on. */
  from(point) {
    return this.text.slice(this.#unitAt(point));
  }

  #unitAt(point) {
    let { point: at, unit } = point < this.#mark.point ? { point: 0, unit: 0 } : this.#mark;
    while (at < point && unit < this.text.length) {
      unit += this.text.codePointAt(unit) > 0xffff ? 2 : 1;
      at += 1;
    }
    this.#mark = { point: at, unit };
    return unit;
  }
}
