import uuid

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from audits.models import Audit, Evidence
from tests.audits.helpers import seal, settle
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def piece(answer, a_file, ed) -> Evidence:
    return Evidence.objects.attach_file(answer, a_file, by=ed)


def address(piece) -> str:
    return reverse("evidence-remove", args=[piece.pk])


def test_removal_asks_for_the_reason_first(browser, ed, piece):
    response = browser(ed).get(address(piece))

    page = Page(response)
    assert "limits.txt" in page.text
    assert page.all("input", name="reason")


def test_removed_file_leaves_its_name_and_the_reason(browser, ed, piece):
    client = browser(ed)

    response = client.post(
        address(piece), {"reason": "Of last year.", "panel": "open"}, follow=True
    )

    text = Page(response).text
    assert "limits.txt" in text
    assert "removed by Ed Fox" in text
    assert "Of last year." in text


def test_removal_comes_back_to_the_row(browser, ed, piece):
    response = browser(ed).post(address(piece), {"reason": "Wrong.", "panel": "open"})

    assert response["Location"] == f"{piece.answer.get_absolute_url()}#row-{piece.answer_id}"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_removal_without_a_proper_reason_is_refused(browser, ed, piece, reason):
    response = browser(ed).post(address(piece), {"reason": reason})

    assert response.status_code == 422
    assert Evidence.objects.get().removed_at is None


def test_what_was_removed_is_not_removed_twice(browser, ed, piece):
    piece.remove("Wrong.", by=ed)

    response = browser(ed).post(address(piece), {"reason": "Wrong again."})

    assert response.status_code == 422
    assert "This evidence was removed already." in Page(response).text


def test_removed_file_is_no_longer_there(browser, ed, piece, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        piece.remove("Wrong.", by=ed)

    assert browser(ed).get(piece.get_absolute_url()).status_code == 404


def test_removed_file_that_a_sealed_revision_rests_on_stays(browser, ed, noor, piece):
    settle(piece.answer.audit, by=ed)
    seal(piece.answer.audit, by=noor)
    audit = Audit.objects.get().reopen("Another look.", by=noor)
    audit.answers.get(position=1).evidence.get().remove("Replaced.", by=ed)

    response = browser(ed).get(piece.get_absolute_url())

    assert response.status_code == 200


def test_file_that_the_store_lost_is_a_404(browser, ed, piece):
    piece.file.storage.delete(piece.file.name)

    assert browser(ed).get(piece.get_absolute_url()).status_code == 404


def test_link_is_nothing_to_download(browser, ed, answer):
    link = Evidence.objects.attach_link(answer, "https://a.example", by=ed)

    assert browser(ed).get(link.get_absolute_url()).status_code == 404


def test_evidence_that_never_was_is_a_404(browser, ed):
    assert browser(ed).get(f"/evidence/{uuid.uuid4()}/").status_code == 404


def test_answer_of_another_team_takes_no_evidence_and_stores_no_file(
    browser, mallory, answer, settings
):
    body = {"kind": "file", "file": ContentFile(b"x", name="x.txt")}
    url = reverse("evidence-add", args=[answer.audit_id, answer.pk])

    response = browser(mallory).post(url, body, headers=HTMX)

    assert response.status_code == 404
    assert not settings.MEDIA_ROOT.exists()


def test_answer_is_not_reached_through_another_audit(browser, ed, answer):
    url = reverse("evidence-add", args=[uuid.uuid4(), answer.pk])

    response = browser(ed).post(url, {"kind": "note", "text": "x"})

    assert response.status_code == 404
