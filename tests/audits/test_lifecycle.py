"""Every state × every verb of docs/sign-off.md, walked."""

import copy
from dataclasses import dataclass

import pytest

from audits.models import Audit
from audits.models import errors as rules
from audits.models.chains import find_broken_link
from audits.models.history import SENTENCES
from audits.models.lifecycle import OF_A_REVIEW, OF_A_SIGN_OFF
from tests.audits.edits import EDITS, rich
from tests.audits.everything import everything
from tests.audits.helpers import build_edition
from tests.audits.life import STATES, VERBS, Arrow, Life, arrows, begin
from tests.audits.worlds import make, sources

ARROWS = list(arrows())
TABLE = {(arrow.verb, arrow.start): arrow for arrow in ARROWS}


@dataclass
class Start:
    """A life in one of the states, and what stands in the database then."""

    life: Life
    name: str
    count: int
    rows: dict[str, list]


@pytest.fixture(scope="module")
def begun(ground):
    def begin_one() -> Life:
        people = make(sources(("project", "alice", "ed", "noor", "vic"), globals()))
        return begin(rich(people["project"], people), people)

    with ground.holding(begin_one) as life:
        yield life


@pytest.fixture(scope="module")
def start(request, begun, ground):
    """Walked to once: the verbs take turns there, and each leaves no trace."""

    def walk() -> Start:
        life = copy.deepcopy(begun)
        STATES[request.param](life)
        assert life.state() == request.param
        assert find_broken_link(life.fresh(), files=True) is None
        return Start(life, request.param, life.fresh().events_count, everything())

    with ground.holding(walk) as start:
        yield start


@pytest.fixture
def life(start, db) -> Life:
    return copy.deepcopy(start.life)


each_state = pytest.mark.parametrize("start", STATES, indirect=True, scope="module")


def check(start: Start, life: Life, arrow: Arrow, verb, told: tuple[str, ...]) -> None:
    if refusal := getattr(rules, arrow.end, None):
        with pytest.raises(rules.RuleBroken) as refused:
            verb()
        assert type(refused.value) is refusal
        # And with it the chain, which held at the start.
        assert everything() == start.rows
    else:
        verb()
        assert life.state() == (start.name if arrow.end == "stays" else arrow.end)
        assert find_broken_link(life.fresh(), files=True) is None

    events = life.audit.events.filter(number__gt=start.count).order_by("number")
    assert list(events.values_list("verb", flat=True)) == list(told)


@pytest.mark.parametrize("verb", VERBS)
@each_state
def test_each_verb_leads_where_the_table_says(start, life, verb):
    arrow = TABLE[verb, start.name]

    check(start, life, arrow, lambda: VERBS[verb](life), arrow.events)


@pytest.mark.parametrize("edit", EDITS)
@each_state
def test_each_edit_leads_where_the_table_says(start, life, edit):
    arrow, (change, own) = TABLE["edit", start.name], EDITS[edit]
    told: list[str] = []
    for verb in arrow.events:
        told += [own[0]] * own.count(own[0]) if verb == "its own" else [verb]
    told += [verb for verb in own if verb != own[0]] if arrow.events else []

    check(start, life, arrow, lambda: change(life.fresh(), life.people), tuple(told))


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


def test_every_audit_begins_open(begun, db):
    editions, alice = [build_edition("third")], begun.people["alice"]

    audit = Audit.objects.start(begun.audit.project, "Second launch", editions, by=alice)

    assert Audit.objects.get(pk=audit.pk).state == "open"
