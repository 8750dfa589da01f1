"""Items of several checklists that meet: in the rows, in the panel, on their own page."""

import pytest
from django.urls import reverse

from audits.models import Answer, Audit, Evidence, Tie
from tests.audits.helpers import build_edition, relate
from tests.audits.views.counting import queries_of
from tests.audits.views.markup import HTMX, Page

PAIRS = (
    ("launch/item-1", "equal", "other/item-1"),
    ("launch/item-2", "narrower", "other/item-2"),
    ("launch/item-3", "related", "other/item-3"),
)


def begin(project, by, *pairs, title="Both") -> Audit:
    editions = [build_edition(), build_edition("other")]
    relate(*pairs)
    return Audit.objects.start(project, title, editions, by=by)


@pytest.fixture
def both(project, ed) -> Audit:
    """Of two checklists: items 1 are equal, item A2 is narrower than B2, items 3 are related."""
    return begin(project, ed, *PAIRS)


def at(audit, position) -> Answer:
    return audit.answers.select_related("audit").get(position=position)


def tie_of(audit, kind="equal") -> Tie:
    return audit.ties.select_related("first", "second").get(kind=kind)


def send(client, verb, tie, headers=HTMX, **said):
    ends = Answer.objects.filter(pk__in=[tie.first_id, tie.second_id])
    said |= {f"seen-{end.pk}": end.version for end in ends}
    path = reverse(f"tie-{verb}", args=[tie.audit_id, tie.pk])
    return client.post(path, {"panel": "open", "at": tie.first_id, **said}, headers=headers)


def states(audit) -> dict[int, str]:
    done = audit.answers.exclude(state="open")
    return dict(done.order_by("position").values_list("position", "state"))


def test_row_says_with_which_it_is_answered_together(both, browser, vic):
    page = Page(browser(vic).get(both.get_absolute_url()))

    marks = [mark["title"] for mark in page.all("span", **{"class": "row-tie"})]
    assert marks == ["Answered together with B1", "Answered together with A1"]


def test_tick_shows_the_others_at_once_with_the_count_of_their_section(both, browser, ed):
    answer, other = at(both, 1), at(both, 7)
    path = reverse("answer-state", args=[both.pk, answer.pk])

    page = Page(browser(ed).post(path, {"state": "done", "version": 1}, headers=HTMX))

    (row,) = page.all("li", id=f"row-{other.pk}")
    assert (row["data-state"], row["hx-swap-oob"]) == ("done", "outerMorph")
    assert {f"rail-count-{other.section_id}", f"section-count-{other.section_id}"} <= set(
        page.ids()
    )
    assert "2 of 12 done" in page.text


def test_unfolding_brings_no_other_row(both, browser, ed):
    page = Page(browser(ed).get(at(both, 1).get_absolute_url(), headers=HTMX))

    assert [row["id"] for row in page.all("li", **{"class": "row"})] == [f"row-{at(both, 1).pk}"]


def test_panel_says_why_and_by_which_crosswalk(both, browser, vic):
    text = Page(browser(vic).get(at(both, 1).get_absolute_url(), headers=HTMX)).text

    assert "Answered together with B1 Item 1" in text
    assert "Both ask for the same." in text
    assert "How they meet 1.0.0" in text
    assert "Part" not in text


def test_parting_marks_neither_row_any_more(both, browser, ed):
    tie = tie_of(both)

    page = Page(send(browser(ed), "part", tie))

    assert {row["id"] for row in page.all("li") if "data-row" in row} == {
        f"row-{tie.first_id}",
        f"row-{tie.second_id}",
    }
    assert not page.all("span", **{"class": "row-tie"})
    assert "parted by Ed" in page.text
    assert tie_of(both).parted_at


def test_joining_answers_both_as_the_chosen_one(both, browser, ed):
    tie = tie_of(both).part(by=ed)
    at(both, 7).record("done", by=ed)

    page = Page(send(browser(ed), "join", tie, lead=tie.second_id))

    assert states(both) == {1: "done", 7: "done"}
    assert len(page.all("span", **{"class": "row-tie"})) == 2


def test_joining_what_changed_meanwhile_says_so_and_changes_nothing(both, browser, ed, noor):
    tie = tie_of(both).part(by=ed)
    said = {"lead": tie.first_id, f"seen-{tie.second_id}": 1}
    at(both, 7).record("done", by=noor)
    path = reverse("tie-join", args=[both.pk, tie.pk])

    response = browser(ed).post(path, said | {"panel": "open", "at": tie.first_id}, headers=HTMX)

    assert response.status_code == 409
    assert "Noor Haddad changed “Item 1”" in Page(response).text
    assert states(both) == {7: "done"}


