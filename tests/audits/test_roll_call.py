"""The roll call: each role that is asked speaks for itself."""

import pytest

from audits.models import Review, Word, roll_call
from audits.models.errors import NotAllowed, Refused
from audits.models.policies import in_force
from audits.models.quorum import Role
from audits.models.reviews import ReviewNotSo
from tests.audits.helpers import require
from tests.audits.reviewing import planned, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(audit, ed) -> Review:
    return running(audit, ed)


def say(review: Review, by, decision: str = "go", role: str = "Approver", **more) -> Word:
    return Word.objects.say(review, by=by, role=role, decision=decision, **more)


def said(review: Review) -> list[tuple[str, str, str]]:
    return list(review.words.values_list("role", "by_name", "decision"))


def test_a_role_speaks_for_itself(review, noor):
    say(review, noor, statement="I read it all.")

    word = review.words.get()
    assert (word.role, word.by, word.decision) == ("Approver", noor, "go")
    assert (word.by_name, word.statement) == ("Noor Haddad", "I read it all.")


def test_a_word_tells_everybody_in_the_room(review, noor):
    say(review, noor)

    assert Review.objects.get().version == review.version + 1


def test_a_word_may_change_until_the_end(review, noor):
    say(review, noor)
    say(review, noor, "no_go", statement="The limits are not set.")

    assert said(review) == [("Approver", "Noor Haddad", "no_go")]


def test_a_word_may_be_taken_back(review, noor):
    say(review, noor)
    Word.objects.take_back(review, by=noor, role="Approver")

    assert said(review) == []
    assert roll_call.voices(review)[0].is_missing


def test_nobody_takes_back_the_word_of_another(review, noor, alice):
    say(review, noor)
    Word.objects.take_back(review, by=alice, role="Approver")

    assert said(review) == [("Approver", "Noor Haddad", "go")]


@pytest.mark.parametrize("who", ["ed", "vic", "mallory"])
def test_who_may_not_sign_does_not_speak(review, who, request):
    with pytest.raises(NotAllowed):
        say(review, request.getfixturevalue(who))

    assert said(review) == []


def test_who_signs_in_another_role_does_not_speak_in_this_one(review, harbour, alice, noor):
    roles = (Role("Security", 1, frozenset({noor.pk})), Role("Product", 1, frozenset({alice.pk})))
    require(harbour, *roles, by=alice)
    Review.objects.update(roles=["Security", "Product"])

    with pytest.raises(Refused, match="Choose a role") as refused:
        say(review, noor, role="Product")

    assert refused.value.field == "role"


def test_with_four_eyes_nobody_speaks_in_two_roles(review, harbour, alice, noor):
    require(harbour, Role("Security"), Role("Product"), by=alice, four_eyes=True)
    Review.objects.update(roles=["Security", "Product"])
    say(review, noor, role="Security")

    with pytest.raises(Refused, match="four eyes"):
        say(review, noor, role="Product")

    assert said(review) == [("Security", "Noor Haddad", "go")]


def test_without_four_eyes_one_person_speaks_in_both(review, harbour, alice, noor):
    require(harbour, Role("Security"), Role("Product"), by=alice)
    Review.objects.update(roles=["Security", "Product"])
    say(review, noor, role="Security")
    say(review, noor, role="Product")

    assert len(said(review)) == 2


def test_with_four_eyes_the_main_author_is_not_the_only_voice(review, harbour, audit, alice, noor):
    require(harbour, Role("Approver"), by=alice, four_eyes=True)
    audit.answers.first().record("done", by=noor)

    with pytest.raises(NotAllowed):
        say(review, noor)


def test_roles_of_the_policy_speak_where_the_review_names_none(audit, ed, harbour, alice):
    require(harbour, Role("Legal"), Role("Product"), by=alice)
    review = running(audit, ed, roles=[])

    assert [voice.role.name for voice in roll_call.voices(review)] == ["Legal", "Product"]


def test_a_role_that_the_policy_knows_no_more_is_open_to_whoever_may_approve(
    audit, ed, noor, alice
):
    review = running(audit, ed)
    review.roles = ["Gone"]

    (voice,) = roll_call.voices(review)

    assert voice.role.people is None
    assert set(voice.people) == {noor, alice}


def test_who_lost_the_right_has_not_spoken(review, harbour, noor):
    say(review, noor)
    harbour.memberships.get(user=noor).delete()

    assert roll_call.voices(review)[0].is_missing


def test_a_no_go_needs_its_reason(review, noor):
    with pytest.raises(Refused, match="Say why") as refused:
        say(review, noor, "no_go", statement="  ")

    assert refused.value.field == "statement"


def test_policy_without_conditions_hears_no_conditional_go(review, harbour, alice, noor):
    require(harbour, Role("Approver"), by=alice, conditional=False)

    with pytest.raises(Refused, match="no conditional go"):
        say(review, noor, "conditional_go")


def test_a_decision_that_nobody_knows_is_refused(review, noor):
    with pytest.raises(Refused, match="Say go"):
        say(review, noor, "maybe")


@pytest.mark.parametrize("state", ["planned", "ended", "cancelled"])
def test_only_a_running_review_hears_anybody(audit, ed, noor, state):
    review = planned(audit, ed)
    Review.objects.update(state=state)

    with pytest.raises(ReviewNotSo):
        say(review, noor)
    with pytest.raises(ReviewNotSo):
        Word.objects.take_back(review, by=noor, role="Approver")


def test_queries_do_not_grow_with_roles_and_words(
    review, harbour, alice, noor, django_assert_num_queries
):
    require(harbour, *(Role(f"Role {n}") for n in range(5)), by=alice)
    Review.objects.update(roles=[f"Role {n}" for n in range(5)])
    review = Review.objects.select_related("audit__project__team").get()
    for number in range(5):
        say(review, noor, role=f"Role {number}")
    rules = in_force(review.audit)

    with django_assert_num_queries(2):
        roll_call.voices(review, rules)
