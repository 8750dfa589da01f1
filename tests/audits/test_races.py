"""Several people at the same moment: real threads, real transactions."""

import pytest

from audits.models import (
    Answer,
    Audit,
    Comment,
    Evidence,
    Invitation,
    Membership,
    Report,
    SignOff,
    User,
)
from audits.models.errors import AuditOpen, AuditSealed, Outdated, Refused, RuleBroken
from audits.models.invitations import NotInvited
from audits.models.snapshots import state_seen
from tests.audits.helpers import seal, settle
from tests.audits.racing import at_once, chain_holds, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_answer_the_same_page_one_is_told(audit, answer, ed, alice):
    outcomes = at_once(
        lambda: answer.record("done", by=ed, seen_version=1),
        lambda: Answer.objects.get(pk=answer.pk).record(
            "not_applicable", by=alice, reason="No.", seen_version=1
        ),
    )

    assert refusals(outcomes) == [Outdated]
    assert (audit.events.count(), chain_holds(audit)) == (2, True)


def test_sealing_and_answering_at_once_never_seals_what_was_not_shown(
    settled_audit, answer, ed, noor
):
    seen = state_seen(settled_audit)

    outcomes = at_once(
        lambda: seal(settled_audit, by=noor, seen=seen),
        lambda: answer.record("not_applicable", by=ed, reason="No."),
    )

    assert refusals(outcomes) in ([AuditSealed], [Outdated])
    assert chain_holds(settled_audit)


def test_of_two_who_seal_at_once_one_signs(settled_audit, alice, noor):
    outcomes = at_once(
        lambda: seal(settled_audit, by=noor, seen=state_seen(settled_audit)),
        lambda: seal(settled_audit, by=alice, seen=state_seen(settled_audit)),
    )

    assert refusals(outcomes) == [AuditSealed]
    assert (SignOff.objects.count(), chain_holds(settled_audit)) == (1, True)


def test_of_two_who_reopen_at_once_one_makes_the_revision(sealed_audit, alice, noor):
    outcomes = at_once(
        lambda: sealed_audit.reopen("One.", by=noor),
        lambda: Audit.objects.get(pk=sealed_audit.pk).reopen("Two.", by=alice),
    )

    assert refusals(outcomes) == [AuditOpen]
    assert Audit.objects.get(pk=sealed_audit.pk).revision == 2


def test_four_people_who_comment_25_times_each_leave_one_whole_chain(audit, ed):
    answers = list(audit.answers.filter(position__lte=4))

    def talk(answer):
        for number in range(25):
            Comment.objects.add(answer, f"{number}", by=ed)

    at_once(*(lambda answer=answer: talk(answer) for answer in answers))

    assert (audit.events.count(), Comment.objects.count()) == (101, 100)
    assert chain_holds(audit)


def test_evidence_removed_by_two_at_once_leaves_one_trace(audit, answer, ed, alice):
    note = Evidence.objects.attach_note(answer, "x", by=ed)

    outcomes = at_once(
        lambda: note.remove("One.", by=ed),
        lambda: Evidence.objects.get(pk=note.pk).remove("Two.", by=alice),
    )

    assert refusals(outcomes) == [Refused]
    assert audit.events.filter(verb="evidence.removed").count() == 1


def test_two_owners_who_leave_at_once_leave_one_behind(harbour, alice, ed):
    harbour.memberships.get(user=ed).change_role(Membership.Role.OWNER, by=alice)
    first, second = harbour.memberships.filter(role=Membership.Role.OWNER)

    outcomes = at_once(lambda: first.end(by=alice), lambda: second.end(by=ed))

    assert refusals(outcomes) == [Refused]
    assert harbour.memberships.filter(role=Membership.Role.OWNER).count() == 1


def invite(team, by, email="new@example.org"):
    return Invitation.objects.invite(team, [email], "editor", by=by, by_mail=True)[0]


def test_person_who_follows_two_links_at_once_has_one_account(harbour, alice, mallory):
    invitations = [invite(harbour, alice), invite(mallory.teams.get(), mallory)]

    outcomes = at_once(
        *(lambda one=one: one.make_account("New", "pw", key=one.key) for one in invitations)
    )

    assert outcomes.count(None) == 1
    assert User.objects.filter(email="new@example.org").count() == 1


def test_address_that_two_invite_at_once_has_one_invitation(harbour, alice):
    outcomes = at_once(lambda: invite(harbour, alice), lambda: invite(harbour, alice))

    assert refusals(outcomes) == [NotInvited]
    assert harbour.invitations.count() == 1


def test_link_that_is_followed_and_withdrawn_at_once_does_one_of_the_two(harbour, alice, mallory):
    invitation = invite(harbour, alice, mallory.email)

    outcomes = at_once(
        lambda: invitation.accept(by=mallory, key=invitation.key),
        lambda: Invitation.objects.get(pk=invitation.pk).withdraw(by=alice),
    )

    assert len(refusals(outcomes)) == 1
    assert harbour.members.filter(pk=mallory.pk).exists() is (refusals(outcomes) == [RuleBroken])


def test_report_that_two_ask_for_at_once_is_made_once(audit, ed, vic):
    outcomes = at_once(
        lambda: Report.objects.request(audit, by=ed),
        lambda: Report.objects.request(audit, by=vic),
    )

    assert outcomes[0] == outcomes[1]


def test_report_that_two_workers_take_at_once_is_rendered_once(sealed_audit):
    report = Report.objects.get()

    outcomes = at_once(report._claim, Report.objects.get()._claim)

    assert sorted(outcomes) == [False, True]


def test_lapsed_acceptance_is_reopened_once_by_two_ticks(audit, answer, noor):
    settle(audit, by=noor)
    Answer.objects.filter(pk=answer.pk).update(
        state="risk_accepted", approver=noor, accepted_until="2020-01-01"
    )

    outcomes = at_once(answer.reopen_lapsed, Answer.objects.get(pk=answer.pk).reopen_lapsed)

    assert sorted(outcomes) == [False, True]
    assert audit.events.filter(verb="answer.lapsed").count() == 1
