"""Deciding in a review: the roll call, the end, and the signatures of those present."""

import pytest
from django.urls import reverse

from audits.models import Action, Audit, Review, Round, SignOff, Word, review_ends
from audits.models.decisions import Decision
from audits.models.snapshots import state_seen
from tests.audits.helpers import settle, sign
from tests.audits.reviewing import running
from tests.audits.views.markup import Page
from tests.proving import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(settled_audit, ed) -> Review:
    return running(settled_audit, ed)


def url(name: str, review: Review) -> str:
    return reverse(f"review-{name}", args=[review.pk])


def say(client, review: Review, decision: str = "go", **changes):
    told = {"role": "Approver", "decision": decision, "statement": ""}
    return client.post(url("word", review), told | changes)


def end(client, review: Review, outcome: str = "go", **changes):
    told = {
        "outcome": outcome,
        "statement": "We launch.",
        "release": "",
        "seen": state_seen(Audit.objects.get()),
        "condition-TOTAL_FORMS": 0,
        "condition-INITIAL_FORMS": 0,
    }
    return client.post(url("end", review), told | changes)


def test_approver_speaks_and_everybody_reads_it(review, browser, noor, vic):
    assert say(browser(noor), review, statement="I **read** it.").status_code == 302

    page = Page(browser(vic).get(url("decide", review)))
    assert "Noor Haddad" in page.text
    assert "I read it." in page.text


def test_who_does_not_speak_is_told_who_does(review, browser, vic):
    page = Page(browser(vic).get(url("decide", review)))

    assert "The sign-off policy does not name you" in page.text
    assert "May speak: Alice Berg" in page.text


def test_no_go_without_a_reason_is_asked_for_it(review, browser, noor):
    response = say(browser(noor), review, "no_go")

    assert response.status_code == 422
    assert "Say why it is a no-go" in Page(response).text
    assert not Word.objects.exists()


def test_word_for_another_role_is_refused(review, browser, noor):
    assert say(browser(noor), review, role="Product").status_code == 422


def test_editor_speaks_for_nobody(review, browser, ed):
    assert say(browser(ed), review).status_code == 403


def test_word_is_taken_back(review, browser, noor):
    say(browser(noor), review)

    browser(noor).post(url("word-back", review), {"role": "Approver"})

    assert not Word.objects.exists()


def test_go_is_not_offered_before_the_roll_call(review, browser, ed):
    page = Page(browser(ed).get(url("end", review)))

    assert [each["value"] for each in page.all("input", name="outcome")] == ["no_go", "none"]
    assert "Go is not offered: Approver has not spoken yet." in page.text


def test_go_is_not_offered_while_something_blocks(review, answer, browser, ed, noor):
    answer.record("open", by=ed)
    say(browser(noor), review)

    page = Page(browser(ed).get(url("end", review)))

    offered = [each["value"] for each in page.all("input", name="outcome")]
    assert offered == ["conditional_go", "no_go", "none"]
    assert "Go is not offered: 1 blocker is open." in page.text


def test_a_go_that_is_sent_all_the_same_is_refused(review, browser, ed):
    response = end(browser(ed), review)

    assert response.status_code == 422
    assert "Go is not possible now: Approver has not spoken yet." in Page(response).text


def test_editor_ends_it_and_the_approver_signs_from_there(review, browser, ed, noor):
    say(browser(noor), review)
    noor.set_password(PASSWORD)
    noor.save()

    assert end(browser(ed), review)["Location"] == url("decide", review)

    client, row = browser(noor), Round.objects.get()
    page = Page(client.get(url("decide", review)))
    assert page.all("form", action=reverse("round-sign", args=[row.pk]))
    told = {
        "role": "Approver",
        "seen": row.snapshot.digest,
        "confirmation": row.phrase,
        "statement": "",
        "password": PASSWORD,
        "review": str(review.pk),
    }
    response = client.post(reverse("round-sign", args=[row.pk]), told)
    assert response["Location"] == url("decide", review)
    assert Audit.objects.get().state == "signed"
    assert "Sealed" in Page(client.get(url("decide", review))).text


def test_fault_of_a_signature_does_not_forget_the_review(review, browser, ed, noor):
    say(browser(noor), review)
    end(browser(ed), review)
    row = Round.objects.get()

    page = Page(
        browser(noor).post(
            reverse("round-sign", args=[row.pk]), {"review": str(review.pk), "role": "Approver"}
        )
    )

    assert [each["value"] for each in page.all("input", name="review")] == [str(review.pk)]


