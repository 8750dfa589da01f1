import pytest
from django.contrib.auth import get_user_model

from checklist import loader

ITEM = """\
      - id: {id}
        title: {title}
        severity: {severity}
        guidance: {guidance}
        why: Because it breaks otherwise.
        verify: Look at it.
        evidence:
          - kind: link
            text: A page that shows it
        probes: [key-valid]
        parameters:
          - name: TTL
            value: 5 minutes
        source: {{document: article, place: "Item {id}"}}
"""


def definition_yaml(slug="keys", version="1.0.0", title="Key checklist", sections=None, more=""):
    """A good file; `sections`: id -> its items, (id, title, severity, guidance) each."""
    sections = sections or {"keys": [("first-item", "Keys are secret", "blocker", "Hide them.")]}
    lines = [
        f"slug: {slug}\ntitle: {title}\nversion: '{version}'\n",
        "documents:\n  - id: article\n    title: An article\n",
        more,
        "sections:\n",
    ]
    for section, items in sections.items():
        lines.append(f"  - id: {section}\n    title: Section {section}\n    items:\n")
        for ref, name, severity, guidance in items:
            lines.append(ITEM.format(id=ref, title=name, severity=severity, guidance=guidance))
    return "".join(lines).encode()


@pytest.fixture
def load(db):
    """Loads a file made by `definition_yaml` and returns its edition."""

    def load_it(owner=None, **kwargs):
        return loader.load(definition_yaml(**kwargs), owner)[0]

    return load_it


@pytest.fixture
def edition(load):
    return load()


@pytest.fixture
def reader(db, client):
    """A client that is signed in."""
    user = get_user_model().objects.create_user(email="ada@example.org", password="countersign")
    client.force_login(user)
    return client
