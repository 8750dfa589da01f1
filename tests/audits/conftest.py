"""The people and the things of the tests.

Team Harbour: alice is its owner, ed an editor, noor an approver, vic a viewer. Mallory owns
another team. Nobody has a password: `client.force_login(alice)`.
"""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from audits.models import Audit, Comment, Evidence, Membership, Project, Team, User
from audits.models.chains import find_broken_link
from audits.models.crosswalks import load_crosswalk
from checklist import loader
from tests.audits.helpers import build_edition, seal, settle
from tests.audits.worlds import folders
from tests.audits.worlds import ground as ground
from tests.checklist.conftest import definition_yaml
from tests.checklist.crosswalk_files import crosswalk_yaml


@pytest.fixture(autouse=True)
def stores(settings, tmp_path):
    """Uploads and reports lie in a folder of the test's own."""
    for name, folder in folders(tmp_path).items():
        setattr(settings, name, folder)


@pytest.fixture
def chains_hold(db, stores):
    """Whatever a test does by the product's own verbs, rows and events tell one story."""
    yield
    for audit in Audit.objects.all():
        assert find_broken_link(audit, files=True) is None


@pytest.fixture
def alice(db) -> User:
    return User.objects.create_user("alice@harbour.example", name="Alice Berg")


@pytest.fixture
def harbour(alice) -> Team:
    return Team.objects.found("Harbour", by=alice)


def _member(team: Team, name: str, role: str) -> User:
    user = User.objects.create_user(f"{name.split()[0].lower()}@harbour.example", name=name)
    team.admit(user, role)
    return user


@pytest.fixture
def ed(harbour) -> User:
    return _member(harbour, "Ed Fox", Membership.Role.EDITOR)


@pytest.fixture
def noor(harbour) -> User:
    return _member(harbour, "Noor Haddad", Membership.Role.APPROVER)


@pytest.fixture
def vic(harbour) -> User:
    return _member(harbour, "Vic Lund", Membership.Role.VIEWER)


@pytest.fixture
def mallory(db) -> User:
    """A good citizen of the team Reef, and a stranger to Harbour."""
    mallory = User.objects.create_user("mallory@reef.example", name="Mallory Reed")
    Team.objects.found("Reef", by=mallory)
    return mallory


@pytest.fixture
def project(harbour) -> Project:
    return Project.objects.create(team=harbour, name="Support assistant")


@pytest.fixture
def launch(harbour, edition, alice):
    """`launch("Agent", 12)`: a project that launches in 12 days, with an open audit."""

    def _launch(name: str, days: int | None, *, audits: int = 1) -> Project:
        date = None if days is None else timezone.localdate() + dt.timedelta(days=days)
        project = harbour.projects.create(name=name, launch_date=date)
        for number in range(audits):
            Audit.objects.start(project, f"{name} {number + 1}", [edition], by=alice)
        return project

    return _launch


@pytest.fixture
def edition(db):
    """Six items in two sections: two blockers, two majors, two minors."""
    return build_edition()


@pytest.fixture
def audit(project, edition, alice) -> Audit:
    return Audit.objects.start(project, "First launch", [edition], by=alice)


@pytest.fixture
def answer(audit):
    """That of item 1, a blocker."""
    return audit.answers.select_related("audit").get(position=1)


@pytest.fixture
def settled_audit(audit, answer, a_file, ed) -> Audit:
    """Every item is done; item 1 has a link, a note, a file and a comment."""
    Evidence.objects.attach_link(answer, "https://grafana.example/d/limits", by=ed)
    Evidence.objects.attach_note(answer, "Seen by two of us.", by=ed)
    Evidence.objects.attach_file(answer, a_file, by=ed)
    Comment.objects.add(answer, "The limits are those of tier 2.", by=ed)
    settle(audit, by=ed)
    return Audit.objects.get(pk=audit.pk)


@pytest.fixture
def sealed_audit(settled_audit, noor) -> Audit:
    """Sealed by noor as a go, with evidence and a comment in it."""
    seal(settled_audit, by=noor)
    return Audit.objects.get(pk=settled_audit.pk)


@pytest.fixture
def browser():
    """A browser in which that person is signed in: `browser(alice).get(…)`."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def a_file():
    return ContentFile(b"requests per minute: 50\n", name="limits.txt")


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def own_checklists(harbour):
    """Two checklists of the team, `ours` and `others`, each with the items a, b and c."""
    items = [(ref, f"Item {ref}", "major", "Do it.") for ref in "abc"]
    for slug in ("ours", "others"):
        loader.load(definition_yaml(slug=slug, sections={"all": items}), harbour.pk)


@pytest.fixture
def own_crosswalk(own_checklists, harbour, ed):
    """How they meet: two relations."""
    data = crosswalk_yaml("ours/a narrower others/a", "ours/b related others/b")
    return load_crosswalk(harbour, data, by=ed)
