"""The public page: anybody who holds a report may ask about it."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit, Report, SignOff
from audits.models.quorum import DEFAULT
from audits.reports.canonical import canonical_json, digest
from audits.views.uploads import Held
from tests.audits.helpers import seal
from tests.audits.views.markup import Page
from tests.audits.worlds import share

ADDRESS = "/verify/"


@pytest.fixture
def report(sealed_audit) -> Report:
    """Sealed by Noor, rendered and signed."""
    report = Report.objects.get(seal__round__audit=sealed_audit)
    report.execute()
    assert report.state == "done", report.error
    return report


share(globals(), "report", "ed")


@pytest.fixture
def unsigned(project, edition, ed) -> Audit:
    return Audit.objects.start(project, "Second launch", [edition], by=ed)


def send(data: bytes, client: Client | None = None, **body) -> Page:
    upload = SimpleUploadedFile("report.pdf", data, "application/pdf")
    return Page((client or Client()).post(ADDRESS, {"report": upload} | body))


def outcome(page: Page) -> str:
    (found,) = page.all("section", id="found")
    return found.get("data-outcome")


def test_stranger_is_shown_the_form_without_an_account(db):
    page = Page(Client().get(ADDRESS))

    assert page.response.status_code == 200
    assert page.all("input", name="report")


def test_report_itself_is_valid_and_says_who_signed_when(report):
    page = send(bytes(report.file.data))

    assert outcome(page) == "valid"
    for told in ("Noor Haddad", "Approver", "First launch, revision 1", "All is well."):
        assert told in page.text
    assert f"{SignOff.objects.get().at:%-d %b %Y}" in page.text


def test_changed_byte_is_altered(report):
    data = bytearray(report.file.data)
    data[len(data) // 2] ^= 1

    page = send(bytes(data))

    assert outcome(page) == "altered"
    assert "Noor Haddad" not in page.text


def test_page_added_after_the_signature_is_altered(report):
    assert outcome(send(bytes(report.file.data) + b"\n%%EOF\n")) == "altered"


@pytest.mark.parametrize("data", [b"no PDF at all", b"%PDF-1.7\n", b"\x00" * 5000])
def test_something_else_is_not_ours(db, data):
    page = send(data)

    assert (page.response.status_code, outcome(page)) == (200, "unknown")


@pytest.mark.parametrize("digits", [12, 40, 64])
def test_digest_is_enough(report, digits):
    page = Page(Client().post(ADDRESS, {"digest": report.snapshot.digest[:digits].upper()}))

    assert outcome(page) == "valid"


def test_code_on_the_cover_leads_to_the_answer(report):
    page = Page(Client().get(reverse("verify-digest", args=[report.snapshot.digest])))

    assert outcome(page) == "valid"


def test_what_was_sealed_before_there_were_seals_is_found_too(unsigned, noor):
    at = timezone.now()
    said = {"by": "Noor Haddad", "email": "noor@harbour.example", "role": "approver"}
    told = {
        "audit": {"id": str(unsigned.pk), "title": "Second launch", "revision": 1},
        "seal": said | {"at": "2026-11-20T10:00:00Z", "decision": "go", "statement": "Ready."},
        "events": {"count": 1, "head": unsigned.events_head},
    }
    data = canonical_json(told)
    snapshot = unsigned.snapshots.create(
        revision=1,
        sealed=True,
        data=data,
        digest=digest(data),
        events_head=unsigned.events_head,
        taken_at=at,
        taken_by=noor,
    )
    unsigned.rounds.create(
        revision=1,
        snapshot=snapshot,
        state="signed",
        decision="go",
        rules=DEFAULT.to_json(),
        about="",
        proposed_by=noor,
        proposed_at=at,
        ended_at=at,
    )

    page = Page(Client().post(ADDRESS, {"digest": snapshot.digest}))

    assert outcome(page) == "valid"
    assert "Ready." in page.text


def test_digest_that_nobody_sealed_is_not_ours(report):
    assert outcome(Page(Client().post(ADDRESS, {"digest": "ab" * 32}))) == "unknown"


def test_draft_is_not_ours(unsigned, ed):
    draft = Report.objects.request(unsigned, by=ed)

    assert outcome(Page(Client().post(ADDRESS, {"digest": draft.snapshot.digest}))) == "unknown"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Choose a PDF, or write its digest."),
        ({"digest": "xyz"}, "A digest has 64 digits"),
        ({"digest": "abc123"}, "A digest has 64 digits"),
        ({"digest": "a" * 300}, "at most 200 characters"),
    ],
)
def test_question_that_makes_no_sense_is_told_how_to_ask(db, body, sentence):
    page = Page(Client().post(ADDRESS, body))

    assert page.response.status_code == 422
    assert sentence in page.text


def test_report_of_a_former_revision_is_superseded(report, sealed_audit, noor):
    sealed_audit.reopen("Another look.", by=noor)
    assert outcome(send(bytes(report.file.data))) == "valid"

    seal(sealed_audit, by=noor)

    page = send(bytes(report.file.data))
    assert outcome(page) == "superseded"
    assert "Superseded by revision 2." in page.text


def test_sign_off_that_ended_is_expired(report):
    proposed = report.seal.round
    assert proposed.expire("it held until yesterday", by=None)

    page = send(bytes(report.file.data))

    assert outcome(page) == "expired"
    assert "it held until yesterday" in page.text


def test_upload_is_never_stored(report, settings, tmp_path, monkeypatch):
    data = bytes(report.file.data)
    kept_before = [path for path in tmp_path.rglob("*") if path.is_file()]
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"

    assert outcome(send(data)) == "valid"

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == kept_before


def test_file_beyond_every_report_is_refused(db, monkeypatch):
    monkeypatch.setattr(Held, "MAX_BYTES", 100_000)

    page = send(b"%PDF-1.7" + bytes(200_000))

    assert page.response.status_code == 422
    assert "A report has at most 0 MB." in page.text


def test_upload_without_the_token_of_a_form_is_refused(db):
    client = Client(enforce_csrf_checks=True)

    page = send(b"%PDF-1.7", client)

    assert page.response.status_code == 403


def test_who_guesses_digests_is_slowed_down(db):
    answers = [Client().get(reverse("verify-digest", args=[f"{n:012x}"])) for n in range(31)]

    assert [answer.status_code for answer in answers[-2:]] == [200, 429]


def test_certificate_is_there_for_everybody(report):
    response = Client().get(reverse("verify-certificate"))

    assert response.content.count(b"BEGIN CERTIFICATE") == 1
    assert b"PRIVATE" not in response.content


def test_report_verifies_years_later(report):
    with time_machine.travel(timezone.now() + dt.timedelta(days=400)):
        assert outcome(send(bytes(report.file.data))) == "valid"
