// The page's sentences, in the reader's language: they come with the page as JSON.

const texts = JSON.parse(document.getElementById("texts").textContent);

export function knows(name) {
  return name in texts;
}

export function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
