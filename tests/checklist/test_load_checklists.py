from io import StringIO

import pytest
from django.core.management import call_command

from checklist import schema
from checklist.formats import registry, text
from checklist.models import Checklist, Edition
from tests.checklist.conftest import definition_yaml

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_bytes(definition_yaml())
    return tmp_path


def run(*paths, **options) -> tuple[int, list[str], list[str]]:
    """The exit status, and the lines of standard output and standard error."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command("load_checklists", *map(str, paths), stdout=out, stderr=err, **options)
    except SystemExit as stop:
        status = stop.code
    return status, out.getvalue().splitlines(), err.getvalue().splitlines()


def test_folder_is_loaded_with_a_line_a_file(folder):
    assert run(folder) == (0, ["loaded keys 1.0.0: 1 item in 1 section"], [])


def test_second_run_says_unchanged(folder):
    run(folder)
    assert run(folder) == (0, ["unchanged keys 1.0.0: 1 item in 1 section"], [])


def test_faulty_file_is_named_and_does_not_stop_the_others(folder):
    (folder / "bad.yaml").write_bytes(b"slug: Bad\n")
    status, out, err = run(folder)
    assert (status, len(out)) == (1, 1)
    assert all(line.startswith(f"{folder}/bad.yaml:1:") for line in err)
    assert len(err) == 5
    assert list(Checklist.objects.values_list("slug", flat=True)) == ["keys"]


def test_changed_file_under_the_same_version_is_refused(folder):
    run(folder)
    (folder / "good.yaml").write_bytes(definition_yaml(title="Changed"))
    status, out, err = run(folder / "good.yaml")
    assert (status, out) == (1, [])
    assert err == [
        f"{folder}/good.yaml:3:10: keys 1.0.0 is loaded already, with other content; "
        "an edition never changes: raise the version"
    ]


def test_check_says_what_is_good_and_writes_nothing(folder):
    assert run(folder, check=True) == (0, ["good keys 1.0.0: 1 item in 1 section"], [])
    assert not Edition.objects.exists()


def test_missing_path_is_one_line(tmp_path):
    status, out, err = run(tmp_path / "nowhere")
    assert (status, out) == (1, [])
    assert err == [f"{tmp_path}/nowhere: there is no such file or folder; check the path"]


def test_folder_without_files_is_one_line(tmp_path):
    status, _, err = run(tmp_path)
    assert status == 1
    assert err == [f"{tmp_path}: the folder holds no .yaml, .json or .csv; name another"]


def test_file_larger_than_the_limit_is_not_read_whole(folder, monkeypatch):
    monkeypatch.setattr(text, "MAX_BYTES", 100)
    status, _, err = run(folder)
    assert status == 1
    assert "is larger than" in err[0]


def test_folders_are_searched_to_the_bottom_in_the_order_of_names(folder):
    (folder / "more").mkdir()
    (folder / "more" / "other.yml").write_bytes(definition_yaml(slug="other"))
    (folder / "more" / "notes.txt").write_text("no checklist")
    _, out, _ = run(folder)
    assert [line.split()[1] for line in out] == ["keys", "other"]


def test_without_a_path_the_shipped_checklists_are_loaded_and_then_the_crosswalk():
    status, out, err = run()
    assert (status, err) == (0, [])
    assert len(out) == 5
    assert out[-1].startswith("loaded claude-checklists ")


def test_other_formats_are_loaded_by_the_end_of_their_name(folder):
    definition = schema.parse(definition_yaml())
    for format in (registry.JSON, registry.CSV):
        path = folder / f"more{format.suffixes[0]}"
        path.write_bytes(schema.dump(definition, format))
    status, out, _ = run(folder)
    assert (status, out) == (
        0,
        [
            "loaded keys 1.0.0: 1 item in 1 section",
            "unchanged keys 1.0.0: 1 item in 1 section",
            "unchanged keys 1.0.0: 1 item in 1 section",
        ],
    )


def test_file_without_a_known_end_is_read_as_it_begins(folder):
    path = folder / "checklist.txt"
    path.write_bytes(schema.dump(schema.parse(definition_yaml()), registry.JSON))
    assert run(path, check=True) == (0, ["good keys 1.0.0: 1 item in 1 section"], [])
