// Rows that others change: never an older state over a newer one, and what is open stays open.

import { get, patiently } from "./fetching.js";
import { calmly, merge } from "./merge.js";
import { say } from "./toast.js";

const OPENER = '[data-key="open"]';
/** Not everybody at once. */
const JITTER_MS = 150;

const versionOf = (row) => Number(row.dataset.version ?? 0);

export const isOutdated = (old, fresh) => old.matches("[data-row]") && versionOf(fresh) < versionOf(old);

/** The fresh row, open if the old one is: its panel is asked for by itself. */
export function shown(old, fresh) {
  if (!old.matches("[data-row][data-open]") || fresh.hasAttribute("data-open")) return fresh;
  fresh.setAttribute("data-open", "");
  fresh.querySelector(OPENER).replaceWith(fresh.ownerDocument.importNode(old.querySelector(OPENER), true));
  fresh.querySelector(".tick [name=panel]")?.setAttribute("value", "open");
  return fresh;
}

/** Row's id -> what is fetched for it, and the event that asked for it last. */
const jobs = new Map();

/** Fetches an open row again, once at a time. `event` is what happened to it, if that is known. */
export async function refreshPanel(row, event = null) {
  const { id } = row;
  const running = jobs.get(id);
  if (running) return void Object.assign(running, { event: event ?? running.event, again: true });
  const job = { event, again: true };
  jobs.set(id, job);
  try {
    await new Promise((done) => setTimeout(done, JITTER_MS * Math.random()));
    while (job.again) {
      job.again = false;
      const fresh = await patiently(() => fetchRow(id));
      if (fresh) calmly(() => mergeOpen(document.getElementById(id), fresh, job.event));
    }
  } catch {
    // The server is away for long: the stream says so.
  } finally {
    jobs.delete(id);
  }
}

async function fetchRow(id) {
  const address = document.querySelector(`#${id}[data-open] ${OPENER}`)?.getAttribute("hx-get");
  if (!address) return null;
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const response = await get(address.split("?")[0], { headers, redirect: "manual" });
  if (!response.ok) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html").getElementById(id);
}

function mergeOpen(row, fresh, event) {
  if (!row?.hasAttribute("data-open") || isOutdated(row, fresh)) return;
  merge(row, fresh, {
    keeps: (node) => node.matches(".row-mark"),
    // It looks by itself, every moment, until the run is over.
    skips: (old) => old.matches(".machine:has(> [hx-get])"),
    busy: (form, its) => noteOn(form, its, event),
  });
  window.htmx?.process(row);
}

/** Says above a form that was left alone that others changed meanwhile what it is about. */
export function noteOn(form, fresh, event) {
  if (fresh && !differ(form, fresh)) return;
  const template = document.getElementById(fresh ? "live-note" : "live-note-shut");
  const before = form.querySelector(":scope > .live-note");
  const note = template.content.firstElementChild.cloneNode(true);
  // It tells more: who, and what they did.
  if (!event && fresh && before?.querySelector("[data-says]")) return;
  if (event?.by) note.querySelector("strong")?.replaceChildren(event.by);
  if (event?.does) note.querySelector("[data-says]")?.replaceChildren(`: ${event.does}`);
  before?.remove();
  form.prepend(note);
}

function differ(form, fresh) {
  const same = (one, other) => one.name === other.name && (one.type !== "radio" || one.value === other.value);
  return [...fresh.elements].some((theirs) => {
    const mine = theirs.name && theirs.type !== "hidden" && [...form.elements].find((each) => same(each, theirs));
    return mine && said(mine) !== said(theirs);
  });
}

function said(control) {
  if (control.localName === "select") return [...control.options].filter((each) => each.defaultSelected).map((each) => each.value).join();
  return ["checkbox", "radio"].includes(control.type) ? control.defaultChecked : control.defaultValue;
}

/** Row's id -> when somebody else's change of it came. */
const touched = new Map();
const sent = new WeakMap();
/** When what was sent last, of all that is answered, was sent. */
let newest = 0;

export const noteTouched = (id) => touched.set(id, performance.now());

/** An own change is answered with rows, and with what counts them, as they were then; what was done
 * since, here or by others, comes after it. */
function catchUp({ detail }, refetch) {
  const since = sent.get(detail.ctx) ?? Infinity;
  const late = [...touched.keys()].filter((id) => touched.get(id) > since);
  for (const row of late.map((id) => document.querySelector(`#${id}[data-open]`))) if (row) refreshPanel(row);
  if (late.length || since < newest) refetch();
  if (since < Infinity && detail.ctx.request.method !== "GET") newest = Math.max(newest, since);
}

/** Row's id -> when somebody else turned it to another state. */
const turned = new Map();
const TURN_MS = 700;

export const noteTurned = (id) => turned.set(id, performance.now());

/** Whoever was about to tick it meant the state that stood there a moment ago. */
function refuseHasty(event) {
  const row = event.target.closest?.(".tick-button")?.closest("[data-row]");
  if (!row || !(performance.now() - turned.get(row.id) < TURN_MS)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say("Somebody changed this item at the same moment. Look at it, and tick it again if you mean it.");
}

/** `refetch()` brings the page as a whole. */
export function startLiveRows(refetch) {
  document.addEventListener("click", refuseHasty, true);
  document.addEventListener("htmx:before:request", (event) => sent.set(event.detail.ctx, performance.now()));
  document.addEventListener("htmx:after:swap", (event) => catchUp(event, refetch));
}
