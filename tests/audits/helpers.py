"""Short ways to what many tests need first."""

from audits.models import Answer, Audit, SignOff, User
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


def seal(audit: Audit, *, by: User, **changes) -> SignOff:
    """Seal what stands there now; `changes` to what an approver would type."""
    now = Audit.objects.get(pk=audit.pk)
    said = {
        "decision": "go",
        "confirmation": now.seal_phrase,
        "statement": "All is well.",
        "seen": state_seen(now),
    }
    return SignOff.objects.seal(now, by=by, **said | changes)
