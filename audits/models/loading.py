"""An audit from a file: looked at before anything is written, then loaded as a whole.

Many answers cost a few statements, not one each: the rows are made with what the file says.
"""

import uuid
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from audits.exports.formats import FORMATS
from audits.models import carrying, claim_replay, edits, evidence_replay, machine
from audits.models.answers import Answer
from audits.models.audits import Audit
from audits.models.carrying import Carried
from audits.models.conditions import Condition
from audits.models.evidence import Evidence
from audits.models.projects import Project
from audits.models.ties import Tie
from audits.models.users import User
from checklist.faults import Fault
from checklist.models import Item

BATCH = 500


@dataclass(frozen=True)
class Look:
    """What loading a file into a project would do, at the moment. `left` says what cannot be
    carried over; `digest` is that of the text, and `seal` names all that was looked at."""

    carried: Carried
    digest: str
    seal: str

    @property
    def left(self) -> list[Fault]:
        return self.carried.left


def look(project: Project, text: str, format: str, *, by: User) -> Look:
    """Writes nothing. FaultyFile names every fault that keeps the file from being loaded."""
    # Pydantic takes a quarter of a second to import: see checklist.loader.
    from audits.exports import schema

    data = text.encode()
    definition, root = schema.parse(data, FORMATS[format])
    carried = carrying.carry(project, definition, root, by)
    digest = sha256(data).hexdigest()
    seen = "\n".join([digest, str(project.pk), *map(str, carried.left)])
    return Look(carried, digest, sha256(seen.encode()).hexdigest())


@transaction.atomic
def load(project: Project, looked: Look, *, by: User) -> Audit:
    """The audit that was looked at, as a new one."""
    carried = looked.carried
    audit = Audit.objects.pin(project, carried.title, carried.editions, by=by)
    made = _make_answers(audit, carried, by)
    answers = {place: answer.pk for place, answer in made.items()}
    audit.recount()
    Condition.objects.copy_to(audit, carried.editions)
    _settle(audit, carried, by)
    pairs = ({answers[end] for end in pair if end in answers} for pair in carried.parted)
    Tie.objects.copy_to(audit, apart={frozenset(pair) for pair in pairs})
    audit.log_start(carried.editions, by=by)
    evidence = _attach(audit, carried, answers, by)
    days = [row.expires_on and row.expires_on.isoformat() for row in evidence]
    audit.log(
        "audit.loaded",
        by=by,
        digest=looked.digest,
        answers=sum(1 for claim in carried.claims.values() if claim),
        claims=claim_replay.loaded_digest(
            sorted((each.pk, edits.values(each)) for each in made.values())
        ),
        evidence=len({row.piece for row in evidence}),
        pieces=evidence_replay.loaded_digest(zip(evidence, days, strict=True)),
        stand=audit.conditions.all().stand(),
        left=len(looked.left),
    )
    machine.refresh_new(audit)
    return audit


def _make_answers(audit: Audit, carried: Carried, by: User) -> dict[carrying.Place, Answer]:
    """One for each item, with what the file says of it."""
    slugs = {edition.pk: edition.checklist.slug for edition in carried.editions}
    order = {edition.pk: position for position, edition in enumerate(carried.editions)}
    rows = Item.objects.filter(edition__in=carried.editions).order_by()
    items = rows.values_list("edition_id", "number", "ref", "pk", "section_id", "severity")
    places: list[carrying.Place] = []
    made: list[Answer] = []
    now = timezone.now()
    for edition, _, ref, pk, section, severity in sorted(
        items, key=lambda row: (order[row[0]], row[1])
    ):
        place = slugs[edition], ref
        answer = Answer(audit=audit, item_id=pk, section_id=section, severity=severity)
        answer.position = len(made) + 1
        if claim := carried.claims.get(place):
            for name, value in claim.items():
                setattr(answer, name, value)
            answer.version, answer.changed_at, answer.changed_by = 2, now, by
        places.append(place)
        made.append(answer)
    return dict(zip(places, Answer.objects.bulk_create(made, BATCH), strict=True))


def _settle(audit: Audit, carried: Carried, by: User) -> None:
    slugs = {edition.pk: edition.checklist.slug for edition in carried.editions}
    settled, now = [], timezone.now()
    for row in audit.conditions.all():
        said = carried.conditions.get((slugs[row.edition_id], row.kind, row.ref))
        if said is None or said == (row.state, row.note):
            continue
        row.state, row.note = said
        row.version, row.changed_at, row.changed_by = 2, now, by
        settled.append(row)
    columns = ["state", "note", "version", "changed_at", "changed_by"]
    Condition.objects.bulk_update(settled, columns, BATCH)


def _attach(
    audit: Audit, carried: Carried, answers: dict[carrying.Place, int], by: User
) -> list[Evidence]:
    """The evidence in the order of its ids, under the number of the event that will tell of it."""
    rows = [
        Evidence(
            answer_id=answers[place],
            added_by=by,
            revision=audit.revision,
            changed_in=audit.events_count + 1,
            **piece,
        )
        for place, pieces in carried.evidence.items()
        for piece in pieces
    ]
    # What came in one moment is shown in the order of its ids.
    for row, pk in zip(rows, sorted(uuid.uuid4() for _ in rows), strict=True):
        row.id = pk
    return Evidence.objects.bulk_create(rows, BATCH)
