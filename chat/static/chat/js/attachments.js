// The files of the question that is being written: a chip for each, uploaded at once, part of the draft.

import { Refused, call } from "./api.js";
import { draftFilesOf, keepDraftFiles } from "./drafts.js";
import { limits, refusalOf, sizeInWords } from "./file_kinds.js";
import { chosenModelName, chosenModelSees } from "./models.js";
import { refusedInWords } from "./refused_files.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";
import { upload } from "./upload.js";

const list = document.getElementById("chips");
const template = document.getElementById("chip");
const announcer = document.getElementById("announcer");

export class Attachments {
  #items = []; // {file, described, refused, giveUp, chip, uploading}
  #draftOf = "";
  #composer;

  constructor(composer) {
    this.#composer = composer;
    list.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-chip]");
      const item = button && this.#items.find(({ chip }) => chip.contains(button));
      if (!item) return;
      if (button.dataset.chip === "remove") this.#remove(item);
      if (button.dataset.chip === "retry") this.#upload(item);
      if (button.dataset.chip === "unfold") this.#unfold(item);
    });
    document.getElementById("model").addEventListener("change", () => {
      if (this.#items.length) composer.trouble(this.obstacle ? { message: this.obstacle } : null);
    });
    addEventListener("online", () => {
      for (const item of this.#items) if (item.refused?.passing) this.#upload(item);
    });
  }

  /** Whether another file may be attached. */
  get hasRoom() {
    return this.#items.length < limits.files;
  }

  /** Take these files, and say of the others why not. `pasted`: the text that a file was made of. */
  async add(files, { pasted = null } = {}) {
    const refused = [];
    for (const file of files) {
      const reason = (await refusalOf(file, { sees: chosenModelSees() })) || (this.hasRoom ? "" : "too_many_files");
      if (reason) refused.push({ name: file.name, reason });
      else this.#upload(this.#seat({ file, pasted }));
    }
    this.#composer.trouble(refused.length ? { message: refusedInWords(refused) } : null);
  }

  /** Which conversation's draft this is; files that are there already go along. */
  async open(conversation) {
    if (this.#items.length && conversation !== this.#draftOf) keepDraftFiles(this.#draftOf, []);
    this.#draftOf = conversation;
    const kept = draftFilesOf(conversation);
    if (this.#items.length || !kept.length) return this.#changed();
    this.put(kept);
    await this.#forgetExpired();
  }

  /** These files, which the server has, in place of what is there. */
  put(described) {
    this.clear();
    for (const file of described) this.#seat({ described: file });
    this.#changed();
  }

  clear() {
    for (const { chip } of this.#items) chip.remove();
    this.#items = [];
    this.#changed();
  }

  /** When nothing is on its way any more. */
  async settled() {
    while (this.isUploading) await Promise.allSettled(this.#items.map(({ uploading }) => uploading));
  }

  get isUploading() {
    return this.#items.some(({ uploading }) => uploading);
  }

  /** Why the question cannot be asked with these files; empty where it can. */
  get obstacle() {
    const failed = this.#items.find(({ refused }) => refused);
    if (failed) return say("file_not_uploaded", { name: failed.file.name });
    const image = this.#items.find(({ described }) => described?.kind === "image");
    if (image && chosenModelSees() === false) return this.#unseen(image);
    return "";
  }

  /** What goes with the question, as the server described it. */
  get described() {
    return this.#items.map(({ described }) => described).filter(Boolean);
  }

  #unseen({ described }) {
    return say("image_unseen", { name: described.name, model: chosenModelName() });
  }

  #seat(item) {
    const chip = template.content.firstElementChild.cloneNode(true);
    const seated = { file: null, described: null, refused: null, uploading: null, pasted: null, ...item, chip };
    this.#items.push(seated);
    list.append(chip);
    this.#paint(seated);
    return seated;
  }

  #upload(item) {
    item.refused = null;
    item.giveUp = new AbortController();
    item.uploading = this.#take(item).finally(() => {
      item.uploading = null;
      this.#paint(item);
      this.#changed();
    });
    this.#paint(item);
    this.#changed();
  }

  async #take(item) {
    const progress = item.chip.querySelector("progress");
    try {
      item.described = await upload(item.file, {
        signal: item.giveUp.signal,
        onprogress: (part) => (progress.value = part),
      });
      announcer.textContent = say("attached", { name: item.file.name });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      item.refused = error;
      if (this.#items.includes(item)) announcer.textContent = error.message;
    }
  }

  #remove(item) {
    const place = this.#items.indexOf(item);
    this.#items.splice(place, 1);
    item.chip.remove();
    item.giveUp?.abort();
    // Whether or not this arrives: what was not sent goes after a day.
    if (item.described) call(`attachments/${item.described.id}`, { method: "DELETE" }).catch(() => {});
    this.#changed();
    this.#composer.trouble(null);
    const next = this.#items[Math.min(place, this.#items.length - 1)];
    if (next) next.chip.querySelector('[data-chip="remove"]').focus();
    else this.#composer.focus();
  }

  /** A pasted text goes into the box after all. */
  #unfold(item) {
    this.#remove(item);
    this.#composer.insert(item.pasted);
  }

  /** Files that waited for longer than a day are not there any more. Offline nobody knows. */
  async #forgetExpired() {
    const unsent = await call("attachments").catch(() => null);
    if (!unsent) return;
    const there = new Set(unsent.results.map(({ id }) => id));
    for (const item of [...this.#items]) {
      if (!item.described || there.has(item.described.id)) continue;
      toast(say("file_expired", { name: item.described.name }));
      this.#items.splice(this.#items.indexOf(item), 1);
      item.chip.remove();
    }
    this.#changed();
  }

  #paint({ chip, file, described, refused, uploading, pasted }) {
    const known = described ?? file;
    const part = (name) => chip.querySelector(name);
    chip.classList.toggle("failed", Boolean(refused));
    part(".chip-name").textContent = known.name;
    part(".chip-name").title = known.name;
    part(".chip-note").textContent = refused ? refused.message : sizeInWords(known.size);
    part("progress").hidden = !uploading;
    part("progress").setAttribute("aria-label", known.name);
    part('[data-chip="retry"]').hidden = !refused?.passing;
    part('[data-chip="unfold"]').hidden = pasted === null;
    part('[data-chip="remove"]').setAttribute("aria-label", say("remove_file", { name: known.name }));
    const isImage = described?.kind === "image";
    part("img").hidden = !isImage;
    part(".icon").toggleAttribute("hidden", isImage);
    if (isImage) part("img").src = `/api/v1/attachments/${described.id}`;
  }

  #changed() {
    list.hidden = this.#items.length === 0;
    keepDraftFiles(this.#draftOf, this.described);
    this.#composer.filesChanged();
  }
}
