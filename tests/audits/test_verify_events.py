"""Tampering with events behind the application's back, and what the command makes of it."""

import pytest
from django.core.management import CommandError, call_command

from audits.models import Audit, Comment
from tests.audits.tampering import event, tamper, told, untie, verify


@pytest.fixture
def untied(db):
    untie()


@pytest.fixture
def talked_about(audit, answer, ed) -> Audit:
    """Six events: the start and five comments."""
    for number in range(2, 7):
        Comment.objects.add(answer, f"comment {number}", by=ed)
    return Audit.objects.get(pk=audit.pk)


def test_whole_chains_are_counted(talked_about, capsys):
    call_command("verify_events")

    assert capsys.readouterr().out == "1 audit, 6 events: every chain holds\n"


def test_nothing_to_check_is_no_error(db, capsys):
    call_command("verify_events")

    assert capsys.readouterr().out == "0 audits, 0 events: every chain holds\n"


def test_changed_content_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, detail={"text": "other"})

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_changed_time_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, at="2020-01-01T00:00:00Z")

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_changed_name_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, actor_name="Somebody else")

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_content_of_a_kind_that_is_never_written_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, detail={"text": 1.5})

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_changed_content_hash_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, content="0" * 64)

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_event_that_lost_its_content_hash_is_found(untied, talked_about, capsys):
    tamper(talked_about, 3, content=None)

    assert verify(capsys) == told(talked_about, 3, "its content does not match its hash")


def test_event_with_a_new_hash_of_its_own_breaks_the_next_link(untied, talked_about, capsys):
    row = event(talked_about, 3)
    row.detail = {"text": "other"}
    row.close()
    tamper(talked_about, 3, detail=row.detail, content=row.content, hash=row.hash)

    assert verify(capsys) == told(talked_about, 4, "it does not follow the event before it")


def test_removed_event_is_found(untied, talked_about, capsys):
    talked_about.events.filter(number=3).delete()

    assert verify(capsys) == told(talked_about, 3, "it is missing; the next event has number 4")


def test_event_removed_and_the_rest_numbered_anew_is_found(untied, talked_about, capsys):
    talked_about.events.filter(number=3).delete()
    for number in (4, 5, 6):
        tamper(talked_about, number, number=number - 1)

    assert verify(capsys) == told(talked_about, 3, "it does not follow the event before it")


def test_swapped_events_are_found(untied, talked_about, capsys):
    tamper(talked_about, 3, number=99)
    tamper(talked_about, 4, number=3)
    tamper(talked_about, 99, number=4)

    assert verify(capsys) == told(talked_about, 3, "it does not follow the event before it")


def test_truncated_tail_is_found(untied, talked_about, capsys):
    talked_about.events.filter(number__gte=5).delete()

    assert verify(capsys) == told(talked_about, 5, "it is missing; the audit counts 6")


def test_truncated_tail_with_a_matching_count_is_found(untied, talked_about, capsys):
    talked_about.events.filter(number=6).delete()
    Audit.objects.filter(pk=talked_about.pk).update(events_count=5)

    assert verify(capsys) == told(talked_about, 5, "it is not the last event that the audit knows")


def test_chain_without_any_event_is_found(untied, audit, capsys):
    audit.events.all().delete()

    assert verify(capsys) == told(audit, 1, "it is missing; the audit counts 1")


def test_appended_event_is_found(talked_about, capsys):
    extra = event(talked_about, 6)
    extra.pk, extra.number, extra.previous_hash = None, 7, extra.hash
    extra.close()
    extra.save(force_insert=True)

    assert verify(capsys) == told(talked_about, 7, "the audit does not know it")


def test_inserted_event_is_found(untied, talked_about, capsys):
    for number in (6, 5, 4):
        tamper(talked_about, number, number=number + 1)
    extra = event(talked_about, 3)
    extra.pk, extra.number, extra.previous_hash = None, 4, extra.hash
    extra.close()
    extra.save(force_insert=True)

    assert verify(capsys) == told(talked_about, 5, "it does not follow the event before it")


def test_each_broken_audit_has_its_line_and_the_others_none(
    untied, project, edition, alice, capsys
):
    audits = [
        Audit.objects.start(project, title, [edition], by=alice) for title in ("A", "B", "C")
    ]
    for audit in audits[::2]:
        tamper(audit, 1, verb="audit.renamed")

    lines = verify(capsys).splitlines()

    assert [line[0] for line in lines] == ["A", "C"]


def test_named_audits_alone_are_checked(untied, project, edition, alice, capsys):
    whole, broken = (
        Audit.objects.start(project, title, [edition], by=alice) for title in ("A", "B")
    )
    tamper(broken, 1, verb="audit.renamed")

    call_command("verify_events", str(whole.pk))

    assert capsys.readouterr().out == "1 audit, 1 event: every chain holds\n"


def test_unknown_audit_is_an_error(db):
    with pytest.raises(CommandError, match="There is no audit 00000000-"):
        call_command("verify_events", "00000000-0000-0000-0000-000000000000")


def test_chain_takes_no_query_an_event(talked_about, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        call_command("verify_events")