@pytest.mark.parametrize("asked", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_review_that_is_none_leads_nowhere(review, browser, ed, noor, asked):
    say(browser(noor), review)
    end(browser(ed), review)
    row = Round.objects.get()

    response = browser(noor).get(reverse("round-refuse", args=[row.pk]), {"review": asked})

    assert response.status_code == 200
    assert not Page(response).all("input", name="review")


def test_conditional_go_asks_for_what_covers_the_obstacles(
    review, answer, browser, ed, noor, tomorrow
):
    answer.record("open", by=ed)
    say(browser(noor), review, "conditional_go")
    (obstacle,) = review_ends.standing(Review.objects.get()).obstacles
    row = {
        "condition-TOTAL_FORMS": 1,
        "condition-0-text": "Close it.",
        "condition-0-owner": ed.pk,
        "condition-0-due": tomorrow.isoformat(),
        "condition-0-covers": obstacle.key,
    }

    assert end(browser(ed), review, "conditional_go").status_code == 422
    assert end(browser(ed), review, "conditional_go", **row).status_code == 302
    assert Round.objects.get().go_conditions.get().text == "Close it."


def test_conditional_go_proposes_what_was_decided_to_be_fixed(review, browser, ed, noor, tomorrow):
    first = review.points.first()
    Decision("fix", by=ed, reason="Alarm on it.", owner=noor, due=tomorrow).on(first)
    Action.objects.add(review.audit, "Tell support.", ed, tomorrow, by=ed, point=first)
    say(browser(noor), review, "conditional_go")

    page = Page(browser(ed).get(url("end", review)))

    assert page.value("condition-0-covers") == f"blocker:{first.answer.pk}"
    assert page.value("condition-0-due") == tomorrow.isoformat()
    assert page.text.count("Alarm on it.") == 1
    chosen = [each["value"] for each in page.all("option") if "selected" in each]
    assert chosen == [str(noor.pk)]


def test_another_row_is_no_end(review, browser, ed):
    response = end(browser(ed), review, "none", add="row")

    assert Page(response).all("textarea", name="condition-0-text")
    assert Review.objects.get().is_running


def test_what_changed_meanwhile_is_shown_and_asked_again(review, browser, ed, noor):
    say(browser(noor), review)
    old = state_seen(Audit.objects.get())
    settle_again(review, by=noor)

    response = end(browser(ed), review, seen=old)

    page = Page(response)
    assert response.status_code == 409
    assert [each["value"] for each in page.all("input", name="seen")] == [
        state_seen(Audit.objects.get())
    ]


def settle_again(review: Review, *, by) -> None:
    review.audit.answers.first().record("open", by=by)
    settle(review.audit, by=by)


def test_who_comes_second_is_told_that_it_ended(review, browser, ed, alice):
    end(browser(ed), review, "none")

    response = end(browser(alice), review, "none")

    assert response.status_code == 409
    assert "This review is ended" in Page(response).text


def test_form_of_an_ended_review_leads_to_how_it_ended(review, browser, ed):
    end(browser(ed), review, "none")

    assert browser(ed).get(url("end", review))["Location"] == url("decide", review)


def test_a_no_go_is_proposed_and_refused_from_there(review, browser, ed, noor):
    end(browser(ed), review, "no_go")
    client = browser(ed)
    (form,) = Page(client.get(url("decide", review))).all("form", action=url("propose", review))
    assert form

    client.post(url("propose", review), {"seen": state_seen(Audit.objects.get())})

    row = Round.objects.get()
    links = Page(browser(noor).get(url("decide", review))).all("a")
    refuse = reverse("round-refuse", args=[row.pk])
    assert f"{refuse}?review={review.pk}" in [link.get("href") for link in links]


def test_page_says_who_signed_and_who_is_missing(review, browser, ed, noor, vic):
    say(browser(noor), review)
    end(browser(ed), review)
    page = Page(browser(vic).get(url("decide", review)))
    assert "0 of 1 signature" in page.text

    sign(Round.objects.get(), by=noor)

    page = Page(browser(vic).get(url("decide", review)))
    assert SignOff.objects.get().by_name in page.text
    assert "1 of 1 signature" in page.text


@pytest.mark.parametrize(
    ("person", "offered"), [("vic", "What is proposed"), ("noor", "Sign revision 1")]
)
def test_only_who_may_sign_is_led_to_it(review, browser, ed, noor, request, person, offered):
    say(browser(noor), review)
    end(browser(ed), review)

    page = Page(browser(request.getfixturevalue(person)).get(reverse("room", args=[review.pk])))

    assert offered in page.text
    assert ("Sign revision 1" in page.text) == (offered == "Sign revision 1")


def test_queries_of_the_page_do_not_grow(review, browser, ed, noor, django_assert_max_num_queries):
    say(browser(noor), review)
    client = browser(ed)

    with django_assert_max_num_queries(25):
        client.get(url("decide", review))
