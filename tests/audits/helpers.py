"""Short ways to what many tests need first."""

from django.db import transaction

from audits.models import Answer, Audit, Policy, Round, SignOff, Team, User
from audits.models.quorum import Role, Rules
from audits.models.snapshots import state_seen
from checklist.models import Checklist, Crosswalk, Edition, Item, Relation, Section

SEVERITIES = ("blocker", "major", "minor")


def build_edition(
    slug: str = "launch", *, items: int = 6, version: str = "1.0.0", without=(), **changes
) -> Edition:
    """Items 1 to `items` in two sections; their severities go blocker, major, minor, blocker…

    `without` leaves numbers out; `changes` are `item_2={"guidance": "…"}` and conditions.
    """
    checklist, _ = Checklist.objects.get_or_create(slug=slug, defaults={"title": slug.title()})
    edition = Edition(
        checklist=checklist,
        version=version,
        title=slug.title(),
        documents=[{"id": "article", "title": "An article", "note": ""}],
        digest=f"{slug}-{version}".ljust(64, "0"),
        item_count=items - len(without),
        entry_conditions=_conditions(changes.pop("entry_conditions", ())),
        exit_criteria=_conditions(changes.pop("exit_criteria", ())),
    )
    edition.save()
    sections = Section.objects.bulk_create(
        Section(edition=edition, position=position, ref=ref, title=ref.title())
        for position, ref in enumerate(("keys", "limits"), start=1)
    )
    Item.objects.bulk_create(
        _item(edition, sections[number > items // 2], number, **changes.pop(f"item_{number}", {}))
        for number in range(1, items + 1)
        if number not in without
    )
    assert not changes, f"unknown: {changes}"
    return edition


def _conditions(texts) -> list[dict]:
    source = {"document": "article", "place": "§"}
    # The first three words are its id.
    return [
        {"id": "-".join(text.lower().split()[:3]), "text": text, "source": source}
        for text in texts
    ]


def _item(edition: Edition, section: Section, number: int, **changes) -> Item:
    said = {
        "edition": edition,
        "section": section,
        "number": number,
        "ref": f"item-{number}",
        "title": f"Item {number}",
        "severity": SEVERITIES[(number - 1) % 3],
        "guidance": "What to do.",
        "why": "Why it matters.",
        "verify": "How to see it.",
        "evidence": [{"kind": "note", "text": "A note."}],
        "source": {"document": "article", "place": f"§{number}"},
        "search_text": f"item {number}",
    }
    return Item(**said | changes)


def relate(*pairs: tuple[str, str, str], owner=None, version: str = "1.0.0") -> Crosswalk:
    """A crosswalk: ("launch/item-1", "equal", "other/item-2"), …"""
    crosswalk = Crosswalk(
        owner=owner, slug="meeting", version=version, title="How they meet", digest=version
    )
    crosswalk.save()
    Relation.objects.bulk_create(
        Relation(
            crosswalk=crosswalk,
            position=position,
            kind=kind,
            from_checklist=first.split("/")[0],
            from_item=first.split("/")[1],
            to_checklist=second.split("/")[0],
            to_item=second.split("/")[1],
            reason="Both ask for the same.",
        )
        for position, (first, kind, second) in enumerate(pairs, start=1)
    )
    return crosswalk


def settle(audit: Audit, *, by: User) -> None:
    """Every item done, so that nothing stands against a go."""
    for answer in audit.answers.exclude(state=Answer.State.DONE):
        answer.record("done", by=by)


def require(team: Team, *roles: Role, by: User, **more) -> Policy:
    """The team asks for signatures in these roles; `more` of its policy as in `Rules`."""
    return Policy.objects.change_team(team, Rules(roles, **more), by=by)


def propose(audit: Audit, *, by: User, **changes) -> Round:
    """Propose what stands there now as a go; `changes` to what a person would say."""
    now = Audit.objects.get(pk=audit.pk)
    return Round.objects.propose(now, by=by, **{"seen": state_seen(now)} | changes)


def sign(proposed: Round, *, by: User, **changes) -> SignOff:
    """Sign what was proposed; `changes` to what a signer would type."""
    said = {
        "role": "Approver",
        "seen": proposed.snapshot.digest,
        "confirmation": proposed.phrase,
        "statement": "All is well.",
    }
    return SignOff.objects.sign(proposed, by=by, **said | changes)


def refuse(proposed: Round, *, by: User, **changes) -> SignOff:
    said = {
        "role": "Approver",
        "seen": proposed.snapshot.digest,
        "confirmation": proposed.refusal_phrase,
        "reason": "Not yet.",
    }
    return SignOff.objects.refuse(proposed, by=by, **said | changes)


def seal(audit: Audit, *, by: User, decision: str = "go", **changes) -> SignOff:
    """Propose and decide in one go, as the only approver that the default policy asks for."""
    seen = {"seen": changes.pop("seen")} if "seen" in changes else {}
    with transaction.atomic():
        proposed = propose(audit, by=by, **seen)
        if decision == "no_go":
            return refuse(proposed, by=by, reason=changes.pop("statement", "Not yet."), **changes)
        return sign(proposed, by=by, **changes)
