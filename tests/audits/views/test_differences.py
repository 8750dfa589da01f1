"""What differs between two states, in the browser."""

import datetime as dt

import pytest
from django.urls import reverse

from audits.models import Audit, Comment, Evidence, Snapshot
from tests.audits.helpers import build_edition, seal, settle
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import Page
from tests.audits.worlds import share


def address(audit: Audit, **query) -> str:
    asked = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
    return f"{reverse('audit-differences', args=[audit.pk])}{'?' if asked else ''}{asked}"


def sealed(audit: Audit, revision: int = 1) -> Snapshot:
    return audit.snapshots.get(sealed=True, revision=revision)


@pytest.fixture
def reopened(sealed_audit, noor) -> Audit:
    """Revision 2, of which nothing differs yet."""
    return sealed_audit.reopen("Another look.", by=noor)


share(globals(), "reopened", "vic")


@pytest.fixture
def twice(reopened, noor) -> Audit:
    """Sealed twice; in revision 2 item 2 is not applicable."""
    reopened.answers.get(position=2).record("not_applicable", by=noor, reason="No streams.")
    seal(reopened, by=noor)
    return Audit.objects.get(pk=reopened.pk)


@pytest.fixture
def elsewhere(harbour, noor, ed) -> Audit:
    """Sealed, in another project of the team, over another checklist."""
    project = harbour.projects.create(name="Agent")
    audit = Audit.objects.start(project, "Pilot", [build_edition("pilot", items=2)], by=ed)
    settle(audit, by=ed)
    seal(audit, by=noor)
    return Audit.objects.get(pk=audit.pk)


def test_since_the_last_signed_state_nothing_changed(browser, vic, reopened):
    page = Page(browser(vic).get(address(reopened)))

    assert "From revision 1 to now." in page.text
    assert "Nothing changed since revision 1" in page.text


def test_what_changed_since_is_told_before_and_after(browser, vic, ed, noor, reopened, answer):
    answer.record("not_applicable", by=ed, reason="No streams.")
    Evidence.objects.attach_link(answer, "https://wiki.example/limits", by=ed)
    Comment.objects.add(answer, "See the ticket.", by=ed)

    page = Page(browser(vic).get(address(reopened)))

    assert "1 answer, 1 piece of evidence, 1 comment" in page.text
    assert "State Before: Done After: Not applicable" in page.text
    assert "Reason Before: nothing After: No streams." in page.text
    assert "link, https://wiki.example/limits" in page.text
    assert answer.get_absolute_url() in page.links()


def test_looking_stores_nothing(browser, vic, reopened):
    browser(vic).get(address(reopened))

    assert Snapshot.objects.filter(audit=reopened).count() == 1


def test_of_a_sealed_audit_the_last_two_revisions_are_compared(browser, vic, twice):
    page = Page(browser(vic).get(address(twice)))

    assert "From revision 1 to revision 2." in page.text
    assert "Done After: Not applicable" in page.text


def test_what_changed_in_a_revision_is_told_from_the_one_before_it(browser, vic, noor, twice):
    twice.reopen("Once more.", by=noor)

    page = Page(browser(vic).get(address(twice, to=sealed(twice, 2).pk)))

    assert "From revision 1 to revision 2." in page.text


def test_the_other_way_round_is_a_link_away(browser, vic, ed, reopened, answer):
    answer.record("open", by=ed)
    client = browser(vic)
    page = Page(client.get(address(reopened)))
    (back,) = (link for link in page.links() if link.startswith("?from=now"))

    page = Page(client.get(address(reopened) + back))

    assert "From now to revision 1." in page.text
    assert "State Before: Open After: Done" in page.text


def test_one_state_is_the_same_as_itself_by_its_digest(browser, vic, twice):
    snapshot = sealed(twice, 2)

    page = Page(browser(vic).get(address(twice, from_=snapshot.pk, to=snapshot.pk)))

    assert "Both are the same state" in page.text
    assert snapshot.digest in page.text


def test_an_audit_that_nobody_signed_says_so(browser, vic, project, edition, ed):
    unsigned = Audit.objects.start(project, "Second launch", [edition], by=ed)

    page = Page(browser(vic).get(address(unsigned)))

    assert "Nobody has signed this audit yet" in page.text


def test_state_of_another_audit_is_offered_and_compared(browser, vic, reopened, elsewhere):
    client, other = browser(vic), sealed(elsewhere)
    assert {"value": str(other.pk)} in Page(client.get(address(reopened))).all("option")

    page = Page(client.get(address(reopened, from_=other.pk, to="now")))

    assert "From revision 1 of Pilot to now." in page.text
    assert "6 items added, 2 items removed" in page.text
    removed = elsewhere.answers.get(position=1)
    assert removed.get_absolute_url() in page.links()


