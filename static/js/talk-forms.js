// Forms of #talk are sent without leaving the room, and so are those of its dialog.

import { calmly, clear, counterpart, merge } from "./merge.js";
import { say } from "./toast.js";

const UNREACHED = "The server cannot be reached. Nothing was saved: check your connection and try again.";
const LATE = "The server did not answer in time. Look whether it was saved, and try again in a moment.";
const NOT_TAKEN = "What you sent about the point before was not taken. Go back to it and try again.";
const IN_TIME_MS = 60_000;

export function startTalkForms() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.note-form")) event.preventDefault();
    if (!event.target.matches("form[data-talk]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("a[data-talk-dialog]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openDialog(opener);
  });
}

async function ask(address, options) {
  try {
    const headers = { "HX-Request": "true" };
    const response = await fetch(address, { ...options, headers, signal: AbortSignal.timeout(IN_TIME_MS) });
    const elsewhere = response.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    const html = elsewhere ? "" : await response.text();
    return { response, page: new DOMParser().parseFromString(html, "text/html") };
  } catch (error) {
    say(error.name === "TimeoutError" ? LATE : UNREACHED, "fail");
    return null;
  }
}

const said = (form, button) => new URLSearchParams(new FormData(form, button));

async function send(form, button) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const body = said(form, button);
  const typed = String(said(form));
  const answer = await ask(form.action, { method: "POST", body });
  form.removeAttribute("aria-busy");
  if (!answer) return;
  const { response, page } = answer;
  const fresh = page.getElementById("talk");
  if (response.ok && fresh) return taken(form, fresh, String(said(form)) === typed);
  const again = counterpart(form, page);
  if (again) return notTaken(form, again);
  complain(page, response.status);
}

/** What was sent is out of the form, so the page may be brought up to date. `isAll`: nothing was
 * typed since. */
function taken(form, fresh, isAll) {
  const dialog = form.closest("dialog");
  const id = document.activeElement.id;
  if (isAll || dialog) clear(form);
  if (isAll && form.contains(document.activeElement)) document.activeElement.blur();
  show(fresh);
  if (dialog) return dialog.close();
  const next = document.getElementById(id) ?? document.querySelector("#talk .poll[data-state=open] button");
  next?.focus({ preventScroll: true });
}

function show(fresh) {
  const talk = document.getElementById("talk");
  if (talk?.dataset.point !== fresh.dataset.point) return;
  // The room shows something newer by now, from before this form was emptied.
  if (Number(fresh.dataset.version) < Number(talk.dataset.version)) document.dispatchEvent(new CustomEvent("room:behind"));
  else calmly(() => merge(talk, fresh));
}

/** The same form with what was typed, and why it was not taken. */
function notTaken(form, again) {
  // The room shows another point by now.
  if (!form.isConnected) return say(again.querySelector(".field-error")?.textContent.trim() || NOT_TAKEN, "fail");
  const shown = document.importNode(again, true);
  form.replaceWith(shown);
  for (const control of shown.querySelectorAll("input:not([type=hidden], [type=radio]), textarea")) {
    // What stands there was typed, and is not the server's to replace.
    const { value } = control;
    control.defaultValue = "";
    control.value = value;
  }
  shown.querySelector("[aria-invalid=true], .field-error[tabindex]")?.focus();
}

function complain(page, status) {
  const text = page.querySelector(".toast p")?.textContent.trim();
  say(text || (status === 404 ? "This is not here any more. Reload the page." : `This did not work (${status}). Reload the page and try again.`), "fail");
}

async function openDialog(opener) {
  if (opener.hasAttribute("aria-busy")) return;
  opener.setAttribute("aria-busy", "true");
  const answer = await ask(opener.href, {});
  opener.removeAttribute("aria-busy");
  if (!answer || document.querySelector("dialog:modal")) return;
  const { response, page } = answer;
  if (!response.ok || !page.forms.length) return complain(page, response.status);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", opener.textContent.trim());
  dialog.append(...page.body.childNodes);
  const cancel = document.createElement("form");
  cancel.method = "dialog";
  cancel.innerHTML = '<button class="button" data-variant="quiet">Cancel</button>';
  dialog.append(cancel);
  // By id: the link may be another element by then.
  dialog.addEventListener("close", () => {
    dialog.remove();
    document.getElementById(opener.id)?.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
}
