// Says how the stream of a page stands, in a corner where it moves nothing: that it is broken,
// that somebody was signed out, or may not look any more.

/** So long a break heals unnoticed. */
const GRACE_MS = 2500;

let waiting = 0;
let shown = "";

/** What `connect` of stream.js tells, unless it is given something else to tell it to. */
export function showStatus(status, stream) {
  // Each attempt that fails says so: the first of them counts.
  if (status === "lost") waiting ||= setTimeout(() => show("lost", stream), navigator.onLine ? GRACE_MS : 0);
  else settle(status, stream);
}

function settle(status, stream) {
  clearTimeout(waiting);
  waiting = 0;
  if (status !== "open") show(status, stream);
  else if (shown !== "moved") hide();
}

/** `kind` is lost, signed-out, link-over, gone or moved: one of the templates of live/frame.html. */
export function show(kind, stream = null, link = "") {
  const region = document.getElementById("live-status");
  const template = document.getElementById(`live-${kind}`);
  if (!region || !template || shown === kind) return;
  shown = kind;
  const banner = template.content.firstElementChild.cloneNode(true);
  const way = banner.querySelector("[data-live-way]");
  if (way) way.href = link || signIn();
  banner.querySelector("time")?.replaceChildren(clock());
  banner.querySelector("[data-live-again]")?.addEventListener("click", () => stream.open());
  region.replaceChildren(banner);
  document.documentElement.toggleAttribute("data-past", ["gone", "link-over"].includes(kind));
}

function hide() {
  shown = "";
  document.getElementById("live-status")?.replaceChildren();
  document.documentElement.removeAttribute("data-past");
}

function signIn() {
  const here = location.pathname + location.search + location.hash;
  return `${document.body.dataset.signIn}?next=${encodeURIComponent(here)}`;
}

const clock = () => `${new Date().toISOString().slice(11, 16)} UTC`;