def test_search_shortens_what_is_offered_of_other_audits(browser, vic, reopened, elsewhere):
    client, option = browser(vic), {"value": str(sealed(elsewhere).pk)}

    found = Page(client.get(address(reopened, q="agent+pil")))
    missed = Page(client.get(address(reopened, q="nowhere")))

    assert option in found.all("option")
    assert option not in missed.all("option")
    assert "Nothing that was signed matches “nowhere”." in missed.text


def test_what_is_compared_stays_chosen_whatever_is_searched(browser, vic, reopened, elsewhere):
    pk = sealed(elsewhere).pk

    page = Page(browser(vic).get(address(reopened, from_=pk, to="now", q="nowhere")))

    assert [o["value"] for o in page.all("option") if "selected" in o] == [str(pk), "now"]


@pytest.mark.parametrize("end", ["from_", "to"])
@pytest.mark.parametrize("key", ["0", "x", "-1", "9" * 30, "%00", "now%20"])
def test_what_is_no_state_is_not_found(browser, vic, reopened, end, key):
    assert browser(vic).get(address(reopened, **{end: key})).status_code == 404


@pytest.mark.parametrize("end", ["from_", "to"])
def test_state_that_one_may_not_see_is_not_found(browser, mallory, sealed_audit, edition, end):
    team = mallory.memberships.get().team
    project = team.projects.create(name="Reef")
    own = Audit.objects.start(project, "Own", [edition], by=mallory)

    response = browser(mallory).get(address(own, **{end: sealed(sealed_audit).pk}))

    assert response.status_code == 404


def test_states_of_other_teams_are_not_offered(browser, vic, mallory, harbour, elsewhere, edition):
    team = mallory.memberships.get().team
    harbour.admit(mallory, "viewer")
    own = Audit.objects.start(team.projects.create(name="Reef"), "Own", [edition], by=mallory)

    page = Page(browser(mallory).get(address(own)))

    assert {"value": str(sealed(elsewhere).pk)} not in page.all("option")


@pytest.mark.parametrize(
    ("show", "there", "not_there"),
    [
        ("answers", "Item 2", "Item 1"),
        ("evidence", "Item 1", "Item 2"),
        ("about", "Launch date", "Item 2"),
        ("verdicts", "Nothing of this kind changed", "Item 2"),
        ("nonsense", "Item 1", "Nothing of this kind"),
    ],
)
def test_kinds_of_changes_can_be_looked_at_alone(
    browser, vic, ed, reopened, answer, show, there, not_there
):
    Evidence.objects.attach_note(answer, "Seen again.", by=ed)
    reopened.answers.get(position=2).record("open", by=ed)
    reopened.project.launch_date = dt.date(2030, 1, 1)
    reopened.project.save()

    page = Page(browser(vic).get(address(reopened, show=show)))

    assert there in page.text
    assert not_there not in page.text


def test_long_lists_come_in_pages(browser, vic, noor, ed, project):
    edition = build_edition("long", items=60)
    audit = Audit.objects.start(project, "Long", [edition], by=ed)
    settle(audit, by=ed)
    seal(audit, by=noor)
    audit = Audit.objects.get(pk=audit.pk).reopen("Again.", by=noor)
    for answer in audit.answers.all():
        answer.record("open", by=ed)

    page = Page(browser(vic).get(address(audit, page=2)))

    assert "51 to 60 of 60" in page.text
    assert "60 answers" in page.text


def test_sign_offs_lead_to_what_changed_in_and_since_each_revision(browser, vic, noor, twice):
    twice.reopen("Once more.", by=noor)

    links = Page(browser(vic).get(reverse("sign-off-list", args=[twice.pk]))).links()

    assert address(twice, from_=sealed(twice, 2).pk, to="now") in links
    assert address(twice, to=sealed(twice, 2).pk) in links


def test_audit_leads_to_what_changed(browser, vic, project, edition, ed):
    audit = Audit.objects.start(project, "Second launch", [edition], by=ed)

    assert address(audit) in Page(browser(vic).get(audit.get_absolute_url())).links()


def test_12_items_cost_as_many_queries_as_3(browser, vic, noor, ed, project):
    audits = []
    for items in (3, 12):
        edition = build_edition(f"of-{items}", items=items)
        audit = Audit.objects.start(project, f"Of {items}", [edition], by=ed)
        settle(audit, by=ed)
        seal(audit, by=noor)
        audit = Audit.objects.get(pk=audit.pk).reopen("Again.", by=noor)
        for answer in audit.answers.all():
            Evidence.objects.attach_note(answer, "Seen.", by=ed)
        audits.append(audit)

    few, many = (queries_of(browser(vic), address(audit)) for audit in audits)

    assert few == many


def test_12_states_cost_as_many_queries_as_1(browser, vic, noor, reopened, elsewhere):
    client = browser(vic)
    few = queries_of(client, address(reopened))
    for _ in range(11):
        audit = Audit.objects.get(pk=elsewhere.pk)
        seal(audit.reopen("Again.", by=noor), by=noor)

    assert queries_of(client, address(reopened)) == few
