// What differs between two states of a text.

/** From `before` to `after` by replacing `remove` characters at `at`; `caret` is where it was typed. */
export function difference(before, after, caret = after.length) {
  const longest = Math.min(before.length, after.length);
  // What follows the caret was not typed: with it, "aa" that became "aaa" is known to the letter.
  const typed = Math.min(longest, after.length - caret);
  let tail = shared(longest, (at) => before[before.length - 1 - at] === after[after.length - 1 - at]);
  if (tail > typed) tail = typed;
  let head = shared(longest - tail, (at) => before[at] === after[at]);
  tail = shared(longest - head, (at) => before[before.length - 1 - at] === after[after.length - 1 - at]);
  if (isLead(before[head - 1])) head -= 1;
  if (isTrail(before[before.length - tail])) tail -= 1;
  return { at: head, remove: before.length - head - tail, insert: after.slice(head, after.length - tail) };
}

function shared(most, isSame) {
  let count = 0;
  while (count < most && isSame(count)) count += 1;
  return count;
}

/** Halves of one character are never parted. */
const isLead = (unit) => unit >= "\ud800" && unit <= "\udbff";
const isTrail = (unit) => unit >= "\udc00" && unit <= "\udfff";

/** `now` with what was typed on `base`, for states that share no history. */
export function carried(base, typed, now) {
  const mine = difference(base, typed);
  const theirs = difference(base, now);
  const moved = (place) => {
    if (theirs.at + theirs.remove <= place) return place + theirs.insert.length - theirs.remove;
    return theirs.at < place ? theirs.at + theirs.insert.length : place;
  };
  const [from, to] = [moved(mine.at), moved(mine.at + mine.remove)];
  const isSame = now.slice(from, to) === base.slice(mine.at, mine.at + mine.remove);
  return now.slice(0, from) + mine.insert + now.slice(isSame ? to : from);
}

/** What no database stores goes before it is anywhere. */
export const storable = (text) => (text.toWellFormed?.() ?? text).replace(/[\0\r]/g, "");

export const toBase64 = (bytes) => {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

export const fromBase64 = (text) => Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
