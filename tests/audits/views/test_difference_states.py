"""What can be compared besides signed revisions: proposals; and what other pages tell of it."""

import time

import pytest
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse

from audits.models import Audit, Comment, Evidence
from audits.models.told_audit import told_audit
from audits.reports.changes import between
from audits.views.difference_rows import field_of
from audits.views.differences import summary
from tests.audits.helpers import build_edition, propose, seal, settle
from tests.audits.views.markup import Page
from tests.audits.views.test_differences import address


@pytest.fixture
def outdated(settled_audit, answer, ed):
    """A proposal that a change of item 1 ended."""
    proposed = propose(settled_audit, by=ed)
    answer.record("open", by=ed)
    return proposed


def chosen(page: Page) -> list[str]:
    return [option["value"] for option in page.all("option") if "selected" in option]


def test_proposed_state_can_be_compared(browser, vic, ed, settled_audit):
    proposed = propose(settled_audit, by=ed)

    page = Page(browser(vic).get(address(settled_audit)))

    assert chosen(page) == [str(proposed.snapshot_id), "now"]
    assert "Revision 1, proposed, " in page.text
    assert "Nothing changed since the proposal of" in page.text


def test_what_outdated_a_proposal_is_shown_before_and_after(browser, vic, outdated):
    page = Page(browser(vic).get(address(outdated.audit)))

    assert "Revision 1, proposed and outdated, " in page.text
    assert "State Before: Done After: Open" in page.text


def test_signed_state_goes_before_a_later_proposal(browser, vic, ed, noor, sealed_audit):
    audit = sealed_audit.reopen("Once more.", by=noor)
    propose(audit, by=ed)

    page = Page(browser(vic).get(address(audit)))

    assert "From revision 1 to now." in page.text


def test_refused_revision_says_so(browser, vic, noor, audit):
    seal(audit, by=noor, decision="no_go")

    page = Page(browser(vic).get(address(audit)))

    assert "Revision 1, refused, " in page.text


def test_what_was_there_before_the_first_revision_is_not_known(browser, vic, sealed_audit):
    first = sealed_audit.snapshots.get(sealed=True)

    page = Page(browser(vic).get(address(sealed_audit, to=first.pk)))

    assert "Nothing was signed before revision 1" in page.text


def test_conditions_and_facts_of_the_audit_are_told(browser, vic, ed, noor, project):
    edition = build_edition("tried", exit_criteria=["It was tried"])
    audit = Audit.objects.start(project, "Trial", [edition], by=ed)
    seal(audit, by=noor, decision="no_go")
    audit = Audit.objects.get(pk=audit.pk).reopen("Tried.", by=noor)
    audit.conditions.get().settle("met", "On the 3rd.", by=noor, seen_version=1)
    audit.rename("Second trial", by=ed, seen="Trial")

    page = Page(browser(vic).get(address(audit)))

    assert "1 condition, 1 fact of the audit" in page.text
    assert "exit criterion State Before: Not met After: Met" in page.text
    assert "Title Before: Trial After: Second trial" in page.text


def told(audit, before, by, since="you were asked") -> Page:
    """The summary of what changed, as another page includes it."""
    now = told_audit(Audit.objects.get(pk=audit.pk), by=by, at=before.taken_at)
    changes = between(before.content(), now)
    context = {"summary": summary(changes, audit, since, before=str(before.pk), after="now")}
    return Page(render(RequestFactory().get("/"), "differences/summary.html", context))


def test_summary_says_what_changed_and_leads_to_the_whole(outdated, ed):
    page = told(outdated.audit, outdated.snapshot, ed)

    assert "Since you were asked: 1 answer ." in page.text
    assert "1 Item 1" in page.text
    assert address(outdated.audit, from_=outdated.snapshot_id, to="now") in page.links()


def test_summary_is_no_landmark_of_its_own_within_that_of_the_page(outdated, ed):
    assert told(outdated.audit, outdated.snapshot, ed).all("section") == []


def test_summary_names_five_items_and_counts_the_others(settled_audit, ed):
    proposed = propose(settled_audit, by=ed)
    for answer in settled_audit.answers.all():
        answer.record("open", by=ed)

    page = told(settled_audit, proposed.snapshot, ed)

    assert "Item 5" in page.text
    assert "Item 6" not in page.text
    assert "See these and 1 more, before and after" in page.text


def test_summary_of_nothing_is_nothing(settled_audit, ed):
    proposed = propose(settled_audit, by=ed)

    assert told(settled_audit, proposed.snapshot, ed).text == ""


def test_words_that_differ_are_marked_on_their_side():
    field = field_of(
        {"name": "reason", "before": "No streams here.", "after": "Some streams here."}
    )

    assert field.before == [("No", "removed"), (" ", "same"), ("streams here.", "same")]
    assert field.after == [("Some", "added"), (" ", "same"), ("streams here.", "same")]


def test_hostile_words_stay_words(browser, vic, ed, noor, sealed_audit):
    audit = sealed_audit.reopen("Once more.", by=noor)
    text = "<script>alert(1)</script>"
    audit.answers.get(position=1).record("not_applicable", by=ed, reason=text)
    Evidence.objects.attach_note(audit.answers.get(position=1), text, by=ed)

    page = Page(browser(vic).get(address(audit)))

    assert page.faults == []
    assert text in page.text


@pytest.mark.slow
def test_1200_items_are_compared_in_half_a_second(browser, vic, ed, noor, project):
    edition = build_edition("long", items=1200)
    audit = Audit.objects.start(project, "Long", [edition], by=ed)
    seal(audit, by=noor, decision="no_go")
    audit = Audit.objects.get(pk=audit.pk).reopen("Once more.", by=noor)
    for answer in audit.answers.all()[::12]:
        Comment.objects.add(answer, "Looked at.", by=ed)
    settle(audit, by=ed)
    client, spent = browser(vic), []

    # The best of some: other work on the machine slows down any of them.
    for _ in range(4):
        started = time.process_time()
        response = client.get(address(audit))
        spent.append(time.process_time() - started)

    assert min(spent) < 3
    assert "1,200 answers, 100 comments" in Page(response).text


def test_history_is_no_part_of_what_is_compared(audit, ed):
    now = told_audit(audit, by=ed, at=audit.created_at)

    assert {"history", "events", "since", "obstacles"}.isdisjoint(now)


def test_sign_off_list_of_an_unsigned_audit_leads_nowhere_yet(browser, vic, audit):
    links = Page(browser(vic).get(reverse("sign-off-list", args=[audit.pk]))).links()

    assert not [link for link in links if "/differences/" in link]
