"""The published JSON Schema takes what the product takes, and tells editors what each field is."""

import json
from io import StringIO

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft202012Validator

from checklist import schema
from tests.checklist.faulty_files import GOOD

SHIPPED = sorted((settings.BASE_DIR / "fixtures" / "checklists").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    published = schema.json_schema()
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_checklist_fits_the_schema(validator, path):
    assert not list(validator.iter_errors(schema.parse(path.read_bytes()).plain()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: blocker", "severity: Blocker"),
        ("kind: link", "kind: photo"),
        ('version: "1.0.0"', "version: v1"),
        ("id: secret", "id: Secret Key"),
        ("title: Keys\n", "titel: Keys\n"),
        ("why: They are worth money.", 'why: ""'),
        ("evidence:\n          - kind: link\n            text: The page", "evidence: []"),
        ("title: Key checklist", f"title: {'x' * 201}"),
    ],
)
def test_what_the_product_refuses_does_not_fit_the_schema(validator, old, new):
    assert old in GOOD
    assert list(validator.iter_errors(yaml.safe_load(GOOD.replace(old, new))))


def test_every_field_is_described():
    published = schema.json_schema()
    for part in (published, *published["$defs"].values()):
        assert part["description"]
        for name, field in part["properties"].items():
            assert field.get("description"), name


def test_command_prints_the_schema():
    out = StringIO()
    call_command("checklist_schema", stdout=out)
    assert json.loads(out.getvalue()) == schema.json_schema()
