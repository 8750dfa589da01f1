"""Every route of the site, read from the resolver, so that a new one cannot be forgotten."""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver, reverse

from audits.models import Audit, Draft, Invitation, Report, User
from checklist.crosswalk_loader import load as load_crosswalk
from checklist.loader import load
from checklist.models import Edition
from tests.audits.helpers import build_edition
from tests.checklist.conftest import definition_yaml
from tests.checklist.crosswalk_files import crosswalk_yaml


@dataclass(frozen=True)
class Route:
    name: str
    path: str
    params: tuple[str, ...]

    @property
    def noun(self) -> str:
        return self.path.split("/")[0]


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
OURS = {name: route for name, route in ALL.items() if route.noun not in ("account", "checklists")}

# For whoever has the link: see tests/security/test_invitations.py.
BY_LINK = {name for name, route in OURS.items() if route.noun == "invitations"}
# Of the checklist format, for editors, which do not sign in.
SCHEMAS = {"checklist-schema"}
PUBLIC = {"health-live", "health-ready", "theme-set", *BY_LINK}
# What every member of a team may look at, and take away.
READS = {
    "project-list",
    "team-detail",
    "team-activity",
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
    "audit-detail",
    "audit-export",
    "audit-history",
    "audit-newer",
    "condition-list",
    "tie-list",
    "sign-off-list",
    "answer-detail",
    "evidence-download",
    "report-detail",
    "report-download",
    "report-html",
    "report-snapshot",
}
# POST alone, though whoever may look at an audit may have its report.
REQUESTS = {"report-request", "report-retry"}
# A form on a page of its own: GET shows it, POST takes it.
FORMS = {
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
    "sign-off-new",
    "evidence-remove",
    "evidence-replace",
    "evidence-expiry",
    "evidence-items",
    "member-remove",
    "invitation-list",
    "team-settings",
    "filter-new",
    "crosswalk-new",
    "environment-remove",
}
# The same for everybody, since they are of no team yet.
FREE_FORMS = {"draft-adopt", "team-new", "audit-new", "audit-load", "user-name", "user-close"}
WRITES = {
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
    "answer-many",
    "filter-rename",
    "filter-remove",
    "answer-state",
    "answer-accept",
    "answer-plan",
    "answer-severity",
    "condition-settle",
    "tie-add",
    "tie-part",
    "tie-join",
    "tie-take",
    "event-undo",
    "audit-move",
    "comment-add",
    "evidence-add",
}
# The writes that a sealed audit takes: its next revision, and its report.
PAST_THE_SEAL = {"audit-reopen", *REQUESTS}


class Things:
    """One of everything that a team owns, and the address of each route among them."""

    def __init__(self, audit: Audit, member: User):
        self.audit = audit
        self.project = audit.project
        self.team = audit.project.team
        self.own = self.team.memberships.get(user=member)
        # Nobody but an owner may change it: everybody may leave.
        self.member = self.team.memberships.get(role="owner")
        self.invitation = self._invitation()
        self.filter = self.team.filters.create(
            name="What burns", query="show=blockers", created_by=self.member.user
        )
        self.environment = self.project.environments.create(kind="staging", name="eu-west")
        self.answer = audit.answers.get(position=1)
        self.condition = audit.conditions.create(
            edition=audit.editions.get(), kind="entry", ref="runs", text="It runs"
        )
        self.tie = audit.ties.create(
            kind="equal", first=self.answer, second=audit.answers.get(position=2), reason="Same."
        )
        self.edition = self._newer_edition()
        self.evidence = self.answer.evidence.get(kind="file")
        self.report = Report.objects.get(snapshot__audit=audit)
        load(definition_yaml(slug="ours"), self.team.pk)
        text = definition_yaml(slug="draft").decode()
        self.draft = Draft.objects.begin(self.team, text, by=self.member.user)
        load(definition_yaml(slug="others"), self.team.pk)
        load_crosswalk(crosswalk_yaml("ours/first-item related others/first-item"), self.team.pk)
        self.words = {
            "owner": self.team.pk,
            "slug": "ours",
            "crosswalk": "ours",
            "version": "1.0.0",
            "ref": "first-item",
            "format": "yaml",
            "section": "keys",
        }
        self.nouns = {
            "teams": self.team,
            "drafts": self.draft,
            "projects": self.project,
            "audits": self.audit,
            "evidence": self.evidence,
            "reports": self.report,
        }

    def _newer_edition(self) -> Edition:
        slug = self.audit.editions.get().checklist.slug
        newer = Edition.objects.filter(checklist__slug=slug, version="9.0.0").first()
        return newer or build_edition(slug, version="9.0.0")

    def _invitation(self) -> Invitation:
        (invitation,) = Invitation.objects.invite(
            self.team, ["new@harbour.example"], "viewer", by=self.member.user, by_mail=True
        )
        return invitation

    def address(self, name: str) -> str:
        route = OURS[name]
        return reverse(name, kwargs={param: self._key(route, param) for param in route.params})

    def _key(self, route: Route, param: str):
        if param == "number":
            return self.audit.events_count
        if param in self.words:
            return self.words[param]
        if param == "pk":
            return (self.answer if "audit_pk" in route.params else self.nouns[route.noun]).pk
        return getattr(self, param.removesuffix("_pk")).pk


def render(report: Report) -> None:
    """As if the worker had been here."""
    report.path.parent.mkdir(parents=True, exist_ok=True)
    report.path.write_bytes(b"%PDF-1.7 of the test")
    Report.objects.filter(pk=report.pk).update(state=Report.State.DONE, percent=100)
    report.refresh_from_db()
