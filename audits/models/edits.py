"""One change of one answer or of many: counted, versioned, logged, and possible to undo."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from audits.models.claims import Claim

if TYPE_CHECKING:
    from audits.models.answers import Answer
    from audits.models.audits import Audit
    from audits.models.users import User

# What a person writes of an answer, by the names of its columns.
CLAIM = ("state", "reason", "approver_id", "accepted_at", "accepted_until")
PLAN = ("owner_id", "due")
SEVERITY = ("severity", "severity_reason")
FIELDS = (*CLAIM, *PLAN, *SEVERITY)
STAMPS = ("version", "changed_at", "changed_by")
BATCH = 500

# Changes the answer given, and returns what its event tells; None when nothing is to change.
Edit = Callable[["Answer"], dict[str, Any] | None]


def apply(
    audit: "Audit", answers: Iterable["Answer"], edit: Edit, *, verb: str, by: "User | None"
) -> list["Answer"]:
    """Change the answers, under the audit's lock that the caller holds; those that changed.

    One event an answer, with the former values as `was`, the new ones as `now`, and the version
    that it made; those of several answers hold `batch`, the number of the first event and how many
    there are.
    """
    now = timezone.now()
    changed, entries = [], []
    for answer in answers:
        before, counted = values(answer), answer.counted_in
        detail = edit(answer)
        if detail is None:
            continue
        answer.version += 1
        answer.changed_at, answer.changed_by = now, by
        audit.shift(counted, answer.counted_in)
        after = values(answer)
        was = {name: value for name, value in before.items() if value != after[name]}
        told = {"was": was, "now": {name: after[name] for name in was}, "version": answer.version}
        detail = answer.named() | detail | told
        changed.append(answer)
        entries.append((answer, detail))
    if not changed:
        return changed
    _save(changed, entries[0][1]["was"])
    if any(_accepts(detail) for _, detail in entries):
        audit.remember_first_lapse()
    if len(entries) > 1:
        batch = {"first": audit.events_count + 1, "count": len(entries)}
        entries = [(answer, detail | {"batch": batch}) for answer, detail in entries]
    events = audit.log_many(verb, entries, by=by)
    for answer, event in zip(changed, events, strict=True):
        answer.last_event = event
    return changed


def values(answer: "Answer") -> dict[str, Any]:
    """What a person wrote of the answer, as JSON can hold it."""
    return {name: plain(getattr(answer, name)) for name in FIELDS}


def restore(answer: "Answer", was: dict[str, Any]) -> None:
    """Set the columns back to values that `values` gave."""
    for name, value in was.items():
        if name not in FIELDS:
            continue
        if value and name in ("due", "accepted_until"):
            value = dt.date.fromisoformat(value)
        elif value and name == "accepted_at":
            value = dt.datetime.fromisoformat(value)
        setattr(answer, name, value)


def plain(value: Any) -> Any:
    """A value of a column, as `values` has it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _save(answers: list["Answer"], changed: Iterable[str]) -> None:
    """One answer with the fields that changed; many with all."""
    if len(answers) == 1:
        answers[0].save(update_fields=[*changed, *STAMPS])
        return
    # Those that say the same now are written in one statement each five hundred: a bulk change
    # of thousands gives most of them the same values.
    alike: dict[tuple, list[int]] = defaultdict(list)
    names = [*FIELDS, *STAMPS]
    for answer in answers:
        alike[tuple(getattr(answer, name) for name in names)].append(answer.pk)
    for given, pks in alike.items():
        for start in range(0, len(pks), BATCH):
            rows = type(answers[0]).objects.filter(pk__in=pks[start : start + BATCH])
            rows.update(**dict(zip(names, given, strict=True)))


def _accepts(detail: dict[str, Any]) -> bool:
    """Whether the change made or ended the acceptance of a risk."""
    accepted = Claim.State.RISK_ACCEPTED
    return "accepted_at" in detail["was"] or accepted in (
        detail["was"].get("state"),
        detail.get("after"),
    )
