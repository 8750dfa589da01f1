// Where the focus goes when the server's answer has been swapped in.

const REFUSED = new Set([409, 422]);

/** The disclosure that a form stood in when it was sent: it may close, with the focus inside. */
const sentFrom = new WeakMap();

function remember(event) {
  const { ctx } = event.detail;
  sentFrom.set(ctx, ctx.sourceElement?.closest?.("details[id]")?.id);
}

/** What was refused is read first: its message, or else the first field that is wrong. */
function toFault(scope) {
  const fault = scope.querySelector(".versions, .field-error[tabindex], .error-summary") ?? scope.querySelector("[aria-invalid=true]");
  fault?.focus();
}

function isLost() {
  const focused = document.activeElement;
  return !focused || focused === document.body || !focused.checkVisibility();
}

/** One of a list that answers in its own place: the element of its id is a new one by now. */
function settleInPlace(ctx) {
  const item = document.getElementById(ctx.sourceElement?.closest?.("[data-in-place]")?.id ?? "");
  if (!item) return;
  if (REFUSED.has(ctx.response?.status)) toFault(item);
  else if (isLost()) item.querySelector(".actions :is(a, button), summary")?.focus({ preventScroll: true });
}

function settle(event) {
  const { ctx } = event.detail;
  settleInPlace(ctx);
  const row = ctx.sourceElement?.closest?.("[data-row]");
  if (!row) return;
  if (REFUSED.has(ctx.response?.status)) return toFault(row);
  if (!isLost()) return;
  const closed = document.getElementById(sentFrom.get(ctx))?.querySelector("summary");
  (closed ?? row.querySelector('[data-key="open"]'))?.focus({ preventScroll: true });
}

export function startFocus() {
  document.addEventListener("htmx:before:swap", remember);
  document.addEventListener("htmx:after:swap", settle);
}
