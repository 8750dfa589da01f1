"""Every route of the site, read from the resolver, so that a new one cannot be forgotten."""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver


@dataclass(frozen=True)
class Route:
    name: str
    path: str
    params: tuple[str, ...]

    @property
    def noun(self) -> str:
        return self.path.removeprefix("live/").split("/")[0]


def every_route() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns, prefix, above):
    for entry in patterns:
        path = prefix + str(entry.pattern)
        params = (*above, *entry.pattern.converters)
        if isinstance(entry, URLPattern):
            yield Route(entry.name, path, params)
        else:
            yield from _walk(entry.url_patterns, path, params)


ALL = {route.name: route for route in every_route()}
ELSEWHERE = ("account", "checklists", "api")
OURS = {name: route for name, route in ALL.items() if route.noun not in ELSEWHERE}

# For machines with a token of their own: see tests/audits/api/.
API = {name for name, route in ALL.items() if route.noun == "api"}
API_PUBLIC = {"api-openapi", "api-unknown"}
API_READS = {"api-sign-off", "api-action-list"}
API_WRITES = {"api-release-register"}

# For whoever has the link: see tests/security/test_invitations.py.
BY_LINK = {name for name, route in OURS.items() if route.noun == "invitations"}
# For whoever has a guest's link, and has followed it: see tests/security/test_guests.py.
OF_GUESTS = {"guest-link", "guest-review", "guest-leave"}
# Of the checklist format, for editors, which do not sign in.
SCHEMAS = {"checklist-schema"}
# For anybody who holds a report.
VERIFIES = {"verify", "verify-digest", "verify-certificate"}
PUBLIC = {"health-live", "health-ready", "metrics", "theme-set", *BY_LINK, *OF_GUESTS, *VERIFIES}
# What every member of a team may look at, and take away.
READS = {
    "project-list",
    "team-detail",
    "team-activity",
    "team-policy",
    "action-list",
    "alert-list",
    "channel-list",
    "channel-detail",
    "filter-list",
    "crosswalk-list",
    "team-crosswalk-detail",
    "team-crosswalk-export",
    "team-checklist-list",
    "team-checklist-detail",
    "team-edition-detail",
    "team-edition-export",
    "team-item-detail",
    "draft-detail",
    "draft-changes",
    "draft-export",
    "project-detail",
    "environment-detail",
    "ledger",
    "watch-detail",
    "run-detail",
    "release-list",
    "audit-detail",
    "audit-differences",
    "audit-export",
    "audit-history",
    "audit-newer",
    "audit-policy",
    "condition-list",
    "go-condition-list",
    "tie-list",
    "review-list",
    "review-detail",
    "review-decide",
    "review-minutes",
    "review-minutes-text",
    "room",
    "sign-off-list",
    "round-detail",
    "round-html",
    "answer-detail",
    "answer-machine",
    "evidence-download",
    "report-detail",
    "report-download",
    "report-html",
    "report-snapshot",
    "review-calendar",
}
# Read by scripts, which are told 401 and not sent to sign in: see test_live.py.
STREAMS = {"audit-live", "review-live"}
READS |= STREAMS
# POST alone, though whoever may look at an audit may have its report.
REQUESTS = {"report-request", "report-retry"}
# What whoever may look at a review may say in it, guests too: see test_notes.py and test_polls.py.
SPEAKS = {"note-edit", "note-merge", "poll-vote"}
# A form on a page of its own: GET shows it, POST takes it.
FORMS = {
    "poll-new",
    "room-action-new",
    "room-action-edit",
    "action-new",
    "action-edit",
    "draft-new",
    "draft-text",
    "draft-about",
    "draft-section",
    "draft-item",
    "draft-item-new",
    "draft-discard",
    "project-new",
    "project-edit",
    "audit-rename",
    "audit-reopen",
    "review-new",
    "review-edit",
    "review-cancel",
    "review-end",
    "sign-off-new",
    "round-refuse",
    "round-withdraw",
    "evidence-remove",
    "evidence-replace",
    "evidence-expiry",
    "evidence-items",
    "member-remove",
    "invitation-list",
    "team-settings",
    "token-list",
    "channel-new",
    "channel-edit",
    "channel-remove",
    "team-policy-edit",
    "audit-policy-edit",
    "filter-new",
    "crosswalk-new",
    "environment-remove",
    "environment-edit",
    "key-add",
    "key-remove",
    "watch-production",
    "participant-list",
}
# The same for everybody, since they are of no team yet.
FREE_FORMS = {"draft-adopt", "team-new", "audit-new", "audit-load", "user-name", "user-close"}
WRITES = {
    "poll-close",
    "room-action-close",
    "review-start",
    "review-word",
    "review-word-back",
    "review-propose",
    "review-probes",
    "room-show",
    "room-lead",
    "room-decide",
    "room-confirm",
    "agenda-refresh",
    "agenda-topic",
    "agenda-item",
    "agenda-move",
    "agenda-take-off",
    "agenda-put-back",
    "action-close",
    "action-reopen",
    "round-sign",
    "sign-off-withdraw",
    "draft-publish",
    "draft-undo",
    "draft-item-move",
    "draft-item-remove",
    "draft-section-move",
    "draft-section-remove",
    "member-change",
    "invitation-renew",
    "invitation-withdraw",
    "environment-add",
    "environment-run",
    "watch-run",
    "watch-schedule",
    "watch-pay",
    "watch-mute",
    "watch-unmute",
    "watch-log",
    "release-register",
    "token-revoke",
    "alert-mute",
    "alert-unmute",
    "channel-test",
    "delivery-answer",
    "answer-many",
    "filter-rename",
    "filter-remove",
    "answer-state",
    "answer-accept",
    "answer-plan",
    "answer-severity",
    "answer-run",
    "answer-attach",
    "condition-settle",
    "go-condition-settle",
    "tie-add",
    "tie-part",
    "tie-join",
    "tie-take",
    "event-undo",
    "audit-move",
    "comment-add",
    "evidence-add",
    "guest-invite",
    "guest-renew",
    "participant-mail",
    "participant-withdraw",
}
# The writes that a sealed audit takes: its next revision, what became of the conditions of its
# go, and its report.
PAST_THE_SEAL = {"audit-reopen", "go-condition-settle", *REQUESTS}
