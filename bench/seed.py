"""bench.seed KIND SIZES, by way of bench.with_django: things in an installation with checklists.

KIND is `small`, `large`, `paper` or `seals`; SIZES is bench.sizes.Sizes as JSON. All is made
through the product's own verbs. Prints, as JSON, where the client finds what was made.
"""

import json
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from audits.models import Answer, Audit, Comment, Evidence, Membership, Project, Team, User
from bench import editions
from bench.sizes import CLIENTS, Sizes
from checklist import loader
from checklist.models import Edition

PASSWORD = "what nobody would guess 41"


class Seed:
    def __init__(self, sizes: Sizes, members: int) -> None:
        self.sizes = sizes
        self.users = _people(members)
        self.alice = self.users[0]
        self.team = Team.objects.found("Harbour", by=self.alice)
        self.team.memberships.bulk_create(
            Membership(team=self.team, user=user, role=Membership.Role.EDITOR)
            for user in self.users[1:]
        )
        self.pair = [_shipped("claude-launch-18"), _shipped("claude-production")]
        self.found: dict = {
            "password": PASSWORD,
            "people": [user.email for user in self.users[:CLIENTS]],
        }

    def project(self, number: int = 1) -> Project:
        return self.team.projects.create(name=f"Assistant {number}")

    def edition(self, items: int) -> Edition:
        path = Path(settings.DATA_DIR) / f"catalogue-{items}.yaml"
        edition, _ = loader.load(editions.write(path, f"catalogue-{items}", items).read_bytes())
        return edition

    def small(self) -> None:
        """One audit, and nothing beside it."""
        audit = Audit.objects.start(self.project(), "Launch", self.pair, by=self.alice)
        self.found["audit"] = audit.get_absolute_url()

    def large(self) -> None:
        """A thousand audits of two hundred members, and catalogues."""
        projects = [self.project(number) for number in range(1, self.sizes.projects + 1)]
        to_start = self._to_start(projects)
        while chunk := list(islice(to_start, 50)):
            with transaction.atomic():
                started = [self._started(*one) for one in chunk]
        edition = self.edition(self.sizes.items)
        long = Audit.objects.start(projects[0], "Catalogue", [edition], by=self.alice)
        self.edition(self.sizes.catalogue)
        self.found |= {
            "audit": started[-1].get_absolute_url(),
            "long_audit": long.get_absolute_url(),
            "answer": started[-1].answers.order_by("position")[4].get_absolute_url(),
            "project": str(projects[-1].pk),
            "edition": str(edition.pk),
        }

    def _to_start(self, projects: list[Project]) -> Iterator[tuple[int, Project, User]]:
        numbers = range(1, self.sizes.audits + 1)
        return zip(numbers, cycle(projects), cycle(self.users), strict=False)

    def _started(self, number: int, project: Project, user: User) -> Audit:
        audit = Audit.objects.start(project, f"Launch {number}", self.pair, by=user)
        for answer in audit.answers.order_by("position")[: number % 4]:
            answer.record(Answer.State.DONE, by=user)
        return audit

    def paper(self) -> None:
        """Two audits that were worked through, to be reported."""
        project = self.project()
        for name, chosen in {
            "short": self.pair,
            "long": [self.edition(self.sizes.report)],
        }.items():
            audit = Audit.objects.start(project, f"Launch, {name}", chosen, by=self.alice)
            with transaction.atomic():
                self._work_through(audit)
            self.found[name] = audit.get_absolute_url()
            self.found[f"{name}_items"] = audit.answers.count()

    def seals(self) -> None:
        """Three audits of which every item is done, to be signed."""
        project = self.project()
        chosen = {
            "short": self.pair,
            "long": [self.edition(self.sizes.report)],
            "longest": [self.edition(self.sizes.items)],
        }
        for name, editions_of in chosen.items():
            audit = Audit.objects.start(project, f"Launch, {name}", editions_of, by=self.alice)
            with transaction.atomic():
                self._work_through(audit)
                for answer in audit.answers.exclude(state=Answer.State.DONE):
                    answer.record(Answer.State.DONE, by=self.alice)
                for condition in audit.conditions.all():
                    condition.settle(condition.State.MET, by=self.alice)
            self.found[name] = audit.get_absolute_url()
            self.found[f"{name}_items"] = audit.answers.count()

    def _work_through(self, audit: Audit) -> None:
        for answer in audit.answers.order_by("position"):
            number = answer.position
            if number % 3 == 0:
                url = f"https://grafana.example/d/limits/{number}"
                Evidence.objects.attach_link(answer, url, by=self.alice)
            if number % 5 == 0:
                Comment.objects.add(answer, "Seen by **two** of us.", by=self.users[1])
            if number % 7:
                answer.record(Answer.State.DONE, by=self.users[number % len(self.users)])


def _people(number: int) -> list[User]:
    hashed = make_password(PASSWORD)  # once: it is slow by intent
    names = islice(cycle(["Alice Berg", "Ed Fox", "Noor Haddad", "Vic Lund"]), number)
    users = User.objects.bulk_create(
        User(email=f"person{n}@harbour.example", name=f"{name} {n}", password=hashed)
        for n, name in enumerate(names)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    return users


def _shipped(slug: str) -> Edition:
    return Edition.objects.current().get(checklist__slug=slug)


def main() -> None:
    kind, sizes = sys.argv[1], Sizes(**json.loads(sys.argv[2]))
    seed = Seed(sizes, sizes.members if kind == "large" else CLIENTS)
    makes = {
        "small": seed.small,
        "large": seed.large,
        "paper": seed.paper,
        "seals": seed.seals,
    }
    makes[kind]()
    print(json.dumps(seed.found))


if __name__ == "__main__":
    main()
