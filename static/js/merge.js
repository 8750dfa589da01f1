// Brings a part of the page up to what the server says now, and leaves alone what a person is at:
// the focus, the scroll position, open menus and disclosures, what was typed, chosen or ticked and
// not sent yet.

const TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select";
/** Of these a script, and not the server, says whether they are there. */
const OWN = {
  "data-htmx-powered": "*",
  "data-drop": "*",
  open: "details, dialog",
  "aria-current": ".rail a, [data-row]",
  "aria-pressed": "[data-voters]",
  "aria-busy": "form",
};

/** Whether a person changed it since the server said what stands in it. */
function isTouched(control) {
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options];
    const first = options.findIndex((option) => !option.disabled);
    const said = options.findLastIndex((option) => option.defaultSelected);
    return control.selectedIndex !== (said < 0 ? first : said);
  }
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (control.type === "file") return control.files.length > 0;
  if (control instanceof HTMLTextAreaElement) return control.value !== control.defaultValue;
  return control instanceof HTMLInputElement && control.type !== "hidden" && control.value !== control.defaultValue;
}

/** What says in a form that it was refused. */
const FAULTS = ".field-error, .versions, .error-summary";

/** Whether somebody is at work in this form. What was refused, or sent to get one row more
 * (`data-typed`), holds what they typed as if the server had said it. */
export function isBusy(form) {
  const focused = document.activeElement;
  if (form.hasAttribute("data-typed") || form.querySelector(FAULTS)) return true;
  return (form.contains(focused) && focused.matches(TEXT)) || [...form.elements].some(isTouched);
}

/** The form of `page` that does the same. */
export const counterpart = (form, page) => [...page.querySelectorAll("form")].find((each) => each.getAttribute("action") === form.getAttribute("action"));

/** What stands in it was taken: it is nobody's work any more. */
export function clear(form) {
  for (const fault of form.querySelectorAll(FAULTS)) fault.remove();
  form.reset();
}

const holdsWork = (element) => [element, ...element.querySelectorAll("form")].some((each) => each instanceof HTMLFormElement && isBusy(each));

/**
 * Makes `old` the same as `fresh`, which is of another document. `rules` may have
 * `skips(old, fresh)`: this element stays as it is;
 * `keeps(old)`: this one stays though the server does not know it;
 * `busy(form, fresh)`: told of each form that is left alone; `fresh` is null where it would be gone.
 */
export function merge(old, fresh, rules = {}) {
  if (rules.skips?.(old, fresh) || old.isEqualNode(fresh)) return;
  if (old instanceof HTMLFormElement && isBusy(old)) return void rules.busy?.(old, fresh);
  const isControl = old.matches("input, textarea, select");
  // A box that was ticked holds the version that was seen then: a newer one is for its owner to see first.
  if (isControl && (isTouched(old) || old.matches(".row-select:checked"))) return;
  mergeAttributes(old, fresh);
  if (old instanceof HTMLTemplateElement) old.innerHTML = fresh.innerHTML;
  else mergeChildren(old, fresh, rules);
  if (isControl) reset(old);
}

function mergeAttributes(old, fresh) {
  const isOwn = (name) => (OWN[name] && old.matches(OWN[name])) || (name === "class" && old.className.includes?.("htmx-"));
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !isOwn(name)) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isOwn(name)) old.removeAttribute(name);
  }
}

/** To what the server says; an element that was touched once does not follow its attributes. */
function reset(control) {
  if (!isTouched(control)) return;
  if (control instanceof HTMLSelectElement) for (const option of control.options) option.selected = option.defaultSelected;
  else if (["checkbox", "radio"].includes(control.type)) control.checked = control.defaultChecked;
  else control.value = control.defaultValue;
}

/** What tells a node from its neighbours. A form is known by what it does: its id may count. */
function key(node) {
  if (!(node instanceof Element)) return node.nodeName;
  if (node.localName === "form" && node.hasAttribute("action")) return `form ${node.getAttribute("action")}`;
  return node.id ? `#${node.id}` : node.localName;
}

function mergeChildren(old, fresh, rules) {
  const pool = Map.groupBy(old.childNodes, key);
  const pairs = [...fresh.childNodes].map((child) => [child, pool.get(key(child))?.shift()]);
  const kept = new Set();
  for (const left of [...pool.values()].flat()) stays(left, rules) ? kept.add(left) : left.remove();
  let at = old.firstChild;
  for (const [child, match] of pairs) {
    while (kept.has(at)) at = at.nextSibling;
    if (!match) old.insertBefore(document.importNode(child, true), at);
    else if (match === at) at = at.nextSibling;
    else move(old, match, at);
    if (match instanceof Element) merge(match, child, rules);
    else if (match && match.data !== child.data) match.data = child.data;
  }
}

function stays(node, rules) {
  if (!(node instanceof Element)) return false;
  if (rules.keeps?.(node)) return true;
  const works = holdsWork(node);
  if (works) for (const form of [node, ...node.querySelectorAll("form")]) if (form.matches("form") && isBusy(form)) rules.busy?.(form, null);
  return works;
}

function move(parent, node, before) {
  if (parent.moveBefore) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
}

/** Runs `change`, after which the focus and what is looked at stand where they stood. */
export function calmly(change) {
  const back = [holdFocus(), holdPlace()];
  change();
  for (const hold of back) hold();
}

function holdFocus() {
  const focused = document.activeElement;
  const row = focused?.closest("[data-row]")?.id;
  const range = focused?.matches("textarea, input:is([type=text], [type=search], [type=url], :not([type]))") && [focused.selectionStart, focused.selectionEnd];
  return () => {
    if (!focused || focused === document.body || document.activeElement === focused) return;
    const again = focused.isConnected ? focused : ((focused.id && document.getElementById(focused.id)) || (row && document.getElementById(row)?.querySelector('[data-key="open"]')));
    again?.focus({ preventScroll: true });
    if (range && again === focused) focused.setSelectionRange(...range);
  };
}

/** By what stands under the header that stays: whatever grows above it pushes it nowhere. */
function holdPlace() {
  const isSeen = (element) => element && element !== document.body && element.checkVisibility() && inWindow(element.getBoundingClientRect());
  const header = document.querySelector(".audit-status")?.getBoundingClientRect().bottom ?? 0;
  const x = innerWidth / 2;
  const place = isSeen(document.activeElement) ? document.activeElement : document.elementsFromPoint(x, Math.max(header, 0) + 24).find((each) => each.closest("#content"));
  const top = place?.getBoundingClientRect().top;
  return () => {
    const moved = place?.isConnected ? place.getBoundingClientRect().top - top : 0;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  };
}

const inWindow = ({ top, bottom }) => bottom > 0 && top < innerHeight;
