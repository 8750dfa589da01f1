"""Play the demo's file through the very verbs that people use, so that its history is real."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone

from audits.models import (
    Answer,
    Audit,
    Comment,
    Condition,
    Evidence,
    Project,
    SignOff,
    Team,
    User,
)
from audits.models.snapshots import state_seen
from audits.models.uploads import discard
from audits.tasks import ring_for_report
from checklist.models import Edition


class Demo:
    def __init__(self, path: Path):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.team_name: str = content["team"]
        self.sign_in: str = content["sign_in"]
        self.people: list[dict[str, str]] = content["people"]
        self.projects: list[dict[str, Any]] = content["projects"]
        self.users: dict[str, User] = {}
        self.files: list[str] = []
        self.today = timezone.localdate()

    def load(self, password: str) -> "Demo":
        """Inside a transaction. LookupError when the file names what is not there.

        Whoever rolls it back calls `discard_files`: a store knows no transaction.
        """
        owner = next(person for person in self.people if person["role"] == "owner")
        hashed = make_password(password)  # once: it is slow by intent
        for person in self.people:
            user = User.objects.create(email=person["email"], password=hashed, name=person["name"])
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
            self.users[person["email"].split("@")[0]] = user
        by = self.users[owner["email"].split("@")[0]]
        self.team = Team.objects.found(self.team_name, by=by)
        for person in self.people:
            if person is not owner:
                self.team.admit(self.users[person["email"].split("@")[0]], person["role"])
        for project in self.projects:
            self._project(project, by)
        return self

    def discard_files(self) -> None:
        for name in self.files:
            discard(name)

    def _day(self, days: int | None) -> dt.date | None:
        return None if days is None else self.today + dt.timedelta(days=days)

    def _project(self, content: dict[str, Any], by: User) -> None:
        project = self.team.projects.create(
            name=content["name"],
            description=content["description"],
            launch_date=self._day(content["launch_in_days"]),
        )
        for name, kind in content["environments"].items():
            project.environments.create(name=name, kind=kind)
        for audit in content["audits"]:
            self._audit(project, audit, by)

    def _audit(self, project: Project, content: dict[str, Any], by: User) -> None:
        chosen = [_current_edition(slug) for slug in content["editions"]]
        audit = Audit.objects.start(project, content["title"], chosen, by=by)
        answers = list(audit.answers.select_related("item").order_by("position"))
        for step in content["steps"]:
            for answer in _named(answers, step["item"]):
                self._step(answer, step)
        for ref, name in content.get("met", {}).items():
            condition = audit.conditions.filter(ref=ref).first()
            if condition is None:
                raise LookupError(f"no condition of the audit has the id {ref}.")
            condition.settle(Condition.State.MET, by=self.users[name])
        if seal := content.get("seal"):
            self._seal(Audit.objects.get(pk=audit.pk), seal)

    def _step(self, answer: Answer, step: dict[str, Any]) -> None:
        by = self.users[step["by"]]
        about = {"title": step.get("title", ""), "speaks_of": self._day(-step.get("days_ago", 0))}
        if "state" in step:
            answer.record(step["state"], by=by)
        elif "not_applicable" in step:
            answer.record(Answer.State.NOT_APPLICABLE, by=by, reason=step["not_applicable"])
        elif "accept" in step:
            answer.record(
                Answer.State.RISK_ACCEPTED,
                by=by,
                reason=step["accept"],
                approver=self.users[step["approver"]],
                until=self._day(step["until_in_days"]),
            )
        elif "owner" in step:
            answer.plan(by=by, owner=self.users[step["owner"]], due=self._day(step["due_in_days"]))
        elif "comment" in step:
            Comment.objects.add(answer, step["comment"], by=by)
        elif "link" in step:
            Evidence.objects.attach_link(answer, step["link"], by=by, **about)
        elif "file" in step:
            upload = ContentFile(step["text"].encode(), step["file"])
            evidence = Evidence.objects.attach_file(answer, upload, by=by, **about)
            self.files.append(str(evidence.file.name))
        elif "note" in step:
            Evidence.objects.attach_note(answer, step["note"], by=by, **about)

    def _seal(self, audit: Audit, seal: dict[str, str]) -> None:
        by = self.users[seal["by"]]
        sign_off = SignOff.objects.seal(
            audit,
            by=by,
            decision=seal["decision"],
            statement=seal["statement"],
            confirmation=audit.seal_phrase,
            seen=state_seen(audit),
        )
        ring_for_report(sign_off.snapshot.report)


def _current_edition(slug: str) -> Edition:
    edition = Edition.objects.current().filter(checklist__owner=None, checklist__slug=slug).first()
    if edition is None:
        raise LookupError(f"no checklist {slug} is loaded; run load_checklists first.")
    return edition


def _named(answers: list[Answer], item: str) -> list[Answer]:
    """The answers a step speaks of: `*` all, `*1` the first, otherwise the item's id."""
    if item == "*":
        return answers
    if item == "*1":
        return answers[:1]
    if named := [answer for answer in answers if answer.item.ref == item]:
        return named
    raise LookupError(f"no item of the audit has the id {item}.")
