"""What the tests of a draft's pages begin with."""

from django.urls import reverse

from audits.models import Draft
from tests.audits.views.filled import filled
from tests.checklist.conftest import definition_yaml

SECTIONS = {
    "keys": [("a", "Keys are secret", "blocker", "Hide them."), ("b", "B", "minor", "Do b.")],
    "cost": [("c", "Cost is capped", "major", "Set a cap.")],
}
TEXT = definition_yaml(slug="ours", title="Our rules", sections=SECTIONS).decode()


def at(draft: Draft, name: str = "draft-detail", **more) -> str:
    return reverse(name, kwargs={"pk": draft.pk, **more})


def typed(client, address: str, **changes) -> dict:
    """What the form of that page holds, with other values in some of its fields."""
    return filled(client.get(address)) | changes
