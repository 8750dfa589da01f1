"""Long lives that nobody thought of: verbs in any order, most of them refused."""

import random

import pytest
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist

from audits.models import SignOff
from audits.models.chains import find_broken_link
from audits.models.errors import RuleBroken
from audits.models.lifecycle import RoundState
from tests.audits.edits import EDITS, rich
from tests.audits.helpers import sign
from tests.audits.life import VERBS, Life, begin
from tests.audits.worlds import share

STEPS = 60
# Often enough that lives get further than a proposal; nobody is left after “hand over”.
LIKELY = ("propose", "sign", "sign as Security", "reopen") * 6
OTHERS = sorted(VERBS.keys() - {"hand over", "the team's policy changes"})
# What a verb says that finds nothing to be aimed at yet.
AIMLESS = (ObjectDoesNotExist, MultipleObjectsReturned)


@pytest.fixture
def life(project, alice, ed, noor, vic) -> Life:
    people = {"alice": alice, "ed": ed, "noor": noor, "vic": vic}
    life = begin(rich(project, people), people)
    life.propose()
    return life


share(globals(), "life")


def step(life: Life, verb: str) -> bool:
    """Aimed at the latest round; whether it was taken. What is refused writes no event."""
    life.row = life.audit.rounds.first()
    life.audit = life.fresh()
    try:
        if verb == "withdraw the signature":
            life.given = SignOff.objects.filter(round=life.row, by=life.noor).latest("pk")
        if verb in EDITS:
            EDITS[verb][0](life.audit, life.people)
        elif verb == "sign as Security":
            sign(life.row, by=life.noor, role="Security")
        else:
            VERBS[verb](life)
    except (RuleBroken, *AIMLESS):
        assert life.fresh().events_count == life.audit.events_count
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_rows_stand_as_the_events_tell(life, seed):
    chance = random.Random(seed)
    taken = 0

    for _ in range(STEPS):
        if step(life, chance.choice([*LIKELY, *OTHERS, *EDITS])):
            taken += 1
            assert find_broken_link(life.fresh(), files=True) is None

    assert find_broken_link(life.fresh(), files=True) is None  # whatever was refused last
    assert taken > STEPS / 6
    audit = life.fresh()
    in_force = audit.rounds.filter(state__in=(RoundState.SIGNED, RoundState.REFUSED))
    assert in_force.count() <= 1
    assert audit.rounds.proposed().count() == audit.is_proposed
