// Forms that a passkey fills in: one is made, or signs. They stay hidden where the browser has none.

const canSign = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function"; // on https alone

async function options(form) {
  if (!form.dataset.ask) return JSON.parse(form.querySelector("#passkey-options").textContent);
  const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function credential(form) {
  const { publicKey } = await options(form);
  if ("create" in form.dataset)
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

async function fillIn(event) {
  const form = event.currentTarget;
  if (form.elements.credential.value) return;
  event.preventDefault();
  const failed = form.querySelector("[data-failed]");
  failed.textContent = "";
  try {
    form.elements.credential.value = JSON.stringify(await credential(form));
    form.requestSubmit();
  } catch {
    failed.textContent = failed.dataset.failed; // cancelled, too late, or none that fits
  }
}

for (const form of document.querySelectorAll("form.passkey")) {
  if (!canSign) continue;
  form.hidden = false;
  form.addEventListener("submit", fillIn);
}
