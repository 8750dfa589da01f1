import pytest

from audits.models.crosswalks import crosswalks_of, load_crosswalk, preview_crosswalk
from checklist import crosswalk_definitions, crosswalk_loader
from checklist.faults import FaultyFile
from checklist.models import Crosswalk
from tests.checklist.crosswalk_files import HEAD, crosswalk_yaml

FIRST = "ours/a narrower others/a"
SECOND = "ours/b related others/b"


def version(number: str, *relations: str) -> bytes:
    return crosswalk_yaml(*relations, head=HEAD.replace("1.0.0", number))


def test_loading_is_told_in_the_activity(own_crosswalk, harbour):
    event = harbour.events.first()
    assert (str(event), event.detail["relations"]) == (
        "Ed Fox loaded the crosswalk “How ours meet 1.0.0”",
        2,
    )


def test_same_file_again_changes_nothing_and_is_not_told(own_crosswalk, harbour, ed):
    events = harbour.events.count()
    assert load_crosswalk(harbour, crosswalk_yaml(FIRST, SECOND), by=ed) == own_crosswalk
    assert harbour.events.count() == events


def test_faulty_file_loads_nothing(own_checklists, harbour, ed):
    with pytest.raises(FaultyFile):
        load_crosswalk(harbour, crosswalk_yaml("ours/z equal others/a"), by=ed)
    assert not Crosswalk.objects.exists()


def test_preview_of_the_first_version(own_checklists, harbour):
    preview = preview_crosswalk(harbour, crosswalk_yaml(FIRST))
    assert (preview.before, preview.is_latest, preview.is_loaded) == (None, True, False)
    assert not Crosswalk.objects.exists()


def test_preview_says_what_is_new_gone_and_changed(own_crosswalk, harbour):
    data = version("1.1", "ours/a equal others/a", "ours/c broader others/c")
    preview = preview_crosswalk(harbour, data)
    added, removed, changed = preview.differences
    assert added == ["ours/c is broader than others/c"]
    assert removed == ["ours/b is related to others/b"]
    assert [(change.before, change.after) for change in changed] == [
        ("ours/a is narrower than others/a", "ours/a is equal to others/a")
    ]


def test_relation_said_from_the_other_end_is_no_change(own_crosswalk, harbour):
    preview = preview_crosswalk(harbour, version("1.1", "others/a broader ours/a", SECOND))
    assert not preview.differences


def test_preview_of_a_lower_version_says_that_it_does_not_count(own_crosswalk, harbour):
    assert not preview_crosswalk(harbour, version("0.9", FIRST)).is_latest


def test_what_is_there_needs_no_loading(own_crosswalk, harbour):
    assert preview_crosswalk(harbour, crosswalk_yaml(FIRST, SECOND)).is_loaded


def test_export_loads_back_equal(own_crosswalk, harbour, ed):
    data = crosswalk_definitions.dump(own_crosswalk).encode()
    assert load_crosswalk(harbour, data, by=ed) == own_crosswalk
    definition = crosswalk_loader.check(data, harbour.pk)
    assert definition.plain() == crosswalk_definitions.plain(own_crosswalk)


def test_crosswalks_of_other_teams_are_none_of_ours(own_crosswalk, mallory):
    assert not crosswalks_of(mallory.teams.get())
