"""The hash chain: what goes into it comes out the same, and nobody rewrites it."""

import hashlib

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.models import Audit, Comment, Event
from audits.models.chains import find_broken_link
from audits.models.events import GENESIS
from audits.models.history import SENTENCES, describe
from audits.reports.canonical import canonical_json

# All that a person can send: everything but NUL and half surrogate pairs, which are refused.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300)
DETAILS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_first_event_stands_on_sixty_four_zeros(audit):
    assert audit.events.get().previous_hash == GENESIS == "0" * 64


def test_each_event_stands_on_the_one_before_it(settled_audit):
    events = list(settled_audit.events.order_by("number"))

    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]


def test_audit_knows_the_end_of_its_chain(settled_audit):
    last = settled_audit.events.last()

    assert (settled_audit.events_count, settled_audit.events_head) == (last.number, last.hash)


def test_content_is_the_digest_of_the_canonical_event(audit):
    event = audit.events.get()

    assert event.content == hashlib.sha256(event.canonical()).hexdigest()


def test_hash_is_that_of_the_previous_hash_and_the_content(audit):
    event = audit.events.get()

    whole = GENESIS + event.content
    assert event.hash == hashlib.sha256(whole.encode()).hexdigest()


def test_hash_without_a_content_is_that_of_the_canonical_event_itself(audit):
    event = audit.events.get()
    whole = GENESIS.encode() + event.canonical()
    event.content, event.hash = None, hashlib.sha256(whole).hexdigest()

    assert event.holds()


def test_chain_of_a_busy_audit_holds(sealed_audit):
    assert find_broken_link(sealed_audit) is None


@MANY
@given(text=TEXTS)
def test_any_text_survives_the_database_and_the_hash(answer, ed, text):
    written = Comment.objects.add(answer, f"x{text}x", by=ed)

    event = Event.objects.order_by("number").last()
    assert event.detail["text"] == Comment.objects.get(pk=written.pk).text == written.text
    assert event.holds()


@MANY
@given(detail=st.dictionaries(TEXTS, DETAILS, max_size=5))
def test_any_detail_survives_the_database_and_the_hash(audit, alice, detail):
    with transaction.atomic():
        locked = Audit.objects.locked(audit.pk)
        before = Event(
            audit=locked,
            number=locked.events_count + 1,
            revision=1,
            verb="test",
            actor=alice,
            actor_name="Alice",
            at=audit.created_at,
            detail=detail,
            previous_hash=locked.events_head,
        )
        before.close()
        before.save(force_insert=True)
        after = Event.objects.get(pk=before.pk)
        transaction.set_rollback(True)

    assert canonical_json(after.detail) == canonical_json(detail)
    assert after.holds()
    assert after.hash == before.hash


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audits_event SET verb = 'audit.renamed'", "DELETE FROM audits_event"],
)
def test_database_itself_refuses_to_change_an_event(audit, statement):
    with (
        pytest.raises(DatabaseError, match="events are never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_saving_an_event_again_is_refused(audit):
    event = audit.events.get()
    event.verb = "audit.renamed"

    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()


def test_every_verb_has_a_sentence(settled_audit, sealed_audit, noor):
    sealed_audit.reopen("Another look.", by=noor)

    told = [describe(event) for event in sealed_audit.events.all()]

    assert "signed as Approver: go, digest " in " ".join(told)
    assert told[-1] == "reopened the audit: Another look."
    assert {event.verb for event in sealed_audit.events.all()} <= SENTENCES.keys()


def test_event_keeps_the_name_that_a_person_had_then(audit, alice):
    alice.name = "Alice Stone"
    alice.save()

    assert audit.events.get().actor_name == "Alice Berg"
