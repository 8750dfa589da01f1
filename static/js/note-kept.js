// What was typed and not yet acknowledged, kept in the browser: neither a closed tab nor a dead
// server loses it.

const PREFIX = "note:";
const DAYS_MS = 7 * 24 * 60 * 60 * 1000;

/** One place a tab: two of them may write the same note. */
export class Kept {
  constructor(note) {
    this.prefix = `${PREFIX}${note}:`;
    this.own = this.prefix + crypto.getRandomValues(new Uint32Array(1))[0];
    /** Those of former tabs whose text is in ours by now. */
    this.adopted = [];
  }

  write(what) {
    try {
      localStorage.setItem(this.own, JSON.stringify({ ...what, at: Date.now() }));
    } catch {
      // No room, or a browser that keeps nothing: it is sent all the same.
    }
  }

  /** What is there since before. */
  adopt() {
    const found = [];
    for (const key of keysOf(this.prefix)) {
      const what = read(key);
      if (!what) continue;
      this.adopted.push(key);
      found.push(what);
    }
    return found;
  }

  /** All of it is with the server. */
  drop() {
    for (const key of [this.own, ...this.adopted]) remove(key);
    this.adopted = [];
  }
}

function keysOf(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing is kept here.
  }
}

export function sweepKept() {
  for (const key of keysOf(PREFIX)) if (!(Date.now() - (read(key)?.at ?? 0) < DAYS_MS)) remove(key);
}
