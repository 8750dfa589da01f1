"""One of everything that a team owns, for the routes of tests/audits/views/routes.py."""

import datetime as dt
from hashlib import sha256

from django.urls import reverse
from django.utils import timezone

from audits.models import (
    Alerting,
    ApiToken,
    Audit,
    Delivery,
    Draft,
    Invitation,
    KeyReference,
    Participant,
    ProbeRun,
    Report,
    ReportFile,
    Review,
    User,
    Watch,
    telling,
)
from audits.reports.canonical import canonical_json, digest
from checklist.crosswalk_loader import load as load_crosswalk
from checklist.loader import load
from checklist.models import Edition
from tests.audits.alerting import add_channel
from tests.audits.helpers import build_edition
from tests.audits.reports.meetings import minutes
from tests.audits.reviewing import seat
from tests.audits.views.routes import OURS, Route
from tests.checklist.conftest import definition_yaml
from tests.checklist.crosswalk_files import crosswalk_yaml


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
        self.token, _ = ApiToken.objects.issue(self.team, "Pipeline", by=self.member.user)
        self.channel = add_channel(self.team, by=self.member.user)
        self.delivery = self._sent_test()
        self.environment = self.project.environments.create(kind="staging", name="eu-west")
        self.watch = self._mute_watch()
        live = self.project.environments.create(kind="production", name="eu-live")
        self.intrusive = live.watches.get(probe="app-input")
        self.key = KeyReference.objects.add(
            self.environment, by=self.member.user, purpose="api", reference="env:CLAUDE_KEY"
        )
        self.run = ProbeRun.objects.ask(self.watch, by=self.member.user)
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
        self.round = audit.rounds.get()
        self.sign_off = self.round.sign_offs.get()
        self.go_condition = audit.rounds.get().go_conditions.create(
            number=1, text="Test the limits.", owner=self.member.user, due=dt.date(2099, 1, 1)
        )
        self.review = self._review()
        self.point = self.review.points.get()
        self.met = self._met()
        self.participant = seat(self.review)
        self.poll = self.point.polls.create(
            question="Ready?",
            choices=["Yes", "No"],
            asked_by=Participant.objects.member(self.review, self.member.user),
            opened_at=timezone.now(),
        )
        self.action = audit.actions.create(
            team=self.team,
            review=self.review,
            point=self.point,
            title="Write the runbook",
            owner=self.member.user,
            due=dt.date(2099, 1, 1),
            created_by=self.member.user,
            created_at=timezone.now(),
        )
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
            "kind": "slack",
            "token": self.participant.token,
        }
        self.nouns = {
            "teams": self.team,
            "drafts": self.draft,
            "projects": self.project,
            "audits": self.audit,
            "evidence": self.evidence,
            "reports": self.report,
            "rounds": self.round,
            "reviews": self.review,
            "watches": self.watch,
            "keys": self.key,
            "runs": self.run,
            "actions": self.action,
        }

    def _review(self) -> Review:
        """Whatever the state of the audit: a sealed one refuses to plan."""
        owner = self.member.user
        review = Review.objects.create(
            audit=self.audit,
            number=1,
            title="Launch review",
            starts_at=timezone.now() + dt.timedelta(hours=1),
            facilitator=owner,
            facilitator_name=str(owner),
            roles=["Approver"],
            created_by=owner,
        )
        review.points.create(position=1, kind="topic", key="topic:1", title="Who is on call")
        return review

    def _met(self) -> Review:
        """One that ended, with its minutes; no event tells of it."""
        told = minutes()
        return Review.objects.create(
            audit=self.audit,
            number=2,
            title=told["review"]["title"],
            starts_at=timezone.now(),
            ended_at=timezone.now(),
            facilitator=self.member.user,
            facilitator_name=told["review"]["facilitator"],
            created_by=self.member.user,
            state=Review.State.ENDED,
            outcome=told["outcome"],
            minutes=canonical_json(told),
            minutes_digest=digest(canonical_json(told)),
        )

    def _sent_test(self) -> Delivery:
        delivery = telling.test_channel(self.channel, by=self.member.user)
        Delivery.objects.update(state=Delivery.State.SENT)
        return delivery

    def _mute_watch(self) -> Watch:
        watch = self.environment.watches.get(probe="log-sample")
        until = timezone.now() + dt.timedelta(days=1)
        Alerting.objects.mute(watch, until=until, by=self.member.user, why="Maintenance")
        return watch

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
        if route.name.startswith("review-minutes"):
            return self.met.pk
        if route.name == "watch-production":
            return self.intrusive.pk
        if param == "pk":
            return (self.answer if "audit_pk" in route.params else self.nouns[route.noun]).pk
        return getattr(self, param.removesuffix("_pk")).pk


def render(report: Report) -> None:
    """As if the worker had been here."""
    pdf = b"%PDF-1.7 of the test"
    if report.seal_id:
        ReportFile.objects.create(report=report, data=pdf, sha256=sha256(pdf).hexdigest())
    else:
        report.path.parent.mkdir(parents=True, exist_ok=True)
        report.path.write_bytes(pdf)
    done = {"state": Report.State.DONE, "percent": 100, "sha256": sha256(pdf).hexdigest()}
    Report.objects.filter(pk=report.pk).update(**done)
    report.refresh_from_db()
