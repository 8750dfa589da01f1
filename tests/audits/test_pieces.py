"""Evidence that is replaced, and that backs several answers."""

import pytest
from django.core.files.base import ContentFile

from audits.models import Audit, Evidence, Tie, contents
from audits.models.chains import find_broken_link
from audits.models.errors import Outdated, Refused
from audits.models.expiry import Days
from audits.models.pieces import replace, share, shown
from checklist.models import Relation
from tests.audits.helpers import build_edition

pytestmark = pytest.mark.usefixtures("chains_hold")


@pytest.fixture
def link(answer, ed) -> Evidence:
    return Evidence.objects.attach_link(answer, "https://example.org/old", by=ed)


def answer_of(audit, position):
    return audit.answers.select_related("audit", "item").get(position=position)


def renew(piece, by, *, seen_version=1, url="https://example.org/new"):
    return replace(piece, contents.link(url), Days(), by=by, seen_version=seen_version)


def urls(answer) -> list[str]:
    return [row.url for row in Evidence.objects.current().filter(answer=answer)]


def test_replacing_keeps_the_former_version_below_the_new_one(answer, link, ed, alice):
    new = renew(link, alice)

    (piece,) = shown(answer)
    assert (piece.row, piece.former) == (new, [link])
    assert (new.version, new.piece) == (2, link.piece)
    assert piece.former[0].replaced_by == alice


def test_replacing_is_an_event_that_names_both(audit, link, ed):
    renew(link, ed)

    event = audit.events.last()
    assert (event.verb, event.detail["former"]["name"]) == ("evidence.replaced", link.title)
    assert event.detail["url"] == "https://example.org/new"
    assert find_broken_link(Audit.objects.get(pk=audit.pk)) is None


def test_a_link_can_be_replaced_by_a_file_and_both_stay(answer, link, ed, a_file):
    with contents.file(a_file) as content:
        new = replace(link, content, Days(), by=ed, seen_version=1)

    assert new.file.open("rb").read().startswith(b"requests")
    assert answer.evidence.count() == 2


def test_replacing_what_somebody_replaced_meanwhile_is_told(answer, link, ed, alice):
    renew(link, alice)

    with pytest.raises(Outdated, match="Alice Berg changed this evidence"):
        renew(link, ed, url="https://example.org/mine")

    assert urls(answer) == ["https://example.org/new"]


def test_replacing_what_was_removed_is_refused(link, ed):
    link.remove("Wrong.", by=ed)

    with pytest.raises(Refused, match="was removed"):
        renew(link, ed)


def test_a_piece_is_replaced_on_every_answer_that_it_backs(audit, link, ed):
    share(link, [answer_of(audit, 3).pk], by=ed)

    renew(link, ed)

    assert urls(answer_of(audit, 1)) == urls(answer_of(audit, 3)) == ["https://example.org/new"]
    first, second = audit.events.filter(verb="evidence.replaced")
    assert first.detail["batch"] == second.detail["batch"]


def test_sharing_lets_a_piece_back_further_items_that_name_each_other(audit, link, ed):
    third = answer_of(audit, 3)

    share(link, [third.pk], by=ed)

    (piece,) = shown(third)
    assert (piece.row.url, piece.row.piece) == (link.url, link.piece)
    assert [other.position for other in piece.also] == [1]


def test_sharing_with_an_item_that_has_it_changes_nothing(audit, answer, link, ed):
    assert share(link, [answer.pk], by=ed) == []
    assert audit.events.last().verb == "evidence.added"


def test_sharing_with_nothing_is_refused(link, ed):
    with pytest.raises(Refused, match="Choose at least one item"):
        share(link, [], by=ed)


def test_an_answer_of_another_audit_gets_nothing(project, edition, link, alice, ed):
    other = Audit.objects.start(project, "Second launch", [edition], by=alice)

    with pytest.raises(Refused, match="not in this audit"):
        share(link, [answer_of(other, 1).pk], by=ed)

    assert Evidence.objects.count() == 1


def test_taking_a_piece_off_one_answer_leaves_the_others(audit, link, ed):
    share(link, [answer_of(audit, 3).pk], by=ed)

    link.remove("Not here.", by=ed)

    assert urls(answer_of(audit, 1)) == []
    assert urls(answer_of(audit, 3)) == [link.url]


def test_removing_takes_the_former_versions_with_it(answer, link, ed):
    new = renew(link, ed)

    new.remove("All wrong.", by=ed)

    (piece,) = shown(answer)
    assert all(row.removed_reason == "All wrong." for row in (piece.row, *piece.former))


def test_a_former_version_can_be_removed_alone(answer, link, ed):
    new = renew(link, ed)

    Evidence.objects.get(pk=link.pk).remove("Held a key.", by=ed)

    (piece,) = shown(answer)
    assert piece.row == new
    assert (piece.row.removed_at, piece.former[0].removed_reason) == (None, "Held a key.")


def test_removing_what_was_shown_as_current_is_told_that_it_is_not(link, ed, alice):
    renew(link, alice)

    with pytest.raises(Outdated, match="Alice Berg"):
        link.remove("Wrong.", by=ed, seen_current=True)


@pytest.fixture
def tied(project, alice):
    """Items 1 of two checklists, which are answered together."""
    editions = [build_edition(slug) for slug in ("one", "two")]
    audit = Audit.objects.start(project, "Both", editions, by=alice)
    first, second = audit.answers.filter(item__number=1).order_by("position")
    Tie.objects.create(
        audit=audit, kind=Relation.Kind.EQUAL, first=first, second=second, reason="The same."
    )
    audit.answers.filter(pk__in=[first.pk, second.pk]).update(tied=True)
    return [answer_of(audit, first.position), answer_of(audit, second.position)]


def test_answers_that_are_tied_get_what_is_attached_to_either(tied, ed):
    first, second = tied
    Evidence.objects.attach_file(second, ContentFile(b"x", name="x.txt"), by=ed)

    one, two = shown(first) + shown(second)
    assert (one.row.piece, one.row.file.name) == (two.row.piece, two.row.file.name)
    assert [other.pk for other in two.also] == [first.pk]
    assert second.audit.events.last().detail["backs"] == second.item.title


def test_showing_takes_as_many_queries_for_20_pieces_as_for_2(
    answer, ed, django_assert_num_queries
):
    for number in range(20):
        renew(Evidence.objects.attach_link(answer, f"https://example.org/{number}", by=ed), ed)
        if number in (1, 19):
            with django_assert_num_queries(2):
                shown(answer)
