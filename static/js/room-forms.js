// Forms on the stage of a room, while whoever writes in them goes elsewhere and comes back.

import { clear, counterpart, isBusy } from "./merge.js";

/** What a form does -> the form with what was typed on a point that was left since, and the point. */
const drafts = new Map();

export function keepDrafts(stage) {
  // Nobody comes back to what is off the agenda.
  if (stage.dataset.gone !== undefined) return;
  for (const form of stage.querySelectorAll("form")) if (isBusy(form)) keep(form, stage.dataset.point);
}

function keep(form, point) {
  drafts.set(form.action, { form, point });
  // js/guard.js warns of these though they are not on the page.
  form.dataset.kept = "";
}

function letGo(form) {
  drafts.delete(form.action);
  delete form.dataset.kept;
}

export function putDraftsBack(stage) {
  for (const form of stage.querySelectorAll("form")) {
    const draft = drafts.get(form.action)?.form;
    if (!draft) continue;
    letGo(draft);
    form.replaceWith(draft);
  }
}

/** Those of points for which `isThere(point)` is false. */
export function dropDrafts(isThere) {
  for (const { form, point } of drafts.values()) if (!isThere(point)) letGo(form);
}

/** What was refused stands there for whoever comes back to it. */
export function keepRefused(form, page) {
  const again = counterpart(form, page);
  if (again) keep(document.importNode(again, true), page.querySelector("#room-stage").dataset.point);
}

/** What was sent on the stage is not typed text any more: the form is as the server says now. */
export function answer(form, fresh) {
  if (form.closest("#room-bar, #room-rail, #room-people")) return;
  if (drafts.get(form.action)?.form === form) letGo(form);
  const again = counterpart(form, fresh);
  const focused = form.contains(document.activeElement) ? document.activeElement.id : "";
  if (again) replace(form, document.importNode(again, true));
  else clear(form);
  document.getElementById(focused)?.focus({ preventScroll: true });
}

function replace(form, fresh) {
  form.replaceWith(fresh);
  if (fresh.isConnected) window.htmx?.process(fresh);
}
