// Single keys that press a row's real controls, found by data-key. They are ignored in
// fields and with modifiers, and can be switched off on this device (WCAG 2.1.4).

import { startSwitch, switchedOn, TYPES_TEXT } from "./key-switch.js";

const ARRIVAL = "countersign.arrival";
/** Keys whose control stands in the panel that opens with the row. */
const IN_PANEL = new Set(["n", "e", "c", "r", "a"]);
/** Of these, what acts at once and leaves the focus where it is. */
const AT_ONCE = new Set(["r", "a"]);

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const focused = () => document.activeElement?.closest("[data-row]");
const currentRow = () => focused() ?? document.querySelector('[data-row][aria-current="true"]');
const opener = (row) => row?.querySelector('[data-key="open"]');
const isOpen = (row) => opener(row)?.getAttribute("aria-expanded") === "true";
const control = (row, key) => row?.querySelector(`[data-key="${key}"]`);

/** {rowId, key}: pressed as soon as the panel of that row has arrived. */
let waiting = null;
const forget = () => (waiting = null);

function show(element) {
  element.focus({ preventScroll: true });
  reveal(element);
}

function reveal(element) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function press(element) {
  if (element.matches("summary")) {
    const details = element.parentElement;
    details.open = true;
    show(details.querySelector("input:not([type=hidden]), textarea, select") ?? element);
  } else if (element.matches("textarea, select, input:not([type=radio], [type=checkbox])")) {
    show(element);
  } else {
    show(element);
    element.click();
    if (element.matches("[type=radio]")) showFieldOf(element);
  }
}

/** The field that a choice asks for (a reason) is where the typing goes on. */
function showFieldOf(radio) {
  const fields = [...radio.form.querySelectorAll(".choice-fields :is(textarea, input, select)")];
  const field = fields.find((each) => each.checkVisibility());
  if (field) show(field);
}

function pressInPanel(target, key) {
  if (!AT_ONCE.has(key)) return press(target);
  reveal(target);
  target.click();
}

function openThenPress(row, key) {
  const target = control(row, key);
  if (target) return pressInPanel(target, key);
  if (isOpen(row) || !opener(row)) return;
  waiting = { rowId: row.id, key };
  opener(row).click();
}

function pressWaiting() {
  if (!waiting) return;
  const row = document.getElementById(waiting.rowId);
  if (!isOpen(row)) return;
  const { key } = waiting;
  forget();
  const target = control(row, key);
  if (target) pressInPanel(target, key);
}

function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (!next) return turnPage(step);
  show(opener(next) ?? next.querySelector("a, button") ?? next);
}

/** At either end of a list of several pages the keys go on to the next one. */
function turnPage(step) {
  const link = document.querySelector(`.pagination a[rel=${step > 0 ? "next" : "prev"}]`);
  if (!link) return;
  try {
    sessionStorage.setItem(ARRIVAL, step > 0 ? "first" : "last");
  } catch {
    // Storage is forbidden: the next page begins as any page does.
  }
  link.click();
}

/** The row that the keys came for on the page before. */
function arrive() {
  let end = null;
  try {
    end = sessionStorage.getItem(ARRIVAL);
    sessionStorage.removeItem(ARRIVAL);
  } catch {
    // As above.
  }
  if (!end) return;
  const row = rows().at(end === "first" ? 0 : -1);
  if (row) show(opener(row) ?? row.querySelector("a, button") ?? row);
}

function moveSection(step) {
  const all = [...document.querySelectorAll("[data-section]")];
  const here = document.activeElement?.closest("[data-section]");
  const at = here ? all.indexOf(here) : -1;
  const next = all[at < 0 && step < 0 ? all.length - 1 : at + step];
  const first = next?.querySelector("[data-row]");
  const heading = next?.querySelector("h2, h3");
  if (!next) return turnPage(step);
  (heading ?? next).scrollIntoView({ block: "start" });
  (opener(first) ?? heading)?.focus({ preventScroll: true });
}

function close() {
  const row = currentRow();
  if (isOpen(row)) {
    opener(row).click();
    opener(row).focus();
  }
}

function pressBar() {
  const first = document.querySelector('.bulk-bar [data-key="b"]');
  if (first?.checkVisibility()) first.focus();
}

/** Changes that are not answered yet; what takes back the last of them comes with its answer. */
const sent = new Set();
let unwanted = null;
const pressUndo = () => [...document.querySelectorAll('[data-key="z"]')].at(-1)?.click();

function takeBack() {
  unwanted = [...sent].at(-1) ?? null;
  if (!unwanted) pressUndo();
}

function onSent({ detail: { ctx } }) {
  // A run is nothing to take back.
  if (ctx.request.method === "GET" || ctx.sourceElement.querySelector('[data-key="r"]')) return;
  if (ctx.sourceElement.closest("[data-row], #bulk")) sent.add(ctx);
}

/** What was not changed is not taken back: nor is anything else in its place. */
function onAnswered({ detail: { ctx } }) {
  sent.delete(ctx);
  if (ctx !== unwanted) return;
  unwanted = null;
  if (ctx.status === "swapped" && ctx.response.status < 400 && ctx.text.includes('data-key="z"')) pressUndo();
}

const ACTIONS = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  "[": () => moveSection(-1),
  "]": () => moveSection(1),
  "/": () => press(document.querySelector('[data-key="/"]')),
  "?": () => document.getElementById("keyboard-help")?.showModal(),
  x: (row) => control(row, "x")?.click(),
  s: (row) => control(row, "s")?.click(),
  S: (row) => control(row, "s")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true })),
  b: pressBar,
  z: takeBack,
  Enter: (row) => opener(row)?.click(),
  Escape: close,
};

/** Does the element act on Enter by itself? Then the key is its own. */
const takesEnter = (element) => element.matches("a, button, summary, input, dialog *");

function onKey(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!(target instanceof Element) || document.querySelector("dialog:modal, :popover-open")) return;
  if (target.matches(TYPES_TEXT)) {
    if (key === "Escape") leaveField(target);
    return;
  }
  if (key === "Enter" && takesEnter(target)) return;
  if (!switchedOn() && key !== "Escape") return;
  forget();
  const row = currentRow();
  if (IN_PANEL.has(key)) {
    if (row) event.preventDefault(), openThenPress(row, key);
  } else if (Object.hasOwn(ACTIONS, key) && (key !== "/" || document.querySelector('[data-key="/"]'))) {
    if (key !== "Escape" && key !== "Enter") event.preventDefault();
    ACTIONS[key](row);
  }
}

/** Escape in a field goes back to its row; the next one closes the row. */
function leaveField(field) {
  const row = field.closest("[data-row]");
  if (row) opener(row)?.focus();
  else field.blur();
}

document.addEventListener("keydown", onKey);
// Only then are the panel's forms htmx's.
document.addEventListener("htmx:after:settle", () => setTimeout(pressWaiting));
for (const other of ["pointerdown", "htmx:error", "htmx:response:error"]) document.addEventListener(other, forget);
document.addEventListener("htmx:before:request", onSent);
document.addEventListener("htmx:finally:request", onAnswered);
startSwitch();
arrive();
