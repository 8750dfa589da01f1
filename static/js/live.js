// A page of an audit that others work at too: what they do shows here within a moment.

import { showChanges } from "./live-changes.js";
import { refetchSoon } from "./live-page.js";
import { showCompany } from "./live-company.js";
import { startLiveRows } from "./live-rows.js";
import { connect } from "./stream.js";

const SHOWS = {
  changes: (data, stream) => showChanges(data, stream),
  refetch: (_, stream) => refetchSoon(stream),
  presence: showCompany,
};

export function startLive() {
  const { live, liveAfter } = document.body.dataset;
  if (!live) return;
  const stream = connect(live, {
    after: liveAfter,
    onMessage: (kind, data) => SHOWS[kind]?.(data, stream),
  });
  startLiveRows(() => refetchSoon(stream));
}
