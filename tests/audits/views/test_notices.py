"""What the page of an audit says above its items."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit
from tests.audits.helpers import build_edition, relate
from tests.audits.reviewing import planned, running
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


@pytest.fixture
def asking(project, ed) -> Audit:
    """Of an edition with two entry conditions and one exit criterion."""
    edition = build_edition(
        entry_conditions=["The service runs", "The team is named"],
        exit_criteria=["Everybody has signed"],
    )
    return Audit.objects.start(project, "Asking", [edition], by=ed)


def test_unmet_conditions_are_said_from_the_start(asking, browser, vic):
    page = Page(browser(vic).get(asking.get_absolute_url()))

    assert "2 of 2 entry conditions are not met." in page.text
    assert "Before a go: 0 of 1 exit criterion met or waived." in page.text
    assert reverse("condition-list", args=[asking.pk]) in page.links()


def test_entry_conditions_that_are_met_say_no_more(asking, browser, ed):
    for condition in asking.conditions.all():
        condition.settle("met", by=ed)

    text = Page(browser(ed).get(asking.get_absolute_url())).text

    assert "entry condition" not in text.replace("Entry conditions and exit criteria", "")
    assert "Before a go: 1 of 1 exit criterion met or waived." in text


def test_newer_edition_is_named_above_and_in_its_header(audit, browser, vic):
    newer = build_edition(version="1.1.0")

    page = Page(browser(vic).get(audit.get_absolute_url()))

    assert "Launch: edition 1.1.0 exists." in page.text
    assert page.links().count(reverse("audit-newer", args=[audit.pk, newer.pk])) == 2


def test_next_review_is_said_with_its_time(audit, browser, vic, ed):
    later = planned(
        audit, ed, title="Second look", starts_at=timezone.now() + dt.timedelta(days=2)
    )
    review = planned(audit, ed)

    page = Page(browser(vic).get(audit.get_absolute_url()))

    assert "Next review: Launch review , " in page.text
    assert review.get_absolute_url() in page.links()
    assert later.get_absolute_url() not in page.links()


def test_review_that_is_under_way_is_said_with_the_way_into_its_room(audit, browser, vic, ed):
    planned(audit, ed, starts_at=timezone.now() - dt.timedelta(minutes=5))
    review = running(audit, ed)

    page = Page(browser(vic).get(audit.get_absolute_url()))

    assert "Launch review is under way. Enter the room" in page.text
    assert reverse("room", args=[review.pk]) in page.links()


def test_review_that_was_forgotten_hides_no_other(audit, browser, vic, ed):
    forgotten = planned(audit, ed, starts_at=timezone.now() + dt.timedelta(hours=1))
    type(forgotten).objects.update(starts_at=timezone.now() - dt.timedelta(hours=13))
    review = planned(audit, ed, title="The next one")

    links = Page(browser(vic).get(audit.get_absolute_url())).links()

    assert review.get_absolute_url() in links
    assert forgotten.get_absolute_url() not in links


def test_sealed_audit_asks_for_nothing(sealed_audit, browser, noor):
    build_edition(version="1.1.0")

    assert "notices" not in Page(browser(noor).get(sealed_audit.get_absolute_url())).ids()


def test_menu_leads_only_to_what_the_audit_has(audit, project, browser, ed):
    other = build_edition("other", exit_criteria=["Everybody has signed"])
    relate(("launch/item-1", "related", "other/item-1"))
    rich = Audit.objects.start(project, "Rich", [audit.editions.get(), other], by=ed)
    leads = {}
    for each in (audit, rich):
        links = Page(browser(ed).get(each.get_absolute_url())).links()
        paths = [reverse(name, args=[each.pk]) for name in ("condition-list", "tie-list")]
        leads[each.title] = [path in links for path in paths]

    assert leads == {"First launch": [False, False], "Rich": [True, True]}


def test_notices_cost_two_queries_and_nothing_where_there_is_nothing(audit, project, browser, ed):
    client = browser(ed)
    plain = queries_of(client, audit.get_absolute_url())
    edition = build_edition("asking", entry_conditions=["It runs"])
    asking = Audit.objects.start(project, "Asking", [edition], by=ed)
    build_edition("asking", version="1.1.0")

    assert queries_of(client, asking.get_absolute_url()) == plain + 2
