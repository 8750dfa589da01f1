"""Every path that writes into an audit × every state that is not open, read from the URLs."""

import pytest
from django.utils import timezone

from audits.models import Answer, Audit, Report, Round, Tie
from audits.models.lifecycle import OF_A_SIGN_OFF
from audits.models.quorum import Role
from tests.audits.everything import everything
from tests.audits.helpers import build_edition, propose, refuse, relate, require, sign
from tests.audits.saying import ran
from tests.audits.views.routes import ALL, API_WRITES, OURS
from tests.audits.views.test_sealed import SHUT, good_body
from tests.audits.views.things import Things
from tests.audits.worlds import share

share(globals(), "settled_audit", "noor", "vic")

# What a round takes as long as nothing else changes: the arrows of docs/sign-off.md.
OF_A_ROUND = {name for name in SHUT if name.startswith(("sign-off-", "round-"))}
# What it finds may change the audit, and is an arrow of its own; to ask for it does not.
ASKS = {"answer-run"}
# A meeting is planned; what was proposed still is what is there.
MEETS = {"review-new"}
EDITS = sorted(set(SHUT) - OF_A_ROUND - ASKS - MEETS)


@pytest.fixture
def refused(settled_audit, noor) -> Audit:
    refuse(propose(settled_audit, by=noor), by=noor)
    return settled_audit


@pytest.fixture
def expired(sealed_audit) -> Audit:
    sealed_audit.rounds.get().expire("It is over.", by=None)
    return sealed_audit


@pytest.fixture
def half_signed(settled_audit, harbour, alice, noor, vic) -> Things:
    require(harbour, Role("Approver"), Role("Product"), by=alice)
    row = propose(settled_audit, by=alice)
    Report.objects.request(settled_audit, by=vic)
    sign(row, by=noor)
    return Things(Audit.objects.get(pk=settled_audit.pk), vic)


@pytest.mark.parametrize("state", ["sealed_audit", "refused", "expired"])
def test_what_is_shut_refuses_every_path_and_changes_no_row(state, request, browser, alice):
    audit = Audit.objects.get(pk=request.getfixturevalue(state).pk)
    things = Things(audit, request.getfixturevalue("vic"))
    client = browser(alice)
    before = everything()

    for name in SHUT:
        response = client.post(things.address(name), good_body(name, audit))

        assert (name, response.status_code) == (name, 409)
        assert everything() == before, name


def made_fit(name: str, things: Things, alice) -> tuple[str, dict]:
    """Something for the path to change, put there without an event; its address and body."""
    audit, address = things.audit, things.address(name)
    first = Answer.objects.filter(pk=things.answer.pk)
    body = good_body(name, audit)
    if name == "answer-accept":
        until = timezone.localdate()
        first.update(state="risk_accepted", approver=alice, accepted_at=None, accepted_until=until)
    elif name == "answer-many":
        body["item"] = f"{things.answer.pk}.{first.get().version}"
    elif name == "audit-rename":
        body["seen"] = audit.title
    elif name == "tie-join":
        Tie.objects.update(parted_at=timezone.now())
        body["at"] = things.answer.pk
    elif name == "tie-take":
        first.update(state="open")
        Tie.objects.update(kind="broader")
    elif name == "tie-add":
        audit.pins.create(edition=build_edition("second", items=3), position=2)
        Answer.objects.open_all(audit)
        relate(("launch/item-3", "related", "second/item-3"))
    elif name == "answer-attach":
        body["run"] = ran(things.environment, "pass", "key-valid").pk
    elif name == "event-undo":
        number = audit.events.filter(verb="answer.recorded").first().number
        address = address.replace(f"/{audit.events_count}/", f"/{number}/")
    audit.recount()
    audit.save(update_fields=audit.COUNTED)
    return address, body


@pytest.mark.parametrize("name", EDITS)
def test_what_is_proposed_takes_every_edit_and_the_signatures_count_no_more(
    half_signed, browser, alice, name
):
    audit, client = half_signed.audit, browser(alice)
    address, body = made_fit(name, half_signed, alice)

    response = client.post(address, body)

    assert response.status_code < 400
    after = audit.events.filter(number__gt=audit.events_count).order_by("number")
    first, *others = after.values_list("verb", flat=True)
    assert first not in OF_A_SIGN_OFF
    assert "audit.outdated" in others
    assert Audit.objects.get(pk=audit.pk).state == "open"
    assert Round.objects.get(pk=half_signed.round.pk).state == "outdated"

    # Who saw it before that signs nothing.
    said = {
        "role": "Product",
        "confirmation": half_signed.round.phrase,
        "seen": half_signed.round.snapshot.digest,
        "statement": "I saw it.",
    }
    late = client.post(half_signed.address("round-sign"), said)
    assert late.status_code == 409
    assert half_signed.round.sign_offs.count() == 1


def test_every_path_that_writes_by_a_token_is_tried_here_or_touches_no_audit():
    """A release is of a project: what it does to audits is in the table of docs/sign-off.md."""
    unsafe = {name for name in API_WRITES if "audits/" in ALL[name].path}

    assert unsafe == set()


def test_every_edit_is_one_of_an_audit_or_of_its_evidence():
    assert {OURS[name].noun for name in EDITS} == {"audits", "evidence"}
