"""Every state × every verb of docs/sign-off.md, walked."""

import pytest

from audits.models import Audit
from audits.models import errors as rules
from audits.models.chains import find_broken_link
from audits.models.history import SENTENCES
from audits.models.lifecycle import OF_A_REVIEW, OF_A_SIGN_OFF
from tests.audits.edits import EDITS, rich
from tests.audits.everything import everything
from tests.audits.life import STATES, VERBS, Arrow, Life, arrows, begin

ARROWS = list(arrows())
EDITED = [arrow for arrow in ARROWS if arrow.verb == "edit"]
OTHERS = [arrow for arrow in ARROWS if arrow.verb != "edit"]


@pytest.fixture
def life(project, alice, ed, noor, vic) -> Life:
    people = {"alice": alice, "ed": ed, "noor": noor, "vic": vic}
    return begin(rich(project, people), people)


def walk(life: Life, arrow: Arrow, verb, told: tuple[str, ...]) -> None:
    STATES[arrow.start](life)
    assert life.state() == arrow.start
    count, before = life.fresh().events_count, everything()

    if refusal := getattr(rules, arrow.end, None):
        with pytest.raises(rules.RuleBroken) as refused:
            verb()
        assert type(refused.value) is refusal
        assert everything() == before
    else:
        verb()
        assert life.state() == (arrow.start if arrow.end == "stays" else arrow.end)

    events = life.audit.events.filter(number__gt=count).order_by("number")
    assert list(events.values_list("verb", flat=True)) == list(told)
    assert find_broken_link(life.fresh(), files=True) is None


@pytest.mark.parametrize("arrow", OTHERS, ids=lambda arrow: f"{arrow.verb}, {arrow.start}")
def test_each_verb_leads_where_the_table_says(life, arrow):
    walk(life, arrow, lambda: VERBS[arrow.verb](life), arrow.events)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("arrow", EDITED, ids=lambda arrow: arrow.start)
def test_each_edit_leads_where_the_table_says(life, arrow, edit):
    change, own = EDITS[edit]
    told: list[str] = []
    for verb in arrow.events:
        told += [own[0]] * own.count(own[0]) if verb == "its own" else [verb]
    told += [verb for verb in own if verb != own[0]] if arrow.events else []

    walk(life, arrow, lambda: change(life.fresh(), life.people), tuple(told))


def test_table_has_every_state_and_every_verb_once():
    cells = [(arrow.verb, arrow.start) for arrow in ARROWS]

    assert len(cells) == len(set(cells))
    assert set(cells) == {(verb, state) for verb in [*VERBS, "edit"] for state in STATES}


def test_table_names_states_and_errors_alone():
    ends = {arrow.end for arrow in ARROWS}

    assert {end for end in ends if not hasattr(rules, end)} <= {"stays", *STATES}


def test_every_event_of_a_sign_off_stands_in_the_table():
    assert {
        verb for arrow in ARROWS for verb in arrow.events if verb in OF_A_SIGN_OFF
    } == OF_A_SIGN_OFF


def test_no_kind_of_event_is_left_out():
    edits = {verb for _, own in EDITS.values() for verb in own}
    in_the_table = {verb for arrow in ARROWS for verb in arrow.events}

    # How an audit begins, how it was sealed before it was proposed first, and a meeting's own,
    # which docs/reviews.md tells of.
    others = {"audit.started", "audit.loaded", "audit.sealed"} | OF_A_REVIEW & SENTENCES.keys()
    assert edits | (in_the_table - {"its own"}) | others == SENTENCES.keys()


def test_every_audit_begins_open(audit):
    assert Audit.objects.get(pk=audit.pk).state == "open"
