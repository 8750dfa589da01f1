"""Until when evidence is good, on the pages that say so."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Evidence, Team
from audits.models.pieces import set_expiry
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page


@pytest.fixture
def link(answer, ed) -> Evidence:
    return Evidence.objects.attach_link(answer, "https://a.example/1", by=ed)


def address(piece, name) -> str:
    return reverse(f"evidence-{name}", args=[piece.pk])


def test_form_names_the_teams_rule(browser, ed, answer, harbour):
    Team.objects.filter(pk=harbour.pk).update(link_days=90)

    page = Page(browser(ed).get(answer.get_absolute_url(), headers=HTMX))

    assert "90 days, as Harbour has it for links" in page.text


def test_stale_piece_is_marked_with_a_word_and_a_day(browser, vic, ed, answer):
    day = dt.date(2026, 3, 1)
    Evidence.objects.attach_note(answer, "x", by=ed, speaks_of=day, expires_on=day)

    text = Page(browser(vic).get(answer.get_absolute_url())).text

    assert "stale since 2 Mar 2026" in text
    assert ", 1 stale" in text


def test_end_is_set_and_taken_away(browser, ed, link):
    day = timezone.localdate() + dt.timedelta(days=9)

    browser(ed).post(address(link, "expiry"), {"expires_on": day, "seen": ""})
    assert Evidence.objects.get().expires_on == day

    browser(ed).post(address(link, "expiry"), {"expires_on": "", "seen": day})
    assert Evidence.objects.get().expires_on is None


def test_end_that_somebody_else_set_stands_beside_ones_own(browser, ed, alice, link):
    hers = timezone.localdate() + dt.timedelta(days=9)
    set_expiry(link, hers, by=alice, seen=None)

    body = {"expires_on": hers + dt.timedelta(days=1), "seen": ""}
    response = browser(ed).post(address(link, "expiry"), body)

    page = Page(response)
    assert response.status_code == 409
    assert "Alice Berg changed this evidence while you wrote" in page.text
    assert page.all("input", name="seen")[0]["value"] == hers.isoformat()


def test_page_that_proposes_warns_of_stale_evidence_and_refuses_nothing(
    browser, noor, ed, settled_audit
):
    day = dt.date(2026, 3, 1)
    answer = settled_audit.answers.get(position=2)
    Evidence.objects.attach_note(answer, "x", by=ed, speaks_of=day, expires_on=day)

    text = Page(browser(noor).get(reverse("sign-off-new", args=[settled_audit.pk]))).text

    assert "Stale evidence that is signed with it" in text
    assert "stale since 2 Mar 2026" in text


def test_page_that_proposes_costs_as_many_queries_for_6_stale_pieces_as_for_1(
    browser, noor, ed, audit
):
    client, costs, day = browser(noor), [], dt.date(2026, 3, 1)
    for number, answer in enumerate(audit.answers.all()):
        Evidence.objects.attach_note(answer, "x", by=ed, speaks_of=day, expires_on=day)
        if number in (0, 5):
            costs.append(queries_of(client, reverse("sign-off-new", args=[audit.pk])))
    assert costs[0] == costs[1]
