import pytest
from django.urls import reverse

from audits.models import Audit, Membership
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page


def test_audit_gets_another_title(browser, ed, audit):
    body = {"title": "Second", "seen": "First launch"}

    response = browser(ed).post(reverse("audit-rename", args=[audit.pk]), body)

    assert response["Location"] == audit.get_absolute_url()
    assert Audit.objects.get().title == "Second"


@pytest.mark.parametrize("title", ["", " ", "x" * 151])
def test_audit_keeps_its_title_when_the_new_one_is_none(browser, ed, audit, title):
    response = browser(ed).post(reverse("audit-rename", args=[audit.pk]), {"title": title})

    assert response.status_code == 422
    assert Audit.objects.get().title == "First launch"


def test_approver_reopens_as_the_next_revision(browser, noor, sealed_audit):
    url = reverse("audit-reopen", args=[sealed_audit.pk])

    response = browser(noor).post(url, {"reason": "A key leaked."})

    audit = Audit.objects.get()
    assert response["Location"] == audit.get_absolute_url()
    assert (audit.state, audit.revision) == ("open", 2)


@pytest.mark.parametrize("reason", ["", "\r\n", "x" * 2001])
def test_reopening_wants_a_reason(browser, noor, sealed_audit, reason):
    url = reverse("audit-reopen", args=[sealed_audit.pk])

    response = browser(noor).post(url, {"reason": reason})

    assert response.status_code == 422
    assert Audit.objects.get().is_sealed


def test_editor_does_not_reopen(browser, ed, sealed_audit):
    url = reverse("audit-reopen", args=[sealed_audit.pk])

    response = browser(ed).post(url, {"reason": "I want to."})

    assert response.status_code == 403
    assert "ask an approver to do it" in Page(response).text


@pytest.mark.parametrize("method", ["get", "post"])
def test_open_audit_has_nothing_to_reopen(browser, noor, audit, method):
    response = getattr(browser(noor), method)(reverse("audit-reopen", args=[audit.pk]))

    assert response.status_code == 409
    assert "open already" in Page(response).text


@pytest.fixture
def long_audit(audit, ed) -> Audit:
    for number in range(1, 151):
        audit.rename(f"Title {number}", by=ed)
    return Audit.objects.get()


def history(audit) -> str:
    return reverse("audit-history", args=[audit.pk])


def events(response) -> list[str]:
    return [name for name in Page(response).ids() if name.startswith("event-")]


def test_history_begins_with_the_latest(browser, vic, long_audit):
    response = browser(vic).get(history(long_audit))

    assert events(response) == [f"event-{number}" for number in range(151, 51, -1)]
    assert "?before=52" in Page(response).links()


def test_history_ends_with_the_start(browser, vic, long_audit):
    response = browser(vic).get(history(long_audit) + "?before=52")

    assert events(response)[-1] == "event-1"
    assert not [link for link in Page(response).links() if link.startswith("?before")]


@pytest.mark.parametrize("before", ["x", "-1", "²", "9" * 5000, "%00", ""])
def test_history_before_nothing_begins_with_the_latest(browser, vic, long_audit, before):
    response = browser(vic).get(f"{history(long_audit)}?before={before}")

    assert events(response)[0] == "event-151"


def test_history_costs_as_many_queries_for_100_events_as_for_1(browser, vic, audit, ed):
    client = browser(vic)
    few = queries_of(client, history(audit))
    for number in range(99):
        audit.answers.get(position=number % 6 + 1).record(("done", "open")[number // 6 % 2], by=ed)

    assert queries_of(client, history(audit)) == few


def test_member_who_left_keeps_their_name_on_what_they_did(browser, vic, harbour, audit, ed):
    audit.rename("Ed’s title", by=ed)
    Membership.objects.get(team=harbour, user=ed).end(by=ed)

    response = browser(vic).get(history(audit))

    assert "Ed Fox renamed the audit" in Page(response).text
