"""Short ways to what many tests need first."""

from audits.models import Answer, Audit, SignOff, User
from audits.models.snapshots import state_seen
from checklist.models import Checklist, Edition, Item, Section

SEVERITIES = ("blocker", "major", "minor")


def build_edition(slug: str = "launch", *, items: int = 6, version: str = "1.0.0") -> Edition:
    """Items 1 to `items` in two sections; their severities go blocker, major, minor, blocker…"""
    checklist, _ = Checklist.objects.get_or_create(slug=slug, defaults={"title": slug.title()})
    edition = Edition(
        checklist=checklist,
        version=version,
        title=slug.title(),
        documents=[{"id": "article", "title": "An article", "note": ""}],
        digest=f"{slug}-{version}".ljust(64, "0"),
        item_count=items,
    )
    edition.save()
    sections = Section.objects.bulk_create(
        Section(edition=edition, position=position, ref=ref, title=ref.title())
        for position, ref in enumerate(("keys", "limits"), start=1)
    )
    Item.objects.bulk_create(
        _item(edition, sections[number > items // 2], number) for number in range(1, items + 1)
    )
    return edition


def _item(edition: Edition, section: Section, number: int) -> Item:
    return Item(
        edition=edition,
        section=section,
        number=number,
        ref=f"item-{number}",
        title=f"Item {number}",
        severity=SEVERITIES[(number - 1) % 3],
        guidance="What to do.",
        why="Why it matters.",
        verify="How to see it.",
        source={"document": "article", "place": f"§{number}"},
        search_text=f"item {number}",
    )


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
