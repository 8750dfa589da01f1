"""The pages of a piece: replace, good until, use for other items."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import Audit, Evidence, contents
from audits.models.expiry import Days
from audits.models.pieces import replace, share
from tests.audits.helpers import build_edition
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def link(answer, ed) -> Evidence:
    return Evidence.objects.attach_link(answer, "https://a.example/1", by=ed, title="Limits")


@pytest.fixture
def file(answer, a_file, ed) -> Evidence:
    return Evidence.objects.attach_file(answer, a_file, by=ed)


def address(piece, name) -> str:
    return reverse(f"evidence-{name}", args=[piece.pk])


def newer(version=1, **changes) -> dict:
    return {
        "kind": "link",
        "url": "https://a.example/2",
        "version": version,
        "panel": "open",
    } | changes


def stored(settings) -> list:
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_form_to_replace_holds_what_the_piece_has(browser, ed, link):
    page = Page(browser(ed).get(address(link, "replace")))

    assert page.all("input", name="url")[0]["value"] == "https://a.example/1"
    assert "open" in page.all("details", id="replace-link")[0]


def test_replaced_piece_stands_in_the_row_with_its_former_version(browser, ed, link):
    response = browser(ed).post(address(link, "replace"), newer(), follow=True)

    text = Page(response).text
    assert "version 2" in text
    assert "1 former version" in text
    assert "replaced by Ed Fox" in text


def test_link_is_replaced_by_a_file_that_can_be_taken_away(browser, ed, link):
    upload = SimpleUploadedFile("limits.txt", b"limits: 50\n")

    browser(ed).post(address(link, "replace"), newer(kind="file", file=upload))

    now = Evidence.objects.current().get()
    assert b"".join(browser(ed).get(now.get_absolute_url()).streaming_content) == b"limits: 50\n"


def test_somebody_elses_version_stands_beside_ones_own(browser, ed, alice, link):
    replace(link, contents.link("https://a.example/hers"), Days(), by=alice, seen_version=1)

    response = browser(ed).post(address(link, "replace"), newer())

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed this evidence while you wrote" in page.text
    assert "https://a.example/hers" in page.text
    assert "https://a.example/2" in [field.get("value") for field in page.all("input", name="url")]


def test_sent_again_ones_own_becomes_the_next_version(browser, ed, alice, link):
    replace(link, contents.link("https://a.example/hers"), Days(), by=alice, seen_version=1)
    page = Page(browser(ed).post(address(link, "replace"), newer()))
    version = page.all("input", name="version")[0]["value"]

    browser(ed).post(address(link, "replace"), newer(version))

    assert Evidence.objects.current().get().version == 3


def test_file_that_came_second_is_not_kept_and_its_page_says_so(
    browser, ed, alice, link, settings
):
    replace(link, contents.note("Hers."), Days(), by=alice, seen_version=1)
    upload = SimpleUploadedFile("mine.txt", b"mine")

    response = browser(ed).post(address(link, "replace"), newer(kind="file", file=upload))

    assert response.status_code == 409
    assert "choose it again" in Page(response).text
    assert stored(settings) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": ""}, "This field is required."),
        ({"url": "javascript:alert(1)"}, "begins with https://"),
        ({"speaks_of": "yesterday"}, "Enter a valid date."),
        ({"speaks_of": "2026-01-02", "expires_on": "2026-01-01"}, "stale before the day"),
        ({"version": "x"}, "Enter a whole number."),
    ],
)
def test_replacement_that_cannot_be_kept_says_why(browser, ed, link, changes, sentence):
    response = browser(ed).post(address(link, "replace"), newer(**changes))

    assert response.status_code == 422
    assert sentence in Page(response).text
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("name", ["replace", "expiry", "items"])
def test_removed_piece_has_nothing_to_change(browser, ed, link, name):
    link.remove("Wrong.", by=ed)

    response = browser(ed).get(address(link, name))

    assert response.status_code == 422
    assert "This evidence was removed" in Page(response).text


def test_former_version_is_taken_away_by_the_team_alone(browser, vic, mallory, ed, file):
    replace(file, contents.note("New."), Days(), by=ed, seen_version=1)

    assert browser(vic).get(file.get_absolute_url()).status_code == 200
    assert browser(mallory).get(file.get_absolute_url()).status_code == 404


def test_piece_is_used_for_other_items_and_each_names_the_others(browser, ed, audit, link):
    pks = list(audit.answers.filter(position__in=(3, 5)).values_list("pk", flat=True))

    response = browser(ed).post(address(link, "items"), {"answer": pks}, follow=True)

    text = Page(response).text
    assert "It backs 3, 5 too now." in text
    assert "also backs" in text
    assert Evidence.objects.current().count() == 3


def test_items_are_found_by_words_and_what_was_chosen_stays_chosen(browser, ed, audit, link):
    chosen = audit.answers.get(position=3)

    response = browser(ed).post(
        address(link, "items"), {"answer": chosen.pk, "q": "5", "search": "1"}
    )

    boxes = Page(response).all("input", name="answer")
    assert response.status_code == 200
    assert [("checked" in box) for box in boxes] == [True, False]
    assert Evidence.objects.count() == 1


def test_nothing_chosen_is_said(browser, ed, link):
    response = browser(ed).post(address(link, "items"), {})

    assert response.status_code == 422
    assert "Choose at least one item." in Page(response).text


def test_answer_of_another_audit_or_team_gets_nothing(browser, ed, alice, project, link, mallory):
    other = Audit.objects.start(project, "Second", [build_edition("other")], by=alice)
    pk = other.answers.get(position=1).pk

    assert browser(ed).post(address(link, "items"), {"answer": pk}).status_code == 422
    assert browser(mallory).post(address(link, "items"), {"answer": pk}).status_code == 404
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("name", ["replace", "expiry", "items"])
def test_page_costs_as_many_queries_for_60_items_as_for_6(browser, ed, alice, project, name):
    costs = []
    for items in (6, 60):
        edition = build_edition(f"of-{items}", items=items)
        audit = Audit.objects.start(project, "Launch", [edition], by=alice)
        link = Evidence.objects.attach_link(audit.answers.first(), "https://a.example", by=ed)
        half = audit.answers.filter(position__lte=items // 2)
        share(link, list(half.values_list("pk", flat=True)), by=ed)
        costs.append(queries_of(browser(ed), address(link, name)))
    assert costs[0] == costs[1]
