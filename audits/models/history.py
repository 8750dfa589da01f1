"""Events in words: one sentence for each verb, the person's name before it."""

from audits.models.events import Event

STATES = {
    "open": "open",
    "done": "done",
    "not_applicable": "not applicable",
    "risk_accepted": "risk accepted",
}


def describe(event: Event) -> str:
    """What happened, as it continues a sentence that begins with the actor's name."""
    return SENTENCES[event.verb](event.detail)


def _started(detail: dict) -> str:
    return f"started the audit over {', '.join(detail['editions'])}: {detail['items']} items"


def _recorded(detail: dict) -> str:
    words = f"set “{detail['title']}” from {STATES[detail['before']]} to {STATES[detail['after']]}"
    if "approver" in detail:
        words += f", approver {detail['approver']}, until {detail['until']}"
        if not detail["confirmed"]:
            words += ", to be confirmed"
    if "reason" in detail:
        words += f": {detail['reason']}"
    return words


def _planned(detail: dict) -> str:
    owner = detail["owner"] or "nobody"
    due = f", due {detail['due']}" if detail["due"] else ", without a due date"
    return f"gave “{detail['title']}” to {owner}{due}"


def _evidence(detail: dict) -> str:
    return f"the {detail['kind']} “{detail['name']}”"


SENTENCES = {
    "audit.started": _started,
    "audit.renamed": lambda d: f"renamed the audit from “{d['before']}” to “{d['after']}”",
    "audit.sealed": lambda d: f"sealed the audit as {d['decision']}, digest {d['digest'][:12]}",
    "audit.reopened": lambda d: f"reopened the audit: {d['reason']}",
    "answer.recorded": _recorded,
    "answer.accepted": lambda d: f"accepted the risk of “{d['title']}” in person",
    "answer.lapsed": lambda d: (
        f"reopened “{d['title']}”: the acceptance by {d['approver']} ended on {d['until']}"
    ),
    "answer.planned": _planned,
    "comment.added": lambda d: f"commented on “{d['title']}”",
    "evidence.added": lambda d: f"attached {_evidence(d)} to “{d['title']}”",
    "evidence.removed": lambda d: f"removed {_evidence(d)} from “{d['title']}”: {d['reason']}",
}
