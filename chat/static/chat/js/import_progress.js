// How far an import is: a bar with numbers, what could not be read and why, and what came of it all.

import { say } from "./texts.js";

const SHOWN = 200; // of what could not be read; the rest is counted

export class ImportProgress {
  oncancel = () => {};
  #again = null;

  constructor(element) {
    this.element = element;
    for (const name of ["bar", "numbers", "warning", "again", "cancel", "failures", "result", "done"]) {
      this[name] = element.querySelector(`[data-part="${name}"]`);
    }
    this.cancel.addEventListener("click", () => {
      this.oncancel();
      this.#again?.();
    });
    this.again.addEventListener("click", () => this.#again?.());
  }

  begin() {
    this.counts = { imported: 0, known: 0, failed: 0 };
    this.total = null;
    this.element.hidden = false;
    this.failures.replaceChildren();
    this.failures.hidden = true;
    this.result.textContent = "";
    this.done.hidden = true;
    this.cancel.hidden = false;
    this.bar.hidden = this.numbers.hidden = false;
    this.bar.removeAttribute("value"); // how much it will be is not known yet
    this.numbers.textContent = say("import_reading");
    this.cancel.focus({ preventScroll: true });
    this.trouble("");
  }

  counting(number) {
    this.numbers.textContent = say("import_counting", { number });
  }

  of(total) {
    this.total = total;
    this.bar.max = Math.max(total, 1);
    this.#show();
  }

  took(outcomes) {
    for (const outcome of outcomes) {
      this.counts[outcome.status] += 1;
      if (outcome.status === "failed") this.#failed(outcome);
    }
    this.#show();
  }

  trouble(text) {
    this.warning.textContent = text;
    this.warning.hidden = !text;
  }

  /** Resolves when somebody wants another try, or cancels. */
  askAgain() {
    this.again.hidden = false;
    this.again.focus();
    return new Promise((resolve) => {
      this.#again = () => {
        this.again.hidden = true;
        this.#again = null;
        resolve();
      };
    });
  }

  /** `why` it ended early; nothing where it went through. */
  end(why = "") {
    const { imported, known, failed } = this.counts;
    const nothing = !why && this.total === 0;
    const sentences = [why, nothing ? say("import_nothing") : say("import_result", { imported })];
    if (known) sentences.push(say("import_result_known", { known }));
    if (failed) sentences.push(say("import_result_failed", { failed }));
    if (why && this.total === null) sentences.length = 1;
    this.trouble("");
    this.result.textContent = sentences.filter(Boolean).join(" ");
    this.cancel.hidden = this.again.hidden = true;
    this.bar.hidden = this.total === null || nothing;
    this.numbers.hidden = this.total === null || nothing;
    this.done.hidden = imported === 0;
    this.result.focus();
  }

  #show() {
    const { imported, known, failed } = this.counts;
    const through = imported + known + failed;
    this.bar.value = through;
    this.numbers.textContent = say("import_numbers", { through, total: this.total, known, failed });
  }

  #failed({ title, reason }) {
    this.failures.hidden = false;
    if (this.counts.failed > SHOWN) return;
    const item = document.createElement("li");
    const name = document.createElement("b");
    name.dir = "auto";
    name.textContent = title;
    item.append(name, ` ${reason}`);
    this.failures.append(item);
  }
}
