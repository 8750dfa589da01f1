import { say } from "./toast.js";

/** Statuses whose answer is swapped in, so that the page itself says what is wrong. */
const SPEAKS_FOR_ITSELF = new Set([409, 422]);

const MESSAGES = {
  400: "The server did not understand this. Reload the page and try again.",
  403: "You may not do this. Ask an owner of the team for the role that may.",
  404: "This is not here any more. Somebody may have removed it: reload the page.",
  413: "This is too large to be accepted.",
  429: "Too many requests. Wait a minute and try again.",
};

function explain(status) {
  if (MESSAGES[status]) return MESSAGES[status];
  if (status >= 500) return `The server failed (${status}). What you typed is still here: try again in a moment.`;
  return `This did not work (${status}). Reload the page and try again.`;
}

/** To the sign-in page, and from there back to this very address. */
function signInAndBack() {
  const here = location.pathname + location.search + location.hash;
  location.assign(`${document.body.dataset.signIn}?next=${encodeURIComponent(here)}`);
}

function sessionExpired(response) {
  if (response.status === 401) return true;
  const signIn = document.body.dataset.signIn;
  return response.raw.redirected && new URL(response.raw.url).pathname === signIn;
}

/** What looks again by itself, every moment, and failed: that is said once, until a look succeeds. */
const complained = new WeakSet();
const signedOut = new WeakSet();

function isAgain(told, { sourceElement }) {
  if (!sourceElement.getAttribute("hx-trigger")?.includes("every ")) return false;
  if (told.has(sourceElement)) return true;
  told.add(sourceElement);
  return false;
}

export function startRequests() {
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (!sessionExpired(ctx.response)) return;
    // The sign-in page must not be swapped into a row.
    event.preventDefault();
    if (!isAgain(signedOut, ctx)) signInAndBack();
  });

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.response.status < 400) complained.delete(ctx.sourceElement);
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    const { hx, response } = ctx;
    // With HX-Reswap the server has said itself what shall be seen of this error.
    if (SPEAKS_FOR_ITSELF.has(response.status) || hx.reswap || isAgain(complained, ctx)) return;
    say(explain(response.status), "fail");
  });

  document.addEventListener("htmx:error", (event) => {
    const { ctx, error } = event.detail;
    if (!ctx || isAgain(complained, ctx)) return;
    say(
      error === "timeout" || ctx.request?.signal?.reason === "timeout"
        ? "The server did not answer in time. Try again in a moment."
        : "The server cannot be reached. Nothing was saved: check your connection and try again.",
      "fail",
    );
  });
}
