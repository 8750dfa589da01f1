// The page once more, put over what stands here: for what no part of it tells by itself.

import { show } from "./connection.js";
import { get, patiently, soon } from "./fetching.js";
import { isOutdated, noteOn, refreshPanel, shown } from "./live-rows.js";
import { calmly, merge } from "./merge.js";

/** Nobody waits long, and not everybody comes at once. */
const FIRST_MS = 100;
const JITTER_MS = 500;
/** What changes all the time is fetched so often at the most. */
const REST_MS = 3000;
const ATTEMPTS = 4;
/** After failures the rest is up to so many times as long. */
const MOST_RESTS = 16;

let last = 0;
let rests = 1;
let stream = null;

export function refetchSoon(ofPage) {
  stream = ofPage;
  askFor();
}

const askFor = soon(refetch, () => {
  const rest = Math.max(0, last + REST_MS * rests - Date.now());
  return rest + FIRST_MS + JITTER_MS * Math.random();
});

async function refetch() {
  try {
    for (let attempt = 1; attempt <= ATTEMPTS && !(await put(attempt)); attempt++);
    rests = 1;
  } catch {
    rests = Math.min(2 * rests, MOST_RESTS);
    askFor();
  } finally {
    last = Date.now();
  }
}

/** Whether it is done; a page from before what was shown already is fetched again. */
async function put(attempt) {
  const address = document.body.dataset.livePage || location.href.split("#")[0];
  const response = await patiently(() => get(address));
  if (!response.ok) return true;
  if (response.redirected && new URL(response.url).pathname !== new URL(address, location.href).pathname) {
    if (new URL(response.url).pathname !== document.body.dataset.signIn) show("moved", stream, response.url);
    return true;
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const { liveAfter } = fresh.body.dataset;
  if (Number(liveAfter) < Number(stream.last) && attempt < ATTEMPTS) return false;
  if (Number(liveAfter) > Number(stream.last)) stream.last = liveAfter;
  const alone = [];
  calmly(() => mergePage(fresh, alone));
  for (const row of alone) refreshPanel(row);
  return true;
}

/** `alone` gets the rows that are open here alone. */
function mergePage(fresh, alone) {
  document.title = fresh.title;
  // Only with these does a change of what is proposed ask before it takes signatures back.
  const asks = "hx-confirm:inherited";
  if (fresh.body.hasAttribute(asks)) document.body.setAttribute(asks, fresh.body.getAttribute(asks));
  else document.body.removeAttribute(asks);
  for (const dialog of fresh.querySelectorAll("body > dialog[id]")) {
    if (!document.getElementById(dialog.id)) document.body.append(document.importNode(dialog, true));
  }
  merge(document.getElementById("main"), fresh.getElementById("main"), {
    skips: (old, its) => skips(old, its, alone),
    keeps: (node) => keeps(node, fresh),
    busy: (form, its) => noteOn(form, its),
  });
  window.htmx?.process(document.getElementById("main"));
}

function skips(old, its, alone) {
  if (old.matches("#presence, #announcer, .machine:has(> [hx-get])") || isOutdated(old, its)) return true;
  // It says how many are selected, which the server does not know.
  if (old.matches("#bulk") && document.querySelector(".row-select:checked")) return true;
  if (old.matches("[data-row][data-open]") && !its.hasAttribute("data-open")) {
    alone.push(old);
    shown(old, its);
  }
  return false;
}

/** Marks, and rows that somebody reads though the filter lets them through no longer. */
function keeps(node, fresh) {
  if (node.matches(".row-mark, .row-panel")) return true;
  return node.matches("[data-row][data-open]") && !fresh.getElementById(node.id);
}
