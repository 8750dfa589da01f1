import pytest

from audits.models import Audit, Comment, Evidence, Project
from audits.models.errors import AuditOpen, AuditSealed, NotAllowed, Outdated, Refused
from audits.models.progress import by_section
from tests.audits.helpers import build_edition, seal


def test_audit_over_two_editions_numbers_its_rows_through_both(project, edition, alice):
    other = build_edition("production", items=3)

    audit = Audit.objects.start(project, "Launch", [other, edition], by=alice)

    rows = audit.answers.order_by("position").values_list("item__edition", "item__number")
    assert list(rows) == [(other.pk, n) for n in (1, 2, 3)] + [
        (edition.pk, n) for n in range(1, 7)
    ]


def test_starting_is_the_first_event_of_the_chain(audit, alice):
    event = audit.events.get()
    assert (event.number, event.verb, event.actor) == (1, "audit.started", alice)
    assert event.detail == {"title": "First launch", "editions": ["launch 1.0.0"], "items": 6}


def test_items_of_two_editions_are_named_with_their_letter(project, edition, alice):
    second = build_edition("playbook", items=2)

    audit = Audit.objects.start(project, "Both", [second, edition], by=alice)

    labels = [answer.label for answer in audit.answers.order_by("position")]
    assert labels == ["A1", "A2", "B1", "B2", "B3", "B4", "B5", "B6"]


def test_items_of_one_edition_are_named_by_number_alone(audit):
    assert audit.answers.first().label == "1"


@pytest.mark.parametrize("title", ["", "  ", "x" * 151, "a\0b"])
def test_audit_is_not_started_under_a_title_that_does_not_fit(project, edition, alice, title):
    with pytest.raises(Refused) as refusal:
        Audit.objects.start(project, title, [edition], by=alice)

    assert refusal.value.field == "title"


def test_audit_needs_a_checklist(project, alice):
    with pytest.raises(Refused, match="at least one checklist"):
        Audit.objects.start(project, "Launch", [], by=alice)


def test_audit_takes_each_edition_once(project, edition, alice):
    with pytest.raises(Refused, match="each checklist once"):
        Audit.objects.start(project, "Launch", [edition, edition], by=alice)


def test_starting_takes_as_many_queries_for_60_items_as_for_3(
    project, alice, django_assert_num_queries
):
    small, large = build_edition("small", items=3), build_edition("large", items=60)

    for edition in (small, large):
        with django_assert_num_queries(13):
            Audit.objects.start(project, "Launch", [edition], by=alice)


def test_rows_take_as_many_queries_for_60_items_as_for_3(
    project, alice, django_assert_num_queries
):
    for items in (3, 60):
        edition = build_edition(f"of-{items}", items=items)
        audit = Audit.objects.start(project, "Launch", [edition], by=alice)
        for answer in audit.answers.all():
            answer.plan(by=alice, owner=alice, due=None)
        with django_assert_num_queries(1):
            for row in audit.answers.for_rows():
                assert row.owner == alice
                assert row.item.title
                assert row.comment_count == 0


def test_progress_by_section_is_one_query(audit, answer, ed, django_assert_num_queries):
    answer.record("done", by=ed)

    with django_assert_num_queries(1):
        first, second = by_section(audit).values()

    assert (first.total, first.done, first.blockers) == (3, 1, 0)
    assert (second.total, second.done, second.blockers) == (3, 0, 1)


def test_renaming_is_an_event_with_both_titles(audit, ed):
    audit.rename("Second  launch\n", by=ed)

    assert Audit.objects.get(pk=audit.pk).title == "Second launch"
    assert audit.events.last().detail == {"before": "First launch", "after": "Second launch"}


def test_renaming_to_the_same_title_leaves_no_event(audit, ed):
    audit.rename("First launch", by=ed)

    assert audit.events.count() == 1


def test_audit_cannot_lose_its_title(audit, ed):
    with pytest.raises(Refused, match="Give the audit a title"):
        audit.rename(" ", by=ed)


def test_reopening_makes_the_next_revision(sealed_audit, noor):
    sealed_audit.reopen("The limits changed.", by=noor)

    audit = Audit.objects.get(pk=sealed_audit.pk)
    assert (audit.state, audit.revision) == ("open", 2)
    assert audit.events.last().detail == {"reason": "The limits changed."}


def test_reopened_audit_keeps_its_answers(sealed_audit, noor):
    sealed_audit.reopen("The limits changed.", by=noor)

    assert not sealed_audit.answers.exclude(state="done").exists()


def test_reopening_needs_a_reason(sealed_audit, noor):
    with pytest.raises(Refused, match="Say why the audit is reopened"):
        sealed_audit.reopen(" ", by=noor)


def test_open_audit_cannot_be_reopened(audit, noor):
    with pytest.raises(AuditOpen):
        audit.reopen("Why not.", by=noor)


def test_editor_cannot_reopen(sealed_audit, ed):
    with pytest.raises(NotAllowed, match="Only an approver or an owner"):
        sealed_audit.reopen("Please.", by=ed)


WRITES = {
    "record": lambda answer, file, by: answer.record("open", by=by),
    "confirm": lambda answer, file, by: answer.confirm_acceptance(by=by),
    "plan": lambda answer, file, by: answer.plan(by=by, owner=by, due=None),
    "comment": lambda answer, file, by: Comment.objects.add(answer, "But…", by=by),
    "link": lambda answer, file, by: Evidence.objects.attach_link(
        answer, "https://example.org", by=by
    ),
    "note": lambda answer, file, by: Evidence.objects.attach_note(answer, "But…", by=by),
    "file": lambda answer, file, by: Evidence.objects.attach_file(answer, file, by=by),
    "remove": lambda answer, file, by: answer.evidence.first().remove("Wrong.", by=by),
    "rename": lambda answer, file, by: answer.audit.rename("Other", by=by),
    "seal": lambda answer, file, by: seal(answer.audit, by=by),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_sealed_audit_refuses_every_write(sealed_audit, answer, a_file, noor, write):
    events = sealed_audit.events.count()

    with pytest.raises(AuditSealed, match="Revision 1 of this audit is sealed"):
        write(answer, a_file, noor)

    assert sealed_audit.events.count() == events


def test_outdated_names_the_machine_when_no_person_changed_the_row():
    assert str(Outdated("")).startswith("Somebody changed this answer after")


def test_projects_come_by_launch_date_and_those_without_one_last(harbour):
    for name, day in (("Later", "2027-02-01"), ("Never", None), ("Soon", "2026-12-01")):
        Project.objects.create(team=harbour, name=name, launch_date=day)

    assert [project.name for project in Project.objects.all()] == ["Soon", "Later", "Never"]
