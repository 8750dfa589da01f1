// What happened to an audit, on the page that shows its rows: each row's line, what counts them,
// and who it was. Any other page of the audit is fetched again.

import { announce, markRow, sentence } from "./live-marks.js";
import { refetchSoon } from "./live-page.js";
import { isOutdated, noteTouched, noteTurned, refreshPanel, shown } from "./live-rows.js";
import { calmly, merge } from "./merge.js";
import { say } from "./toast.js";

/** What these tell shows in a row, and in what counts rows. */
const OF_ROWS = /^(answer|comment|evidence)\./;

/** So many of one message are told by themselves. */
const FEW = 3;

export function showChanges({ events, html }, stream) {
  const { liveUser, liveQuery } = document.body.dataset;
  const byOthers = events.filter((event) => String(event.actor) !== liveUser);
  tellOfAll(byOthers);
  if (liveQuery === undefined) return refetchSoon(stream);
  const states = byOthers.map((event) => stateOf(event));
  if (html) calmly(() => showParts(html));
  byOthers.forEach((event, nth) => stateOf(event) !== states[nth] && noteTurned(`row-${event.answer}`));
  showOpen(events);
  for (const event of byOthers) if (event.answer) showWho(event);
  tell(byOthers);
  if (events.some((event) => !OF_ROWS.test(event.verb))) refetchSoon(stream);
}

const stateOf = ({ answer }) => document.getElementById(`row-${answer}`)?.dataset.state;

function showWho(event) {
  noteTouched(`row-${event.answer}`);
  markRow(event);
}

/** Viewers share what was rendered: what is each one's own is put in here. */
function showParts(html) {
  const { liveQuery, liveToken } = document.body.dataset;
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const own = html.replaceAll("CSRF-TOKEN-HERE", liveToken).replaceAll("QUERY-HERE", escape(liveQuery));
  const parts = new DOMParser().parseFromString(own, "text/html").body;
  for (const fresh of parts.querySelectorAll("[id]")) {
    fresh.removeAttribute("hx-swap-oob");
    const old = document.getElementById(fresh.id);
    if (old && fresh.parentElement === parts && fresh.id !== "announcer") showPart(old, fresh);
  }
}

function showPart(old, fresh) {
  if (isOutdated(old, fresh)) return;
  merge(old, shown(old, fresh), { keeps: (node) => node.matches(".row-panel, .row-mark") });
  window.htmx?.process(old);
}

/** Of what changed, the rows that are open: their panels hold more than a line. */
function showOpen(events) {
  const latest = new Map(events.filter((event) => event.answer).map((event) => [event.answer, event]));
  for (const [answer, event] of latest) {
    const row = document.getElementById(`row-${answer}`);
    if (row?.hasAttribute("data-open")) refreshPanel(row, event);
  }
}

/** What concerns the audit as a whole is said to everybody who looks at any of its pages. */
function tellOfAll(events) {
  const ofAll = events.filter((event) => !OF_ROWS.test(event.verb));
  for (const event of ofAll.slice(0, FEW)) say(sentence(event), "info");
}

function tell(events) {
  const rest = events.filter((event) => OF_ROWS.test(event.verb));
  if (!rest.length) return;
  const people = [...new Set(rest.map((event) => event.by))].filter(Boolean).join(", ");
  announce(rest.length <= FEW ? rest.map(sentence).join(" ") : `${people} made ${rest.length} changes.`);
}
