// The model picker: what the user may use, filled once the page is there.

import { call } from "./api.js";
import { ofSite } from "./storage.js";

const select = document.getElementById("model");

let offered = [];

const SOON = 2000; // ms. A server that just started has no list yet and does not wait for one

/** Offer the models; the conversation's own is chosen, else the last one picked here, else the default. */
export async function offerModels(ofConversation) {
  const { results } = await call("models");
  if (results.length === 0) return setTimeout(() => offerModels(ofConversation).catch(() => {}), SOON);
  offered = results;
  select.replaceChildren(...results.map(({ id, name }) => new Option(name || id, id)));
  const ids = results.map(({ id }) => id);
  const wanted = [ofConversation, ofSite.get("model"), results.find((model) => model.default)?.id];
  select.value = wanted.find((id) => ids.includes(id)) ?? ids[0];
  select.hidden = false;
  select.addEventListener("change", () => ofSite.set("model", select.value));
}

/** What can be picked, as `{id, name}`. */
export function modelsOffered() {
  return [...select.options].map(({ value, text }) => ({ id: value, name: text }));
}

/** The chosen model's id; undefined, which is the server's choice, while the list is not there. */
export function chosenModel() {
  return select.value || undefined;
}

export function chosenModelName() {
  return select.selectedOptions[0]?.textContent ?? "";
}

/** Whether the chosen model reads images; undefined while the list is not there: the server knows. */
export function chosenModelSees() {
  return offered.find(({ id }) => id === select.value)?.vision;
}
