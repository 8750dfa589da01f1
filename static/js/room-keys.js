// Keys of a room: they press its real controls, found by data-key. A presenter's remote sends
// Page Down and Page Up, which are the lead's alone: others scroll with them.

import { startSwitch, switchedOn, TYPES_TEXT } from "./key-switch.js";
import { toggleClocks } from "./room-clock.js";

const control = (key) => document.querySelector(`main [data-key="${key}"]`);
const bar = () => document.getElementById("room-bar");
const leads = () => bar().dataset.variant === "lead";

/** Every press counts: those that come while one is under way wait for what it shows. */
let sent = null;
let waiting = 0;

function lead(step) {
  if (sent) return void (waiting += step);
  const button = control(step > 0 ? "next" : "previous");
  if (!button) return void (waiting = 0);
  sent = { form: button.form };
  button.click();
}

function leadOn() {
  sent = null;
  const step = Math.sign(waiting);
  waiting -= step;
  if (step && leads()) lead(step);
}

function giveUp() {
  [sent, waiting] = [null, 0];
}

/** The lead moves everybody; whoever follows looks at another point alone. */
function move(step) {
  if (leads() && bar().dataset.away === undefined) return lead(step);
  const all = [...document.querySelectorAll("#room-rail a[data-room-go]")];
  const at = all.findIndex((entry) => entry.getAttribute("aria-current"));
  all[at + step]?.click();
}

function press(key) {
  const found = control(key);
  if (!found?.checkVisibility()) return false;
  if (found.matches("summary")) found.parentElement.open = true;
  else if (!found.matches("textarea, input, select")) found.click();
  const field = found.matches("summary") && found.parentElement.querySelector("input:not([type=hidden]), textarea, select");
  (field || found).focus();
  return true;
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  f: () => control("f")?.click(),
  d: () => press("d"),
  n: () => press("n"),
  p: () => press("p"),
  a: () => press("a"),
  t: toggleClocks,
  "?": () => document.getElementById("keyboard-help").showModal(),
};

const OF_THE_LEAD = { " ": () => move(1), PageDown: () => move(1), PageUp: () => move(-1) };

/** Does the element do something with this key by itself? */
const takes = (element, key) =>
  element.matches(TYPES_TEXT) || (element.matches("input") && key.startsWith("Arrow")) || (key === " " && element.matches("a, button, summary, input"));

function onKey(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (!(target instanceof Element) || document.querySelector("dialog:modal, :popover-open")) return;
  if (key === "Escape" && target.matches(TYPES_TEXT)) return target.blur();
  if (takes(target, key) || !switchedOn()) return;
  const act = ACTIONS[key] ?? (leads() && OF_THE_LEAD[key]);
  if (!act) return;
  event.preventDefault();
  act();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => ctx.sourceElement === sent?.form && (sent.ctx = ctx));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => ctx === sent?.ctx && leadOn());
  for (const failure of ["htmx:response:error", "htmx:error"]) document.addEventListener(failure, giveUp);
  startSwitch();
}
