from hashlib import sha256
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from checklist import definitions, loader, schema
from checklist.faults import FaultyFile
from checklist.formats import registry
from checklist.models import Checklist, Edition, EditionIsFixed, Item, Section, version_key
from tests.checklist.conftest import definition_yaml

pytestmark = pytest.mark.django_db
TWO_SECTIONS = {
    "keys": [("a", "First", "blocker", "Do a."), ("b", "Second", "minor", "Do b.")],
    "cost": [("c", "Third", "major", "Do c.")],
}


def test_file_becomes_an_edition_with_its_sections_and_items(load):
    edition = load(sections=TWO_SECTIONS)
    rows = edition.items.values_list("number", "section__position", "ref", "severity")
    assert list(rows) == [(1, 1, "a", "blocker"), (2, 1, "b", "minor"), (3, 2, "c", "major")]
    assert (edition.item_count, edition.sections.count()) == (3, 2)


def test_digest_is_that_of_the_file(load):
    assert load().digest == sha256(definition_yaml()).hexdigest()


def test_same_bytes_again_change_nothing(edition):
    again, new = loader.load(definition_yaml())
    assert (again, new) == (edition, False)
    assert Item.objects.count() == 1


def test_same_bytes_again_cost_one_query_and_no_parsing(edition, monkeypatch):
    monkeypatch.setattr(schema, "parse", pytest.fail)
    assert queries_to_load() == 1


def test_other_bytes_under_the_same_version_are_refused_at_the_version(edition):
    with pytest.raises(FaultyFile) as caught:
        loader.load(definition_yaml(title="Another title"))
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (3, 10)
    assert "loaded already, with other content" in fault.problem
    assert "raise the version" in fault.remedy
    assert Checklist.objects.get().title == "Key checklist"


def test_1_0_and_1_0_0_are_one_version(edition):
    with pytest.raises(FaultyFile, match="loaded already"):
        loader.load(definition_yaml(version="1.0"))


def test_higher_version_becomes_the_latest(edition, load):
    newer = load(version="1.10.0", title="Renamed")
    older = load(version="1.9.0", title="In between")
    checklist = Checklist.objects.get()
    assert checklist.latest == newer
    assert checklist.title == "Renamed"
    assert list(Edition.objects.current()) == [newer]
    assert older in checklist.editions.all()


def test_versions_sort_as_numbers():
    versions = ["1.10", "2", "1.9.9", "1.9"]
    assert sorted(versions, key=version_key) == ["1.9", "1.9.9", "1.10", "2"]


def test_file_that_fails_half_way_leaves_nothing(db, monkeypatch):
    def fail(*args):
        raise RuntimeError("the power went")

    monkeypatch.setattr(loader, "_items", fail)
    with pytest.raises(RuntimeError):
        loader.load(definition_yaml())
    assert not Checklist.objects.exists()
    assert not Section.objects.exists()


def test_queries_do_not_grow_with_the_items(load):
    small, large = [
        queries_to_load(slug=f"of-{count}", sections={"s": items(count)}) for count in (2, 60)
    ]
    assert small == large


def test_check_writes_nothing(db):
    assert loader.check(definition_yaml()).item_count == 1
    assert not Checklist.objects.exists()


def test_check_sees_a_changed_edition(edition):
    with pytest.raises(FaultyFile, match="raise the version"):
        loader.check(definition_yaml(title="Another title"))


@pytest.mark.parametrize(
    "change",
    [
        lambda edition: edition.save(),
        lambda edition: edition.delete(),
        lambda edition: edition.items.first().save(),
        lambda edition: edition.items.first().delete(),
        lambda edition: edition.sections.first().save(),
        lambda edition: Edition.objects.update(title="x"),
        lambda edition: Edition.objects.all().delete(),
        lambda edition: Item.objects.filter(number=1).update(severity="minor"),
        lambda edition: edition.items.all().delete(),
        lambda edition: Item.objects.bulk_update(edition.items.all(), ["title"]),
        lambda edition: edition.items.update_or_create(ref="first-item", defaults={"why": "x"}),
        lambda edition: edition.items.create(number=2, ref="more", section=edition.sections.get()),
        lambda edition: edition.sections.create(position=2, ref="more", title="More"),
        lambda edition: Section.objects.all().delete(),
    ],
)
def test_loaded_edition_refuses_every_change(edition, change):
    with pytest.raises(EditionIsFixed, match="raise its version"):
        change(edition)
    assert Item.objects.values_list("title", "severity").get() == ("Keys are secret", "blocker")


def test_checklist_with_editions_cannot_be_deleted(edition):
    with pytest.raises(ProtectedError):
        edition.checklist.delete()


def test_severities_sort_by_gravity(load):
    edition = load(sections=TWO_SECTIONS)
    by_column = [item.severity for item in edition.items.order_by("severity")]
    assert by_column == ["blocker", "major", "minor"]
    assert list(Item.Severity) == by_column


def items(count: int) -> list[tuple]:
    return [(f"item-{n}", f"Item {n}", "minor", "Do it.") for n in range(count)]


def queries_to_load(**kwargs) -> int:
    data = definition_yaml(**kwargs)
    with CaptureQueriesContext(connection) as queries:
        loader.load(data)
    return len(queries)


SHIPPED = sorted((settings.BASE_DIR / "fixtures" / "checklists").glob("*.yaml"))


@pytest.mark.parametrize("format", registry.FORMATS.values(), ids=lambda format: format.name)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_export_of_what_is_loaded_is_unchanged(path, format):
    loaded, _ = loader.load(path.read_bytes())
    definition = definitions.of_edition(loaded)
    assert definition == schema.parse(path.read_bytes())
    assert loader.load(schema.dump(definition, format), format=format) == (loaded, False)


def test_definition_of_an_edition_takes_two_queries(load, django_assert_num_queries):
    edition = load(sections=TWO_SECTIONS)
    with django_assert_num_queries(2):
        definitions.of_edition(edition)


def test_same_file_is_an_edition_of_its_own_for_a_team(edition):
    team = uuid4()
    own, new = loader.load(definition_yaml(), team)
    assert new
    assert (own.checklist.owner, own.digest) == (team, edition.digest)
