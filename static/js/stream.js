// A stream of server-sent events that heals by itself: it goes on after the last id that it had,
// and says so where it cannot.

import { showStatus } from "./connection.js";

/** The kinds of messages; `hello` and `beat` say nothing but that the line is alive. */
const KINDS = ["hello", "changes", "refetch", "room", "presence", "gone", "beat"];

/** Why the server ends a stream for good, and what that is called here. */
const ENDS = { session: "signed-out", link: "link-over" };

const SILENCE_MS = 45_000;
const LOOK_EVERY_MS = 5_000;
/** A browser has six connections a host for all of its tabs. */
const HIDDEN_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Opens the stream at `url`, from the message after the id `after` on.
 *
 * `onMessage(kind, data, id)` gets what comes. `onStatus(status, stream)` hears `open`, `lost` (it is
 * tried again), `signed-out`, `link-over` and `gone` (it is not, until somebody comes back to the
 * tab). A hidden tab lets go of its stream unless `keepWhenHidden`.
 */
export function connect(url, options) {
  const stream = new Stream(url, options);
  stream.start();
  return stream;
}

class Stream {
  constructor(url, { after = "", onMessage, onStatus = showStatus, keepWhenHidden = false }) {
    Object.assign(this, { url, last: after, onMessage, onStatus, keepWhenHidden });
    this.source = null;
    this.failures = 0;
    this.heard = 0;
    this.asking = null;
  }

  start() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.hide() : this.wake()));
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.lose());
    // Left and come back to by way of the browser's cache of whole pages, which no stream survives.
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.wake());
    setInterval(() => this.look(), LOOK_EVERY_MS);
    this.open();
  }

  /** At once, whatever was waited for; in a hidden tab not before somebody comes back to it: all
   * tabs hear at the same moment that the network is there again, and share six connections. */
  open() {
    this.close();
    if (document.hidden && !this.keepWhenHidden) return;
    const address = new URL(this.url, location.href);
    if (this.last !== "") address.searchParams.set("after", this.last);
    const source = (this.source = new EventSource(address));
    this.heard = Date.now();
    source.onopen = () => this.hear(() => {
      this.failures = 0;
      this.onStatus("open", this);
    });
    source.onerror = () => {
      const refused = source.readyState === EventSource.CLOSED;
      if (this.source === source) refused ? this.explain() : this.lose();
    };
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.hear(() => this.take(kind, event)));
  }

  hear(then) {
    this.heard = Date.now();
    then();
  }

  take(kind, event) {
    if (event.lastEventId !== "") this.last = event.lastEventId;
    const data = event.data ? JSON.parse(event.data) : null;
    if (kind === "gone") this.end(ENDS[data?.why] ?? "gone");
    else this.onMessage(kind, data, event.lastEventId);
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.hiding);
    this.asking?.abort();
    this.source?.close();
    this.source = null;
  }

  /** Not tried again by itself. */
  end(status) {
    this.close();
    this.onStatus(status, this);
  }

  /** Tried again after a while, which grows, and is not everybody's the same. */
  lose(seconds = 0) {
    this.close();
    this.onStatus("lost", this);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    this.timer = setTimeout(() => this.open(), Math.max(wait, seconds * 1000) * (0.5 + Math.random()));
  }

  /** An EventSource does not tell why it was refused: one request does. */
  async explain() {
    this.close();
    const asking = (this.asking = new AbortController());
    try {
      const response = await fetch(this.url, {
        headers: { Accept: "text/event-stream" },
        redirect: "manual",
        signal: asking.signal,
      });
      const { status, type } = response;
      const seconds = Number(response.headers.get("Retry-After")) || 0;
      asking.abort();
      if (type === "opaqueredirect" || status === 401) this.end(ENDS.session);
      else if ([403, 404, 410].includes(status)) this.end("gone");
      else this.lose(seconds);
    } catch {
      // Aborted: another attempt is under way already.
      if (!asking.signal.aborted) this.lose();
    }
  }

  hide() {
    if (!this.keepWhenHidden) this.hiding = setTimeout(() => this.close(), HIDDEN_MS);
  }

  /** Somebody looks again: after an hour, or after having signed in elsewhere. */
  wake() {
    clearTimeout(this.hiding);
    if (!this.source) this.open();
    else this.look();
  }

  /** A line that is silent for so long is dead, though nobody said so. */
  look() {
    if (this.source && Date.now() - this.heard > SILENCE_MS) this.lose();
  }
}
