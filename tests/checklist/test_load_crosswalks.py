import os
import subprocess
import sys

import pytest
from django.conf import settings

from checklist.models import Crosswalk, Edition
from tests.checklist.conftest import definition_yaml
from tests.checklist.crosswalk_files import HEAD, crosswalk_yaml
from tests.checklist.test_load_checklists import run

pytestmark = pytest.mark.django_db
CROSSWALK = crosswalk_yaml("keys/first-item equal other/first-item")


@pytest.fixture
def folder(tmp_path):
    """The crosswalk comes first by its name."""
    (tmp_path / "a.yaml").write_bytes(CROSSWALK)
    (tmp_path / "keys.yaml").write_bytes(definition_yaml())
    (tmp_path / "other.yaml").write_bytes(definition_yaml(slug="other"))
    return tmp_path


def test_crosswalk_is_loaded_after_the_checklists_wherever_it_stands(folder):
    status, out, err = run(folder)
    assert (status, err) == (0, [])
    assert out[-1] == "loaded ours 1.0.0: 1 relation"
    assert len(out) == 3


def test_second_run_says_unchanged(folder):
    run(folder)
    assert run(folder / "a.yaml") == (0, ["unchanged ours 1.0.0: 1 relation"], [])


def test_faulty_crosswalk_is_named_and_does_not_stop_the_others(folder):
    (folder / "b.yaml").write_bytes(crosswalk_yaml("keys/none equal other/first-item"))
    status, out, err = run(folder)
    assert (status, len(out)) == (1, 3)
    assert err == [
        f'{folder}/b.yaml:5:35: keys has no item "none" in its latest edition; '
        "allowed are first-item"
    ]


def test_crosswalk_whose_checklists_are_not_there_is_refused(folder):
    status, out, err = run(folder / "a.yaml")
    assert (status, out, len(err)) == (1, [], 2)
    assert not Crosswalk.objects.exists()


def test_check_knows_the_items_of_checklists_that_are_checked_beside_it(folder):
    status, out, err = run(folder, check=True)
    assert (status, err) == (0, [])
    assert out[-1] == "good ours 1.0.0: 1 relation"
    assert not Edition.objects.exists()


def test_changed_file_under_the_same_version_is_refused(folder):
    run(folder)
    other = crosswalk_yaml("keys/first-item related other/first-item", head=HEAD)
    (folder / "a.yaml").write_bytes(other)
    status, _, err = run(folder / "a.yaml")
    assert status == 1
    assert err == [
        f"{folder}/a.yaml:3:10: ours 1.0.0 is loaded already, with other content; "
        "an edition never changes: raise the version"
    ]


def test_second_run_asks_once_for_the_crosswalk(folder, django_assert_num_queries):
    run(folder)
    with django_assert_num_queries(1):
        run(folder / "a.yaml")


def test_command_alone_imports_no_pydantic():
    # It takes a quarter of a second, and most starts find nothing new to load.
    code = (
        "import django, sys; django.setup(); "
        "import checklist.management.commands.load_checklists; "
        "sys.exit('pydantic' in sys.modules)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment)
    assert done.returncode == 0
