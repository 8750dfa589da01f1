import pytest

from audits.models import Answer, Audit
from audits.models.bulk import change_many
from audits.models.chains import find_broken_link
from audits.models.errors import NotAllowed, Refused
from audits.models.terms import Plan, Rating, Terms
from tests.audits.helpers import build_edition

pytestmark = pytest.mark.usefixtures("chains_hold")


@pytest.fixture
def seen(audit):
    return dict(audit.answers.values_list("pk", "version"))


def test_many_answers_are_recorded_at_once(audit, seen, ed):
    outcome = change_many(audit, seen, Terms("done"), by=ed)

    assert len(outcome.changed) == 6
    assert set(audit.answers.values_list("state", "changed_by", "version")) == {("done", ed.pk, 2)}
    assert Audit.objects.get(pk=audit.pk).count_done == 6


def test_each_answer_has_an_event_of_its_own_in_one_batch(audit, seen, ed):
    change_many(audit, seen, Terms("done"), by=ed)

    events = list(audit.events.filter(verb="answer.recorded"))
    assert [event.detail["batch"] for event in events] == [{"first": 2, "count": 6}] * 6
    assert find_broken_link(audit) is None


def test_what_somebody_changed_meanwhile_is_left_and_named(audit, seen, answer, ed, noor):
    answer.record("not_applicable", by=noor, reason="Not ours.")

    outcome = change_many(audit, seen, Terms("done"), by=ed)

    assert [row.pk for row in outcome.outdated] == [answer.pk]
    assert Answer.objects.get(pk=answer.pk).state == "not_applicable"
    assert len(outcome.changed) == 5


def test_an_owner_can_be_given_without_touching_the_due_dates(audit, seen, ed, tomorrow):
    audit.answers.first().plan(by=ed, owner=None, due=tomorrow)
    seen = dict(audit.answers.values_list("pk", "version"))

    change_many(audit, seen, Plan(owner=ed), by=ed)

    assert set(audit.answers.values_list("owner", flat=True)) == {ed.pk}
    assert audit.answers.filter(due=tomorrow).count() == 1


def test_severity_needs_a_reason_and_nothing_is_changed_without(audit, seen, noor):
    with pytest.raises(Refused) as refusal:
        change_many(audit, seen, Rating("blocker"), by=noor)

    assert refusal.value.field == "severity_reason"
    assert not audit.answers.exclude(version=1).exists()


def test_an_editor_may_raise_a_severity_but_not_lower_it(audit, seen, ed, noor):
    change_many(audit, seen, Rating("blocker", "It stops us."), by=ed)
    seen = dict(audit.answers.values_list("pk", "version"))

    with pytest.raises(NotAllowed):
        change_many(audit, seen, Rating("minor", "It does not."), by=ed)
    change_many(audit, seen, Rating("minor", "It does not."), by=noor)

    assert Audit.objects.get(pk=audit.pk).count_blockers == 0


def test_answers_of_another_audit_are_refused(audit, seen, project, edition, ed):
    other = Audit.objects.start(project, "Other", [edition], by=ed)
    stranger = other.answers.first()

    with pytest.raises(Refused, match="not in this audit"):
        change_many(audit, seen | {stranger.pk: 1}, Terms("done"), by=ed)
    assert not audit.answers.filter(state="done").exists()


def test_nothing_selected_is_said(audit, ed):
    with pytest.raises(Refused, match="Select"):
        change_many(audit, {}, Terms("done"), by=ed)


def test_a_hundred_rows_take_hardly_more_queries_than_ten(
    project, alice, django_assert_max_num_queries
):
    edition = build_edition("large", items=100)
    audit = Audit.objects.start(project, "Large", [edition], by=alice)
    seen = dict(audit.answers.values_list("pk", "version"))

    with django_assert_max_num_queries(24):
        change_many(audit, seen, Terms("done"), by=alice)


def test_an_editor_cannot_reword_why_an_approver_lowered_a_severity(audit, answer, ed, noor):
    answer.rate("minor", "We proxy it.", by=noor)

    with pytest.raises(NotAllowed):
        answer.rate("minor", "No reason.", by=ed)
