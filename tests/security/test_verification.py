"""What a stranger can do with the page that verifies reports."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.models import SignOff
from audits.models.quorum import Role
from audits.models.verifying import of_digest
from audits.views import verify
from audits.views.uploads import Held
from tests.audits.helpers import propose, require, sign
from tests.audits.views.markup import Page
from tests.audits.views.test_verify import outcome, send


@pytest.fixture
def signed(settled_audit, alice, noor) -> SignOff:
    """By Noor, good for one day."""
    require(settled_audit.project.team, Role("Approver"), by=alice, valid_days=1)
    return sign(propose(settled_audit, by=noor), by=noor, statement="I said \u202eog\u202c.")


def ask(digest: str, **headers: str) -> Page:
    return Page(Client().get(reverse("verify-digest", args=[digest]), headers=headers))


@pytest.mark.parametrize(("days", "found"), [(0, "valid"), (1, "valid"), (2, "expired")])
def test_sign_off_ends_with_its_last_day_though_no_tick_came(signed, days, found):
    with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
        assert outcome(ask(signed.digest)) == found


def test_digest_on_a_forged_report_proves_nothing_of_the_file(signed):
    assert "Whether a file is that report, its bytes alone can tell" in ask(signed.digest).text


def test_digest_is_looked_up_without_reading_every_snapshot(signed, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        of_digest(signed.digest[:12])

    assert "LIKE" not in asked[0]["sql"]


def test_direction_override_in_a_statement_is_not_shown(signed):
    page = ask(signed.digest)

    assert "\u202e" not in page.text
    assert "I said og." in page.text


def test_made_up_forwarding_does_not_get_round_the_limit(db):
    answers = [ask(f"{n:012x}", **{"x-forwarded-for": f"192.0.2.{n}"}) for n in range(31)]

    assert answers[-1].response.status_code == 429


def test_many_files_in_one_form_are_too_large_together(db, monkeypatch):
    monkeypatch.setattr(Held, "MAX_BYTES", 100_000)

    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("report.pdf", bytes(60_000))

    page = Page(Client().post(reverse("verify"), {"report": file(), "other": file()}))

    assert page.response.status_code == 422
    assert "at most" in page.text


def test_files_of_strangers_never_hold_all_threads(db, monkeypatch):
    monkeypatch.setattr(verify, "taken", threading.BoundedSemaphore(1))
    verify.taken.acquire()

    page = send(b"%PDF-1.7")

    assert page.response.status_code == 503
    assert "Try again in a minute." in page.text


def test_trust_that_cannot_be_read_is_told_without_its_place(db, settings, tmp_path, caplog):
    settings.TIMESTAMP_TRUST = tmp_path / "nowhere.pem"

    page = send(b"%PDF-1.7")

    assert page.response.status_code == 503
    assert "nowhere" not in page.text
    assert "nowhere.pem, which cannot be read" in caplog.text
