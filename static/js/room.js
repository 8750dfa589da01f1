// The room of a review: shows what the lead shows, until somebody looks at something else.

import { get, patiently, soon } from "./fetching.js";
import { calmly, isBusy, merge } from "./merge.js";
import { startClocks, tick } from "./room-clock.js";
import { answer, dropDrafts, keepDrafts, keepRefused, putDraftsBack } from "./room-forms.js";
import { startKeys } from "./room-keys.js";
import { connect } from "./stream.js";
import { say } from "./toast.js";

const REFETCH_MS = 400;
const REFUSED = new Set([409, 422]);
const FAULT = ".versions, .field-error[tabindex]";

const own = document.body.dataset;
const part = (name) => document.getElementById(`room-${name}`);
const versionOf = (page) => Number(page.querySelector("#room-head").dataset.version);

/** The point that is looked at by somebody who broke away; "0" is the agenda, null to follow. */
const away = () => part("bar").dataset.away ?? null;

const RULES = {
  // What a script of its own keeps: a note.
  skips: (old) => old.matches("[data-said], [data-merge]"),
};

/** Counts what was shown and where somebody set out for: what was asked for before that is old. */
let turn = 0;
/** Counts where somebody set out for: of several ways the last one is gone. */
let going = 0;
/** A step of the lead's, or a change of who leads, by this very person; until it is answered. */
let step = null;

function parsed(html) {
  return new DOMParser().parseFromString(html.replaceAll("CSRF-TOKEN-HERE", own.roomToken), "text/html").body;
}

/** What others did: it leads nobody away who writes. What one did oneself is answered. */
function take(fresh) {
  if (!losesWork(fresh)) show(fresh);
  else if (step) refetchSoon();
  else stay(fresh);
}

function show(fresh) {
  turn += 1;
  if (versionOf(fresh) < versionOf(document)) refetchSoon();
  const before = { point: part("stage").dataset.point, lead: part("lead")?.dataset.lead };
  calmly(() => {
    for (const each of fresh.children) {
      const old = each.id && document.getElementById(each.id);
      if (old) showPart(old, each);
    }
  });
  dropDrafts((point) => part("head").dataset.state === "running" && part(`go-${point}`));
  settle();
  tell(before);
  document.dispatchEvent(new CustomEvent("room:shown"));
}

function showPart(old, fresh) {
  if (old.id === "room-stage" && old.dataset.point !== fresh.dataset.point) turnTo(old, fresh);
  else merge(old, fresh, RULES);
  window.htmx?.process(old);
}

/** Nothing of one point belongs to the next; what was half written waits for whoever comes back. */
function turnTo(stage, fresh) {
  keepDrafts(stage);
  delete stage.dataset.gone;
  // On a phone the agenda stands before the point: it is open where there is none.
  if (stage.dataset.point === "0" || fresh.dataset.point === "0") part("rail").open = fresh.dataset.point === "0";
  stage.dataset.point = fresh.dataset.point;
  stage.replaceChildren(...fresh.childNodes);
  putDraftsBack(stage);
}

function losesWork(fresh) {
  const stage = fresh.querySelector("#room-stage");
  const leaves = stage && stage.dataset.point !== part("stage").dataset.point;
  return leaves && [...part("stage").querySelectorAll("form")].some(isBusy);
}

/** Somebody who writes is not led away from it. */
function stay(fresh) {
  if (away() === part("stage").dataset.point) return outlast(fresh);
  const bar = fresh.querySelector("#room-bar");
  if (away() === null) say("The lead went on. You stay here with what you are writing; come back when you are done.", "info");
  turn += 1;
  history.replaceState(null, "", `?point=${part("stage").dataset.point}`);
  part("bar").dataset.away = part("stage").dataset.point;
  if (bar) part("bar").dataset.point = bar.dataset.point;
  refetchSoon();
}

/** The point is off the agenda: what was being written there stays, and all around it is as it is now. */
function outlast(fresh) {
  const { dataset } = part("stage");
  if (dataset.gone === undefined) say("This point was taken off the agenda. What you wrote is still here: copy what you need, then come back.", "info");
  dataset.gone = "";
  for (const name of ["stage", "bar"]) fresh.querySelector(`#room-${name}`).remove();
  show(fresh);
}

/** What depends on who looks, and is the same HTML for all. */
function settle() {
  for (const form of document.querySelectorAll("[data-only]")) form.hidden = form.dataset.only !== own.user;
  tick();
}

/** Beside the stage the agenda scrolls by itself: to where everybody is. */
function showEntry() {
  const rail = part("rail");
  const entry = rail.querySelector("[aria-current]");
  if (!entry || rail.scrollHeight <= rail.clientHeight) return;
  const top = entry.getBoundingClientRect().top - rail.getBoundingClientRect().top;
  if (top < 0 || top + entry.offsetHeight > rail.clientHeight) rail.scrollTop += top - rail.clientHeight / 3;
}

