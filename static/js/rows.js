// A click anywhere on a row's line opens the row, as its title does.

import { isBusy } from "./merge.js";

/** What acts by itself when it is clicked. */
const CONTROLS = "a, button, input, select, textarea, label, summary, form";

function opens(event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  if (!(event.target instanceof Element) || event.target.closest(CONTROLS)) return null;
  // Whoever has just marked text wants to copy it.
  if (!getSelection().isCollapsed) return null;
  return event.target.closest(".row-line")?.querySelector('[data-key="open"]');
}

/** A row that was changed by way of another one keeps its open panel, and what is typed there. */
function keepPanel({ target, fragment }) {
  const [row, panel] = [fragment.querySelector(".row"), target.querySelector(".row-panel")];
  row.toggleAttribute("data-open", true);
  row.append(panel.cloneNode(true));
  row.querySelector('[data-key="open"]').replaceWith(target.querySelector('[data-key="open"]').cloneNode(true));
  row.querySelector(".tick [name=panel]")?.setAttribute("value", "open");
}

function keepPanels(event) {
  for (const task of event.detail.tasks) {
    if (task.type === "oob" && task.target.matches(".row[data-open]")) keepPanel(task);
  }
}

const changesAnswer = (form) => form?.elements.namedItem("version") instanceof HTMLInputElement;
const isSame = (one, other) =>
  one.getAttribute("action") === other.getAttribute("action") && one.closest("details")?.id === other.closest("details")?.id;

/** What was typed beside what was sent stays, whatever others added meanwhile: the id of a form
 * may count what was there. But an answer that was sent is what all forms of the answer show. */
function keepForms(event) {
  const { ctx, tasks } = event.detail;
  const sent = ctx.sourceElement?.closest?.("form");
  const forms = tasks.flatMap(({ target, fragment }) => (target?.matches?.(".row") ? [...target.querySelectorAll("form")].map((form) => [form, fragment]) : []));
  for (const [form, fragment] of forms) {
    if (form === sent || !isBusy(form) || (changesAnswer(form) && changesAnswer(sent))) continue;
    const fresh = [...fragment.querySelectorAll("form")].find((each) => isSame(each, form));
    if (!fresh) continue;
    form.id ||= `kept-${(kept += 1)}`;
    fresh.id = form.id;
    form.setAttribute(SKIP, "");
  }
}

let kept = 0;
/** htmx leaves such an element as it is. */
const SKIP = "hx-morph-skip";

function letGo() {
  for (const form of document.querySelectorAll(`form[${SKIP}]`)) form.removeAttribute(SKIP);
}

export function startRows() {
  document.addEventListener("htmx:before:swap", keepPanels);
  document.addEventListener("htmx:before:swap", keepForms);
  document.addEventListener("htmx:after:swap", letGo);
  document.addEventListener("click", (event) => opens(event)?.click());
}