def test_settled_broader_item_proposes_and_decides_nothing(both, browser, ed):
    at(both, 8).record("done", by=ed)
    Evidence.objects.attach_note(at(both, 8), "Seen.", by=ed)

    text = Page(browser(ed).get(at(both, 2).get_absolute_url(), headers=HTMX)).text

    assert "Narrower than B2 Item 2 : done by Ed" in text
    assert "1 piece of evidence" in text
    assert "Answer A2 as B2 is answered" in text
    assert states(both) == {8: "done"}


def test_proposal_is_taken_over_and_can_be_taken_back(both, browser, ed):
    at(both, 8).record("done", by=ed)

    page = Page(send(browser(ed), "take", tie_of(both, "narrower")))

    assert states(both) == {2: "done", 8: "done"}
    assert page.ids().count("undo") == 1


def test_tick_that_is_taken_back_shows_all_rows_again(both, browser, ed):
    client, answer = browser(ed), at(both, 1)
    answer.record("done", by=ed)
    number = both.events.order_by("-number").filter(answer=answer).first().number
    path = reverse("event-undo", args=[both.pk, number])

    response = client.post(path, {"row": "folded"}, headers=HTMX)

    rows = {row["id"]: row["data-state"] for row in Page(response).all("li") if "data-row" in row}
    assert response["HX-Retarget"] == f"#row-{answer.pk}"
    assert rows == {f"row-{answer.pk}": "open", f"row-{at(both, 7).pk}": "open"}


def test_without_htmx_the_panel_leads_back_to_its_row(both, browser, ed):
    tie = tie_of(both)

    response = send(browser(ed), "part", tie, headers={})

    assert response["Location"] == f"{tie.first.get_absolute_url()}#row-{tie.first_id}"


@pytest.mark.parametrize("verb", ["part", "join", "take"])
def test_tie_of_another_audit_is_not_found(both, project, browser, ed, verb):
    audit = Audit.objects.start(project, "Another", [both.editions.first()], by=ed)
    path = reverse(f"tie-{verb}", args=[audit.pk, tie_of(both).pk])

    assert browser(ed).post(path).status_code == 404


@pytest.mark.parametrize("verb", ["part", "join", "take"])
def test_answer_at_neither_end_is_not_found(both, browser, ed, verb):
    stranger = at(both, 5).pk

    assert send(browser(ed), verb, tie_of(both), at=stranger, lead=stranger).status_code == 404


def test_page_of_ties_shows_them_by_kind(both, browser, vic):
    text = Page(browser(vic).get(reverse("tie-list", args=[both.pk]))).text

    assert "Answered together 1" in text
    assert "A2 Item 2 (open) is narrower than B2 Item 2 (open)" in text
    assert "Related 1" in text


def test_page_of_ties_offers_what_the_crosswalks_say_by_now(both, browser, ed):
    relate(*PAIRS, ("launch/item-4", "equal", "other/item-4"), version="1.1.0")
    client, path = browser(ed), reverse("tie-list", args=[both.pk])
    assert "1 tie that this audit does not have" in Page(client.get(path)).text

    response = client.post(reverse("tie-add", args=[both.pk]), follow=True)

    assert "1 tie taken over." in Page(response).text
    assert at(both, 4).tied


def test_on_the_page_of_ties_a_form_leads_back_to_its_tie(both, browser, ed):
    tie = tie_of(both)

    response = send(browser(ed), "part", tie, headers={}, panel="")

    assert response["Location"] == f"{reverse('tie-list', args=[both.pk])}#tie-{tie.pk}"


@pytest.mark.parametrize("where", ["audit-detail", "tie-list"])
def test_pages_cost_as_many_queries_for_6_ties_as_for_2(project, ed, browser, where):
    editions = [build_edition(), build_edition("other")]
    costs = []
    for number in (2, 6):
        pairs = [(f"launch/item-{n}", "equal", f"other/item-{n}") for n in range(1, number + 1)]
        relate(*pairs, version=f"1.{number}.0")
        audit = Audit.objects.start(project, "Tied", editions, by=ed)
        costs.append(queries_of(browser(ed), reverse(where, args=[audit.pk])))

    assert costs[0] == costs[1]


def test_panel_costs_as_many_queries_for_5_ties_as_for_1(project, ed, browser):
    editions = [build_edition(), build_edition("other")]
    costs = []
    for number in (1, 5):
        pairs = [("launch/item-1", "related", f"other/item-{n}") for n in range(1, number + 1)]
        relate(*pairs, version=f"1.{number}.0")
        audit = Audit.objects.start(project, "Tied", editions, by=ed)
        costs.append(queries_of(browser(ed), at(audit, 1).get_absolute_url(), **HTMX))

    assert costs[0] == costs[1]


def test_more_than_three_related_items_are_folded(project, ed, browser):
    pairs = [("launch/item-1", "related", f"other/item-{n}") for n in range(1, 5)]
    audit = begin(project, ed, *pairs)

    page = Page(browser(ed).get(at(audit, 1).get_absolute_url(), headers=HTMX))

    assert page.all("details", id=f"related-{at(audit, 1).pk}")
    assert "4 related items" in page.text