function tell(before) {
  const lead = part("lead");
  if (lead && before.lead !== undefined && lead.dataset.lead !== before.lead) {
    say(lead.dataset.lead === own.user ? "You lead now." : `${lead.dataset.name} leads now.`, "info");
    part("give")?.removeAttribute("open");
  }
  if (part("stage").dataset.point === before.point) return;
  const title = part("stage").querySelector("h2");
  part("said").textContent = title?.textContent ?? "";
  scrollTo({ top: 0, behavior: "instant" });
  showEntry();
}

const refetchSoon = soon(refetch, () => REFETCH_MS);

/** What the room is for whoever looks at `point`; throws where trying again may help. */
async function ask(point) {
  const address = new URL(own.room, location.href);
  if (point !== null && point !== "") address.searchParams.set("point", point);
  const response = await get(address, { headers: { "HX-Request": "true" } });
  const html = response.ok ? await response.text() : "";
  return { address, html: html.includes('id="room-head"') ? html : "" };
}

/** What fails for longer comes again with the stream. */
async function refetch() {
  const asked = turn;
  const page = await patiently(() => ask(away())).catch(() => null);
  // Whoever follows has what is newer by the stream.
  if (asked !== turn) away() !== null && refetchSoon();
  else if (page?.html) take(parsed(page.html));
}

/** To `point`; "" is to follow. `then(address)` before it is shown. */
async function go(point, then = () => {}) {
  const mine = (going += 1);
  const asked = (turn += 1);
  const { address, html } = await ask(point).catch(() => ({}));
  if (mine !== going) return;
  if (!html) return say("The server cannot be reached. Try again in a moment.", "fail");
  if (asked !== turn) refetchSoon();
  then(address);
  show(parsed(html));
}

document.addEventListener("room:behind", refetchSoon);

const SHOWS = {
  room: ({ version, parts }) => {
    if (version < versionOf(document)) return;
    if (away() !== null) return refetchSoon();
    take(parsed(Object.values(parts).join("")));
  },
  refetch: () => refetchSoon(),
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-room-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const wanted = link.dataset.roomGo;
  const point = wanted === part("bar").dataset.point ? "" : wanted;
  go(point, (address) => history.pushState(null, "", address));
});

addEventListener("popstate", () => go(new URL(location.href).searchParams.get("point") ?? ""));

/** Request -> where its sender was on the way to. */
const sentFrom = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  sentFrom.set(ctx, going);
  if (ctx.sourceElement.closest("#room-bar, #room-rail, #room-people")) step = ctx;
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx === step) step = null;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (!(status < 300 || REFUSED.has(status)) || !ctx.text.includes('id="room-head"')) return;
  const form = ctx.sourceElement.closest("form");
  const fresh = parsed(ctx.text);
  const isLate = sentFrom.get(ctx) !== going || versionOf(fresh) < versionOf(document);
  answer(form, fresh);
  if (REFUSED.has(status)) refuse(form, fresh);
  else if (isLate) settle(), refetchSoon();
  else if (ctx === step) show(fresh), nameIt();
  else take(fresh);
});

/** Whoever went elsewhere meanwhile is led back, since what they meant to say is not said; but not
 * out of another text. */
function refuse(form, fresh) {
  if (losesWork(fresh)) {
    const title = fresh.querySelector("#room-point-title")?.textContent ?? "the point";
    keepRefused(form, fresh);
    say(`What you sent about “${title}” was not taken. Go back to it: your words are there, and why.`, "fail");
    return refetchSoon();
  }
  going += 1;
  show(fresh);
  nameIt();
  (part("stage").querySelector(FAULT) ?? part("stage").querySelector("[aria-invalid=true]"))?.focus();
}

/** In the address: where somebody looks now. */
function nameIt() {
  history.replaceState(null, "", away() === null ? own.room : `?point=${away()}`);
}

/** Whoever decides on a point that they look at alone stays there. */
document.addEventListener(
  "submit",
  ({ target: form }) => {
    if (!form.closest("#room-stage")) return;
    form.querySelector("[name=at]")?.remove();
    if (away() === null) return;
    const at = Object.assign(document.createElement("input"), { type: "hidden", name: "at", value: part("stage").dataset.point });
    form.append(at);
  },
  true,
);

/** The reason that stands there is that of the decision which was made: another one has its own. */
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("#room-stage [name=decision]")) return;
  const { decision, reason } = target.form.elements;
  const isAgain = [...decision].some((each) => each.defaultChecked);
  if (isAgain && ["", reason.defaultValue].includes(reason.value)) reason.value = target.defaultChecked ? reason.defaultValue : "";
});

startClocks();
startKeys();
settle();
showEntry();
if (own.roomLive) {
  connect(own.roomLive, { keepWhenHidden: true, onMessage: (kind, data) => SHOWS[kind]?.(data) });
}
