// A button with data-passkey makes a passkey ("create") or uses one ("get"): what the browser
// answers goes into the form's field `credential`, and the form is sent.

import { say } from "./toast.js";

// Neither an address without a name nor one without HTTPS has passkeys; localhost does.
const NUMERIC = /^\[|^[\d.]+$/;
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON && !NUMERIC.test(location.hostname)) {
  document.documentElement.dataset.passkeys = "";
}

const EXPLAINED = {
  NotAllowedError: "No passkey was used. Try again, or go another way.",
  InvalidStateError: "This device has a passkey of yours for this site already.",
};

/** The options that stand in the page as JSON, or else those that an address gives. */
async function optionsOf({ options, challenge }) {
  if (options) return JSON.parse(document.getElementById(options).textContent);
  const answer = await fetch(challenge, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} instead of a challenge`);
  return answer.json();
}

async function use(button) {
  const { creation_options: made, request_options: asked } = await optionsOf(button.dataset);
  if (asked) return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey) });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(made.publicKey);
  // One that the device finds by itself also signs in; an old key without room for it still proves.
  Object.assign(publicKey.authenticatorSelection, { residentKey: "preferred", requireResidentKey: false });
  return navigator.credentials.create({ publicKey });
}

async function press(button) {
  const { form } = button;
  // The passkey goes in place of the password, which is then neither missed nor sent.
  const password = form.elements.namedItem("password");
  try {
    if (password) password.disabled = true;
    if (!form.reportValidity()) return;
    form.elements.namedItem("credential").value = JSON.stringify(await use(button));
    form.requestSubmit();
  } catch (error) {
    say(EXPLAINED[error.name] ?? "The passkey could not be used. Reload the page and try again.", "fail");
  } finally {
    if (password) password.disabled = false;
  }
}

let pressed = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-passkey]");
  if (!button) return;
  event.preventDefault();
  if (pressed) return;
  pressed = true;
  await press(button);
  pressed = false;
});
