import json

import pytest
from django.test import Client

from audits.models import ApiToken, Policy
from audits.models.quorum import Role, Rules


class Machine:
    """A pipeline with the key of a token."""

    def __init__(self, key: str):
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, **query):
        return self.client.get(path, query)

    def post(self, path: str, sent):
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return self.client.post(path, body, content_type="application/json")


@pytest.fixture
def issued(harbour, alice) -> tuple[ApiToken, str]:
    return ApiToken.objects.issue(harbour, "Pipeline", by=alice)


@pytest.fixture
def token(issued) -> ApiToken:
    return issued[0]


@pytest.fixture
def key(issued) -> str:
    return issued[1]


@pytest.fixture
def machine(key) -> Machine:
    return Machine(key)


@pytest.fixture
def releases(project) -> str:
    return f"/api/v1/projects/{project.pk}/releases"


@pytest.fixture
def gate(project) -> str:
    return f"/api/v1/projects/{project.pk}/sign-off"


@pytest.fixture
def bound(harbour, alice):
    """The team's sign-offs are for one release, and hold for 90 days."""
    rules = Rules((Role("Approver"),), valid_days=90, release_bound=True)
    return Policy.objects.change_team(harbour, rules, by=alice)
