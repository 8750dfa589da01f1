import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audits.models import Evidence
from tests.audits.views.markup import HTMX, Page

LINK = {"kind": "link", "url": "https://grafana.example/d/limits", "panel": "open"}
NOTE = {"kind": "note", "text": "Seen by **two** of us.", "panel": "open"}


def text_file(content: bytes = b"limits: 50\n", name: str = "limits.txt") -> dict:
    return {"kind": "file", "file": SimpleUploadedFile(name, content), "panel": "open"}


BODIES = {"link": lambda: LINK, "note": lambda: NOTE, "file": text_file}


def address(answer) -> str:
    return reverse("evidence-add", args=[answer.audit_id, answer.pk])


@pytest.mark.parametrize("kind", BODIES)
def test_evidence_of_each_kind_stands_in_the_row_at_once(browser, ed, answer, kind):
    response = browser(ed).post(address(answer), BODIES[kind](), headers=HTMX)

    piece = Evidence.objects.get(kind=kind)
    assert response.status_code == 200
    assert f"evidence-{piece.pk}" in Page(response).ids()
    assert (piece.added_by, piece.speaks_of) == (ed, timezone.localdate())


@pytest.mark.parametrize("kind", BODIES)
def test_evidence_without_htmx_comes_back_to_the_row(browser, ed, answer, kind):
    response = browser(ed).post(address(answer), BODIES[kind]())

    assert response["Location"] == f"{answer.get_absolute_url()}#row-{answer.pk}"
    assert Evidence.objects.get().kind == kind


def test_evidence_keeps_the_day_that_it_speaks_of(browser, ed, answer):
    browser(ed).post(address(answer), LINK | {"speaks_of": "2026-01-02", "title": "Limits"})

    piece = Evidence.objects.get()
    assert (piece.speaks_of, piece.title) == (dt.date(2026, 1, 2), "Limits")


def refusals():
    tomorrow = timezone.localdate() + dt.timedelta(days=2)
    return {
        "no address": (LINK | {"url": ""}, "This field is required."),
        "script": (LINK | {"url": "javascript:alert(1)"}, "begins with https://"),
        "ftp": (LINK | {"url": "ftp://a.example/x"}, "begins with https://"),
        "no host": (LINK | {"url": "https://"}, "begins with https://"),
        "password": (LINK | {"url": "https://me:secret@a.example"}, "leave it out"),
        "long address": (LINK | {"url": "https://a.example/" + "x" * 2000}, "2000 characters"),
        "no note": (NOTE | {"text": " \n "}, "This field is required."),
        "long note": (NOTE | {"text": "x" * 20_001}, "20000 characters"),
        "long title": (NOTE | {"title": "x" * 201}, "200 characters"),
        "no date": (NOTE | {"speaks_of": "yesterday"}, "Enter a valid date."),
        "a day to come": (NOTE | {"speaks_of": tomorrow}, "cannot speak of a day to come"),
        "no file": ({"kind": "file"}, "Choose a file."),
        "text as file": ({"kind": "file", "file": "limits.txt"}, "Choose a file."),
        "empty file": (text_file(b""), "The file is empty."),
        "large file": (text_file(b"x" * 65), "The file is larger than"),
    }


@pytest.mark.parametrize("case", refusals())
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "whole page"])
def test_evidence_that_cannot_be_kept_says_why(browser, ed, answer, settings, case, headers):
    settings.EVIDENCE_MAX_BYTES = 64
    body, sentence = refusals()[case]

    response = browser(ed).post(address(answer), body, headers=headers)

    page = Page(response)
    assert response.status_code == 422
    assert sentence in page.text
    assert "open" in page.all("details", id=f"evidence-{body['kind']}-{answer.pk}")[0]
    assert not Evidence.objects.exists()


def test_what_was_typed_stays_when_the_address_is_refused(browser, ed, answer):
    body = LINK | {"url": "grafana.example", "title": "The limits"}

    response = browser(ed).post(address(answer), body, headers=HTMX)

    page = Page(response)
    assert page.all("input", name="url")[0]["value"] == "grafana.example"
    assert "The limits" in [values.get("value") for values in page.all("input", name="title")]


@pytest.mark.parametrize("kind", ["", "probe", "<script>"])
def test_unknown_kind_of_evidence_is_refused(browser, ed, answer, kind):
    response = browser(ed).post(address(answer), {"kind": kind})

    page = Page(response)
    assert response.status_code == 422
    assert "Evidence is a link, a file, a note" in page.text
    assert page.faults == []


def test_file_of_exactly_the_limit_is_taken(browser, ed, answer, settings):
    settings.EVIDENCE_MAX_BYTES = 64

    browser(ed).post(address(answer), text_file(b"x" * 64))

    assert Evidence.objects.get().size_bytes == 64


def test_full_disk_is_said_beside_the_form(browser, ed, answer, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.default_storage.save", full)

    response = browser(ed).post(address(answer), text_file(), headers=HTMX)

    assert response.status_code == 507
    assert "could not be stored: No space left on device. Nothing was changed." in (
        Page(response).text
    )


def attach(answer, by, **file):
    upload = text_file(**file)["file"]
    return Evidence.objects.attach_file(answer, upload, by=by)


def test_file_is_only_ever_taken_away_never_opened_here(browser, vic, ed, answer):
    piece = attach(answer, ed)

    response = browser(vic).get(piece.get_absolute_url())

    assert b"".join(response.streaming_content) == b"limits: 50\n"
    assert response["Content-Disposition"] == 'attachment; filename="limits.txt"'
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<!doctype html><html><script>alert(1)</script></html>"),
        ("picture.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("page.pdf", b"%PDF-1.7\n"),
    ],
)
def test_file_that_a_browser_could_run_is_an_attachment_too(browser, ed, answer, name, content):
    piece = attach(answer, ed, content=content, name=name)

    response = browser(ed).get(piece.get_absolute_url())

    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox;")


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('a"b.txt', 'attachment; filename="a\\"b.txt"'),
        ("größe.txt", "attachment; filename*=utf-8''gr%C3%B6%C3%9Fe.txt"),
        ("a\r\nSet-Cookie: x=1.txt", 'attachment; filename="aSet-Cookie: x=1.txt"'),
        ("\u202egpj.exe", 'attachment; filename="gpj.exe"'),
        ("../../etc/passwd", 'attachment; filename="passwd"'),
        ("C:\\Users\\ed\\limits.txt", 'attachment; filename="limits.txt"'),
    ],
)
def test_file_name_cannot_break_out_of_its_header(browser, ed, answer, name, disposition):
    piece = attach(answer, ed)
    stored = Evidence.objects.attach_file(answer, _named(name), by=ed)

    response = browser(ed).get(stored.get_absolute_url())

    assert response["Content-Disposition"] == disposition
    assert "Set-Cookie" not in response.headers
    assert piece.pk != stored.pk


def _named(name: str):
    upload = SimpleUploadedFile("x", b"limits\n")
    upload._name = name  # what a hostile client sends; Django's own setter would tidy it
    return upload
