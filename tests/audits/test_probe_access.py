"""Who sees what an environment is watched by, and who may change it."""

import pytest

from audits import access
from audits.models import ProbeRun, Watch
from tests.audits.probing import FakeProbe, only


@pytest.fixture
def watch(monkeypatch, project) -> Watch:
    only(monkeypatch, FakeProbe("looker"))
    return project.environments.create(name="eu-west", kind="production").watches.get()


@pytest.fixture
def run(watch, ed) -> ProbeRun:
    return ProbeRun.objects.ask(watch, by=ed)


def test_strangers_see_neither_watch_nor_run(run, watch, mallory):
    for look in (access.watch_for_view, access.watch_for_edit):
        with pytest.raises(access.Http404):
            look(mallory, watch.pk)
    with pytest.raises(access.Http404):
        access.run_for_view(mallory, run.pk)


def test_viewer_sees_a_watch_and_may_not_change_it(watch, vic):
    assert access.watch_for_view(vic, watch.pk) == watch
    with pytest.raises(access.PermissionDenied):
        access.watch_for_edit(vic, watch.pk)


def test_what_a_probe_left_behind_that_there_is_no_more_is_not_found(run, watch, vic, monkeypatch):
    only(monkeypatch)

    for look, row in ((access.watch_for_view, watch), (access.run_for_view, run)):
        with pytest.raises(access.Http404):
            look(vic, row.pk)
