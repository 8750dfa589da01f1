"""Play the demo's file through the very verbs that people use, so that its history is real."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone

from audits.demo_reviews import DemoReviews
from audits.models import (
    Action,
    Answer,
    Audit,
    Comment,
    Condition,
    Evidence,
    KeyReference,
    Policy,
    Project,
    Round,
    SignOff,
    Team,
    User,
)
from audits.models.go_conditions import Asked
from audits.models.obstacles import Kind
from audits.models.quorum import Role, Rules
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
        self.policy: dict[str, Any] = content["policy"]
        self.simulator: dict[str, Any] = content["simulator"]
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
        Policy.objects.change_team(self.team, self._rules(), by=by)
        for project in self.projects:
            self._project(project, by)
        return self

    def _rules(self) -> Rules:
        roles = tuple(
            Role(name, people=frozenset(self.users[person].pk for person in people))
            for name, people in self.policy["roles"].items()
        )
        return Rules(
            roles, four_eyes=self.policy["four_eyes"], valid_days=self.policy["valid_days"]
        )

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
        for name, told in content["environments"].items():
            self._environment(project, name, told, by)
        for audit in content["audits"]:
            self._audit(project, audit, by)

    def _environment(self, project: Project, name: str, told: Any, by: User) -> None:
        """A kind alone: what nobody set up yet, and no probe looks at. `paid` are probes that
        somebody pays for, with the minutes between two runs."""
        if isinstance(told, str):
            environment = project.environments.create(name=name, kind=told)
            environment.change(by=by, **self.simulator)
            environment.watches.update(enabled=False, next_at=None)
            return
        by = self.users[told["by"]]
        environment = project.environments.create(name=name, kind=told["kind"])
        environment.change(by=by, **self.simulator, **told["settings"])
        for key in told["keys"]:
            KeyReference.objects.add(environment, by=by, **key)
        for probe, minutes in told.get("paid", {}).items():
            watch = environment.watches.get(probe=probe).agree_to_pay(True, by=by)
            watch.change(by=by, enabled=True, every_minutes=minutes)

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
        for told in content.get("actions", ()):
            self._action(audit, answers, told)
        for told in content.get("reviews", ()):
            DemoReviews(audit, self.users).play(told)
        if told := content.get("sign_off"):
            self._sign_off(Audit.objects.get(pk=audit.pk), answers, told)

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

    def _action(self, audit: Audit, answers: list[Answer], told: dict[str, Any]) -> None:
        """`due_in_days` may be over: nobody can add such a one, so it is added for today."""
        due = self._day(told["due_in_days"])
        about = _named(answers, told["item"])[0] if "item" in told else None
        action = Action.objects.add(
            audit,
            told["title"],
            self.users[told["owner"]],
            max(self.today, due or self.today),
            by=self.users[told["by"]],
            answer=about,
        )
        if due and due < self.today:
            made_at = timezone.now() - dt.timedelta(days=7)
            Action.objects.filter(pk=action.pk).update(due=due, created_at=made_at)
        if "closing" in told:
            action.close(told["closing"], by=self.users[told["owner"]])

    def _sign_off(self, audit: Audit, answers: list[Answer], told: dict[str, Any]) -> None:
        """Proposed, and signed by those who are named; or refused."""
        proposed = Round.objects.propose(
            audit,
            by=self.users[told["by"]],
            seen=state_seen(audit),
            decision=told["decision"],
            statement=told["statement"],
            release=told["release"],
            conditions=[self._asked(answers, each) for each in told.get("conditions", ())],
        )
        for each in told.get("signed", ()):
            self._decide(proposed, each, SignOff.objects.sign, proposed.phrase, "statement")
        if each := told.get("refused"):
            refusal = SignOff.objects.refuse
            self._decide(proposed, each, refusal, proposed.refusal_phrase, "reason")
        row = Round.objects.get(pk=proposed.pk)
        if row.is_sealed:
            ring_for_report(row.report)

    def _asked(self, answers: list[Answer], each: dict[str, Any]) -> Asked:
        """`covers` is the id of an item whose blocker is open."""
        (covered,) = _named(answers, each["covers"])
        return Asked(
            each["text"],
            self.users[each["owner"]],
            self._day(each["due_in_days"]),
            covers=f"{Kind.BLOCKER}:{covered.pk}",
        )

    def _decide(self, proposed: Round, each: dict[str, str], verb, phrase: str, says: str) -> None:
        verb(
            proposed,
            by=self.users[each["by"]],
            role=each["role"],
            seen=proposed.snapshot.digest,
            confirmation=phrase,
            **{says: each["says"]},
        )


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
