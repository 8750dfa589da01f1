// The end of a review as it happens: who spoke, what stands in the way, how it ended, who signed.

import { get, patiently, soon } from "./fetching.js";
import { calmly, merge } from "./merge.js";
import { connect } from "./stream.js";

/** Not everybody comes at once. */
const FIRST_MS = 100;
const JITTER_MS = 400;

const { decide, decideLive } = document.body.dataset;

/** The page once more; what somebody types stays as it is. */
async function refetch() {
  const response = await patiently(() => get(decide)).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const text = await response.text().catch(() => "");
  if (!text) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["decide-header", "decide"]) {
    const [old, now] = [document, fresh].map((each) => each.getElementById(id));
    if (old && now) calmly(() => merge(old, now));
  }
}

const refetchSoon = soon(refetch, () => FIRST_MS + JITTER_MS * Math.random());

connect(decideLive, {
  keepWhenHidden: true,
  onMessage: (kind) => {
    if (kind === "room" || kind === "refetch") refetchSoon();
  },
});
