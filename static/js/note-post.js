// Sends what was typed in a note, and says what came of it.

/** What is sent twice is there once. */
const IN_TIME_MS = 30_000;

const OFFLINE = "The server cannot be reached. What you type is kept in this browser, and sent as soon as it can be.";
const GONE = "You are not in this review any more, or signed out: reload the page. What you typed is kept in this browser.";
const FAILED = "The server failed. What you type is kept in this browser, and sent again in a moment.";

/**
 * `kind` is `saved`; `missing` (send all of it on the state that was `said`); `refused` (until it
 * is typed otherwise); `over` (for good); `failed` (try again).
 */
export async function post(address, area, fields) {
  const token = area?.form?.elements.csrfmiddlewaretoken?.value ?? "";
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token });
  let response;
  try {
    // A page that goes may still send what browsers let it.
    const keepalive = body.toString().length < 60_000;
    const signal = AbortSignal.timeout(IN_TIME_MS);
    response = await fetch(address, { method: "POST", body, keepalive, signal, headers: { Accept: "application/json" } });
  } catch {
    return { kind: "failed", text: OFFLINE };
  }
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
    return { kind: "failed", text: response.status >= 500 || response.status === 429 ? FAILED : GONE };
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) return { kind: "saved", said };
  if (said.state !== undefined) return { kind: "missing", said };
  return { kind: response.status === 409 ? "over" : "refused", said };
}
