"""What the pages of crosswalks show: relations with the items at both ends, in a few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q

from checklist.models import Checklist, Crosswalk, Edition, Item, Relation
from checklist.models.crosswalks import WORDS

ROWS_A_PAGE = 200
TEXTS = ("guidance", "why", "verify", "evidence", "parameters", "search_text", "edition__summary")

End = tuple[str, str]
Owners = set[UUID | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A relation with the items at its ends; None where the latest edition has no such item."""

    relation: Relation
    left: Item | None
    right: Item | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another item, and the relation by which it stands on an item's page."""

    item: Item
    relation: Relation


def elsewhere(item: Item, user) -> dict:
    """What the crosswalks that the user may read say of an item: its neighbours in `groups`, each
    with a heading, and the `crosswalks` that say so.

    Two queries, however many relations.
    """
    checklist = item.edition.checklist
    here = (checklist.slug, item.ref)
    relations = list(Relation.objects.readable_by(user).of_item(*here))
    owners = {None, checklist.owner, *(relation.crosswalk.owner for relation in relations)}
    items = _items(relations, owners)
    groups: dict[str, list[Neighbour]] = {kind: [] for kind in WORDS}
    for relation in relations:
        if (other := items.get(relation.across_from(here))) is not None:
            groups[relation.kind_from(here)].append(Neighbour(other, relation))
    return {
        "groups": [(WORDS[kind], found) for kind, found in groups.items() if found],
        "crosswalks": {relation.crosswalk_id: relation.crosswalk for relation in relations},
    }


def context(crosswalk: Crosswalk, kind: str, number: str | None) -> dict:
    """One page of a crosswalk, by pairs of checklists; of one kind of relation, or all with ""."""
    kind = kind if kind in Relation.Kind else ""
    everything = Relation.objects.filter(crosswalk=crosswalk)
    counts = dict(everything.order_by().values_list("kind").annotate(Count("pk")))
    shown = everything.filter(kind=kind) if kind else everything
    page = Paginator(shown.by_pair(), ROWS_A_PAGE).get_page(number)
    owners = {None, crosswalk.owner}
    titles = _titles(everything, owners)
    return {
        "crosswalk": crosswalk,
        "kind": kind,
        "kinds": [(choice, counts.get(choice, 0)) for choice in Relation.Kind],
        "total": sum(counts.values()),
        "page": page,
        "pairs": _rail(shown, titles),
        "groups": _groups(page, titles, owners),
    }


def _rail(relations, titles: dict[str, str]) -> list[dict]:
    """Each pair with the number of its relations, and the page on which the first one stands."""
    pairs = (
        relations.order_by()
        .values_list("from_checklist", "to_checklist")
        .annotate(shown=Count("pk"), first=Min("position"))
        .order_by("first")
    )
    rail, before = [], 0
    for left, right, shown, _ in pairs:
        page = before // ROWS_A_PAGE + 1
        rail.append({"shown": shown, "page": page} | _named(left, right, titles))
        before += shown
    return rail


def _groups(page: Page, titles: dict[str, str], owners: Owners) -> list[dict]:
    relations = list(page)
    items = _items(relations, owners)
    groups = []
    for (left, right), found in groupby(relations, lambda r: (r.from_checklist, r.to_checklist)):
        rows = [Row(relation, *map(items.get, relation.ends)) for relation in found]
        groups.append({"rows": rows} | _named(left, right, titles))
    return groups


def _named(left: str, right: str, titles: dict[str, str]) -> dict[str, str]:
    return {
        "id": f"{left}--{right}",
        "left": titles.get(left, left),
        "right": titles.get(right, right),
    }


def _owned(owners: Owners, field: str) -> Q:
    """Everybody's, and those of these teams."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__in": owners - {None}})


def _titles(relations, owners: Owners) -> dict[str, str]:
    """The title of each checklist by its slug, a team's own before everybody's."""
    slugs = Q(slug__in=relations.values("from_checklist")) | Q(
        slug__in=relations.values("to_checklist")
    )
    found = Checklist.objects.filter(slugs, _owned(owners, "owner"))
    return {checklist.slug: checklist.title for checklist in sorted(found, key=_everybodys_first)}


def _items(relations: Iterable[Relation], owners: Owners) -> dict[End, Item]:
    """The items at the ends, as in the latest editions; a team's own before everybody's."""
    wanted = {end for relation in relations for end in relation.ends}
    found = Item.objects.filter(
        _owned(owners, "edition__checklist__owner"),
        edition__in=Edition.objects.current(),
        edition__checklist__slug__in={slug for slug, _ in wanted},
        ref__in={ref for _, ref in wanted},
    ).select_related("edition__checklist")
    # The texts are most of an item, and no link shows them.
    found = found.defer(*TEXTS)
    return {
        (item.edition.checklist.slug, item.ref): item
        for item in sorted(found, key=lambda item: _everybodys_first(item.edition.checklist))
    }


def _everybodys_first(checklist: Checklist) -> bool:
    return checklist.owner is not None
