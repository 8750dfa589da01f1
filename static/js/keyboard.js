// Single keys that press a row's real controls, found by data-key. They are ignored in
// fields and with modifiers, and can be switched off on this device (WCAG 2.1.4).

const SWITCH = "countersign.keys";
const ARRIVAL = "countersign.arrival";
const TYPES_TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
/** Keys whose control stands in the panel that opens with the row. */
const IN_PANEL = new Set(["n", "e", "c"]);

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const focused = () => document.activeElement?.closest("[data-row]");
const currentRow = () => focused() ?? document.querySelector('[data-row][aria-current="true"]');
const opener = (row) => row?.querySelector('[data-key="open"]');
const isOpen = (row) => opener(row)?.getAttribute("aria-expanded") === "true";
const control = (row, key) => row?.querySelector(`[data-key="${key}"]`);

/** {rowId, key}: pressed as soon as the panel of that row has arrived. */
let waiting = null;

function show(element) {
  element.focus({ preventScroll: true });
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

function openThenPress(row, key) {
  const target = control(row, key);
  if (target) return press(target);
  if (isOpen(row) || !opener(row)) return;
  waiting = { rowId: row.id, key };
  opener(row).click();
}

function pressWaiting() {
  if (!waiting) return;
  const row = document.getElementById(waiting.rowId);
  const target = control(row, waiting.key);
  if (!target) return;
  waiting = null;
  press(target);
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
  z: () => [...document.querySelectorAll('[data-key="z"]')].at(-1)?.click(),
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
  waiting = null;
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

function switchedOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function startSwitch() {
  const box = document.getElementById("keyboard-on");
  if (!box) return;
  box.checked = switchedOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch {
      // Storage is forbidden: the keys stay as they are, since nothing could remember the choice.
      box.checked = true;
    }
  });
}

document.addEventListener("keydown", onKey);
document.addEventListener("htmx:after:settle", pressWaiting);
startSwitch();
arrive();
