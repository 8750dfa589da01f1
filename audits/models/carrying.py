"""What of an audit's file can be carried over into a project, and what cannot.

What a rule refuses of any evidence is a fault. What only is not here (an edition, an item, a
person, the bytes of a file) is left behind, and said.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from audits.models import contents
from audits.models.answers import Answer
from audits.models.audit_rows import clean_title
from audits.models.claims import State
from audits.models.conditions import Condition
from audits.models.errors import Refused
from audits.models.evidence import Evidence
from audits.models.expiry import Days
from audits.models.projects import Project
from audits.models.terms import GRAVITY
from audits.models.text import clean
from audits.models.users import User
from checklist.faults import Fault, FaultyFile, shown
from checklist.formats.nodes import Mapping, Node
from checklist.models import Edition, Item, version_key
from checklist.schema_faults import entries_of

if TYPE_CHECKING:
    from audits.exports import schema

# The slug of the checklist and the id of the item.
Place = tuple[str, str]


@dataclass
class Carried:
    """What the audit would be. `claims`: the columns of each answer that says anything; `parted`:
    pairs of equal items; `waiting`: how many confirmed acceptances wait for their approver again.
    """

    title: str = ""
    editions: list[Edition] = field(default_factory=list)
    claims: dict[Place, dict[str, Any]] = field(default_factory=dict)
    evidence: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    conditions: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    parted: list[tuple[Place, Place]] = field(default_factory=list)
    waiting: int = 0
    left: list[Fault] = field(default_factory=list)

    @property
    def item_count(self) -> int:
        return sum(edition.item_count for edition in self.editions)

    @property
    def counts(self) -> list[tuple[State, int]]:
        """Every state, and how many answers would claim it."""
        claimed = [claim.get("state", State.OPEN) for claim in self.claims.values()]
        counts = {state: claimed.count(state) for state in State}
        counts[State.OPEN] += self.item_count - len(claimed)
        return list(counts.items())

    @property
    def piece_count(self) -> int:
        return len({piece["piece"] for pieces in self.evidence.values() for piece in pieces})


class People(NamedTuple):
    """The members of the team by e-mail address; who may approve; whether the loader may."""

    members: dict[str, User]
    approvers: dict[str, User]
    may_approve: bool


def carry(project: Project, definition: "schema.Definition", root: Node, by: User) -> Carried:
    """FaultyFile when a rule refuses a text or a day of the file."""
    return _Carrier(project, by).carry(definition, root)


class _Carrier:
    def __init__(self, project: Project, by: User) -> None:
        self.project = project
        self.people = _people(project, by)
        self.carried = Carried()
        self.editions: dict[str, Edition] = {}
        self.items: dict[Place, str] = {}
        self.pieces: dict[str, uuid.UUID] = {}
        self.faults: list[Fault] = []

    def carry(self, definition: "schema.Definition", root: Node) -> Carried:
        self.carried.title = self.title(definition.title, root)
        self.find_editions(definition, root)
        answers = zip(definition.answers, entries_of(root, "answers"), strict=True)
        for answer, node in answers:
            self.answer(answer, node)
        conditions = zip(definition.conditions, entries_of(root, "conditions"), strict=True)
        for condition, node in conditions:
            self.condition(condition, node)
        for pair, node in zip(definition.parted, entries_of(root, "parted"), strict=True):
            places = (pair.checklist, pair.item), (pair.other.checklist, pair.other.item)
            if all(self.is_here(place, node) for place in places):
                self.carried.parted.append(places)
        if self.faults:
            raise FaultyFile(self.faults)
        self.carried.left.sort()
        return self.carried

    def leave(self, node: Node | None, problem: str, remedy: str) -> None:
        if node is not None:
            self.carried.left.append(Fault(node.line, node.column, problem, remedy))

    def title(self, title: str, root: Node) -> str:
        try:
            return clean_title(title)
        except Refused as error:
            self.refuse(_field(root, "title"), error)
            return title

    def refuse(self, node: Node, error: Refused) -> None:
        """The sentence of a rule, as a fault."""
        problem, _, remedy = str(error).rstrip(".").partition(". ")
        problem = problem[0].lower() + problem[1:]
        self.faults.append(Fault(node.line, node.column, problem, remedy or "correct it"))

    def find_editions(self, definition: "schema.Definition", root: Node) -> None:
        team = self.project.team_id
        found = Edition.objects.filter(
            Q(checklist__owner=None) | Q(checklist__owner=team),
            checklist__slug__in=[each.checklist for each in definition.editions],
        ).select_related("checklist")
        # The team's own counts before everybody's.
        ordered = sorted(found, key=lambda edition: edition.checklist.owner is not None)
        here = {(each.checklist.slug, each.version_key): each for each in ordered}
        for wanted, node in zip(definition.editions, entries_of(root, "editions"), strict=True):
            edition = here.get((wanted.checklist, version_key(wanted.version)))
            if edition is not None:
                self.carried.editions.append(edition)
                self.editions[wanted.checklist] = edition
                continue
            remedy = "load it first, or go on without its items"
            problem = f"{wanted.checklist} {wanted.version} is not loaded here"
            self.leave(_field(node, "checklist"), problem, remedy)
        if not self.carried.editions:
            raise FaultyFile([*self.faults, *self.carried.left])
        self.find_items()

    def find_items(self) -> None:
        slugs = {edition.pk: edition.checklist.slug for edition in self.carried.editions}
        rows = Item.objects.filter(edition__in=slugs).order_by()
        for edition, ref, severity in rows.values_list("edition_id", "ref", "severity"):
            self.items[slugs[edition], ref] = severity

    def is_here(self, place: Place, node: Node) -> bool:
        """Whether the item is; an edition that is not here was told of once already."""
        if place in self.items:
            return True
        if edition := self.editions.get(place[0]):
            problem = f'{place[0]} {edition.version} has no item "{shown(place[1])}"'
            remedy = "what is said of it stays behind"
            self.leave(_field(node, "item"), problem, remedy)
        return False

    def answer(self, answer: "schema.Answer", node: Mapping) -> None:
        place = answer.checklist, answer.item
        if not self.is_here(place, node):
            return
        claim = self.claim(answer, node) | self.plan(answer, node) | self.rating(answer, node)
        if claim:
            self.carried.claims[place] = claim
        pieces = zip(answer.evidence, entries_of(node, "evidence"), strict=True)
        held = [self.piece(piece, each) for piece, each in pieces]
        if held:
            self.carried.evidence[place] = held

    def claim(self, answer: "schema.Answer", node: Mapping) -> dict[str, Any]:
        if answer.state == State.OPEN:
            return {}
        claim: dict[str, Any] = {"state": State(answer.state)}
        if answer.reason:
            claim["reason"] = clean(Answer, "reason", answer.reason)
        if answer.state != State.RISK_ACCEPTED:
            return claim
        approver = self.people.approvers.get(answer.approver.lower())
        if approver is None:
            problem = f"{shown(answer.approver)} is neither an approver nor an owner of this team"
            remedy = "give them the role first, or the item is open again"
            self.leave(node.get("approver"), problem, remedy)
            return {}
        self.carried.waiting += answer.confirmed
        last = dt.date.fromisoformat(answer.until)
        return claim | {"approver": approver, "accepted_until": last}

    def plan(self, answer: "schema.Answer", node: Mapping) -> dict[str, Any]:
        plan: dict[str, Any] = {}
        if answer.due:
            plan["due"] = dt.date.fromisoformat(answer.due)
        if not answer.owner:
            return plan
        owner = self.people.members.get(answer.owner.lower())
        if owner is not None:
            return plan | {"owner": owner}
        problem = f"{shown(answer.owner)} is no member of this team"
        self.leave(node.get("owner"), problem, "invite them first, or nobody sees to the item")
        return plan

    def rating(self, answer: "schema.Answer", node: Mapping) -> dict[str, Any]:
        own = self.items[answer.checklist, answer.item]
        if answer.severity in ("", own):
            return {}
        if GRAVITY[answer.severity] > GRAVITY[own] and not self.people.may_approve:
            problem = f"only an approver or an owner may lower the severity from {own}"
            remedy = "let one of them load the file, or the item keeps its own"
            self.leave(node.get("severity"), problem, remedy)
            return {}
        reason = clean(Answer, "severity_reason", answer.severity_reason)
        return {"severity": answer.severity, "severity_reason": reason}

    def piece(self, piece: "schema.Piece", node: Mapping) -> dict[str, Any]:
        held: dict[str, Any] = {}
        spoken, last = dt.date.fromisoformat(piece.speaks_of), None
        if piece.expires_on:
            last = dt.date.fromisoformat(piece.expires_on)
        try:
            held = self.content(piece, node)
            # Without a last day it has none: the team's rule is for what is attached by hand.
            Days(spoken, last or spoken).checked(self.project.team, piece.kind)
        except Refused as error:
            self.refuse(_field(node, error.field or ""), error)
        name = piece.piece
        key = self.pieces.setdefault(name, uuid.uuid4()) if name else uuid.uuid4()
        return held | {"speaks_of": spoken, "expires_on": last, "piece": key}

    def content(self, piece: "schema.Piece", node: Mapping) -> dict[str, Any]:
        if piece.kind == Evidence.Kind.LINK:
            return contents.link(piece.url, piece.title)
        if piece.kind == Evidence.Kind.NOTE:
            return contents.note(piece.text, piece.title)
        if piece.kind == Evidence.Kind.RUN:
            return contents.run_elsewhere(piece.text, piece.title)
        problem = f'the bytes of "{shown(piece.name)}" are not in this file'
        self.leave(node.get("name"), problem, "its name and SHA-256 stay; attach it again")
        return contents.file_elsewhere(piece.name, piece.title, piece.size, piece.sha256)

    def condition(self, condition: "schema.Condition", node: Mapping) -> None:
        edition = self.editions.get(condition.checklist)
        if edition is None:
            return
        is_entry = condition.kind == Condition.Kind.ENTRY
        asked = edition.entry_conditions if is_entry else edition.exit_criteria
        if condition.id not in {each["id"] for each in asked}:
            problem = f'{edition} does not ask for "{shown(condition.id)}"'
            self.leave(node.get("id"), problem, "what is said of it stays behind")
            return
        if condition.state == "waived" and not is_entry and not self.people.may_approve:
            problem = "only an approver or an owner may waive an exit criterion"
            remedy = "let one of them load the file, or it is open again"
            self.leave(node.get("state"), problem, remedy)
            return
        key = condition.checklist, condition.kind, condition.id
        note = clean(Condition, "note", condition.note)
        self.carried.conditions[key] = condition.state, note


def _field(node: Node, name: str) -> Node:
    """The value of the field, or what it should stand in."""
    found = node.get(name) if isinstance(node, Mapping) else None
    return found or node


def _people(project: Project, by: User) -> People:
    memberships = project.team.memberships.select_related("user")
    members, approvers = {}, {}
    for each in memberships:
        members[each.user.email] = each.user
        if each.may_approve and each.user.is_active:
            approvers[each.user.email] = each.user
    return People(members, approvers, by.email in approvers)
