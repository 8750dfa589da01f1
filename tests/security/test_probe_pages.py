"""What an editor may not make of a probe's page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import ProbeRun, telling
from audits.models.errors import Refused
from audits.models.running import record
from tests.audits.alerting import add_channel
from tests.audits.probing import FAIL, FakeProbe, only


@pytest.fixture
def failed(monkeypatch, project, ed):
    """The watch of a probe that saw a fault."""
    only(monkeypatch, FakeProbe("key-exposure"))
    watch = project.environments.create(name="eu-west", kind="production").watches.get()
    record(watch, FAIL, by=ed)
    return watch


def test_log_sample_sent_to_another_probe_does_not_replace_what_that_one_saw(failed, client, ed):
    client.force_login(ed)

    sent = client.post(
        reverse("watch-log", args=[failed.pk]), {"sample": SimpleUploadedFile("log", b"{}\n")}
    )

    failed.refresh_from_db()
    assert (sent.status_code, failed.verdict, ProbeRun.objects.count()) == (404, "fail", 1)


def test_channel_is_not_flooded_with_tests(harbour, alice):
    channel = add_channel(harbour, by=alice)
    for _ in range(10):
        telling.test_channel(channel, by=alice)

    with pytest.raises(Refused, match="Wait ten minutes"):
        telling.test_channel(channel, by=alice)
