"""The minutes of a review in words and as Markdown; docs/snapshot-format.md has their form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audits.reports.text import day, moment, visible

Minutes = dict[str, Any]

OUTCOMES = {
    "go": "Go",
    "conditional_go": "Conditional go",
    "no_go": "No-go",
    "none": "No decision",
}
KINDS = {
    "blocker": "Open blocker",
    "conflict": "Conflict",
    "probe": "Failing or stale probe",
    "acceptance": "Accepted risk",
    "evidence": "Stale evidence",
    "criterion": "Exit criterion",
    "change": "Changed since the last review",
    "condition": "Condition of the go left open",
    "action": "Action item left open",
    "deferred": "Deferred",
    "topic": "Topic",
}
POINTS = {
    "": "Not decided",
    "fix": "Fix before launch",
    "accept": "Accept the risk",
    "not_applicable": "Not applicable",
    "done": "Done",
    "defer": "Defer",
}

# What Markdown takes for more than a character, wherever it stands; and at the begin of a line.
MARKS = re.compile(r"([\\`*_\[\]<>#|~&$])")
BEGINS = re.compile(r"^(\d+(?=[.)])|(?=[-+=:]))")


@dataclass(frozen=True)
class Tally:
    """A choice of a poll, and who took it."""

    choice: str
    names: tuple[str, ...]


def tally(poll: dict[str, Any]) -> list[Tally]:
    return [
        Tally(choice, tuple(_named(vote) for vote in poll["votes"] if vote["choice"] == index))
        for index, choice in enumerate(poll["choices"])
    ]


def shown_for(seconds: int) -> str:
    """`95` as `1 min 35 s`; empty for a point that was never shown."""
    whole, rest = divmod(seconds, 60)
    parts = [f"{whole} min"] * bool(whole) + [f"{rest} s"] * bool(rest)
    return " ".join(parts)


def stay(times: dict[str, str]) -> str:
    """`21 Nov 2026, 10:00 to 10:42 UTC`; both days where it went past midnight."""
    start, end = moment(times["from"]), moment(times["until"])
    if times["from"][:10] == times["until"][:10]:
        end = end.rpartition(", ")[2]
    return f"{start.removesuffix(' UTC')} to {end}"


def terms(point: dict[str, Any]) -> str:
    """What belongs to its decision: who fixes it, or accepts its risk, and until when."""
    told = point["terms"]
    if "owner" in told:
        return f"{told['owner']} fixes it until {day(told['due'])}"
    if "approver" not in told:
        return ""
    at = told["confirmed_at"]
    confirmed = f"confirmed {moment(at)}" if at else "not confirmed yet"
    return f"{told['approver']} accepts it until {day(told['until'])}, {confirmed}"


def one_line(text: str) -> str:
    """A text that is no Markdown, so that Markdown shows it as it is."""
    text = MARKS.sub(r"\\\1", " ".join(str(visible(text)).split()))
    return BEGINS.sub(lambda found: f"{found[1]}\\", text)


def quoted(text: str) -> Iterator[str]:
    """Markdown that somebody wrote, within a quotation: what it opens ends there with it."""
    yield ""
    yield from (f"> {line}".rstrip() for line in text.splitlines())
    yield ""


def as_markdown(minutes: Minutes, digest: str) -> str:
    """The minutes as a document; titles and names are escaped, what people wrote in Markdown stays
    theirs."""
    parts = (_head, _outcome, _people, _roll_call, _agenda, _actions)
    lines = [line for part in parts for line in part(minutes)]
    lines += ["", "---", "", f"SHA-256 of the minutes: `{digest}`", ""]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines))


def _head(minutes: Minutes) -> Iterator[str]:
    review, audit = minutes["review"], minutes["audit"]
    yield f"# Minutes: {one_line(review['title'])}"
    yield ""
    title, revision = one_line(audit["title"]), audit["revision"]
    yield f"- Review {review['number']} of {title}, revision {revision}"
    yield f"- Project: {one_line(minutes['project'])}, team: {one_line(minutes['team'])}"
    yield f"- Planned for {moment(review['planned_for'])}, {review['planned_minutes']} minutes"
    held = stay({"from": review["started_at"], "until": review["ended_at"]})
    yield f"- Held {held}"
    yield f"- Facilitator: {one_line(review['facilitator'])}"
    if review["previous"] is not None:
        yield f"- Follows review {review['previous']}"


def _outcome(minutes: Minutes) -> Iterator[str]:
    yield from ("", f"## Outcome: {OUTCOMES[minutes['outcome']]}", "")
    yield f"Said by {one_line(minutes['review']['ended_by'])}."
    if minutes["statement"]:
        yield from quoted(minutes["statement"])
    if minutes["conditions"]:
        yield from ("", "### Conditions", "")
    for each in minutes["conditions"]:
        # Titles of exit criteria are sentences, and end with their own full stop.
        title = one_line(each["covers"] or "").removesuffix(".")
        covers = f" It covers {title}." if title else ""
        owner, due = one_line(each["owner"]), day(each["due"])
        yield f"{each['number']}. {one_line(each['text'])} ({owner}, until {due}).{covers}"
    if minutes["obstacles"]:
        yield from ("", "### What stood against a go", "")
    for each in minutes["obstacles"]:
        yield f"- {one_line(each['title']).removesuffix('.')}: {one_line(each['detail'])}"


def _people(minutes: Minutes) -> Iterator[str]:
    yield from ("", "## Who was there", "")
    for each in minutes["present"]:
        times = "; ".join(stay(times) for times in each["times"])
        yield f"- {_who(each)}: {times}"
    if not minutes["present"]:
        yield "Nobody was seen in the room."
    if minutes["absent"]:
        yield from ("", f"Invited, and not there: {', '.join(map(_who, minutes['absent']))}.")


def _roll_call(minutes: Minutes) -> Iterator[str]:
    yield from ("", "## Roll call")
    for voice in minutes["roll_call"]:
        yield from ("", f"### {one_line(voice['role'])}", "")
        if not voice["words"]:
            yield "Nobody spoke."
        for word in voice["words"]:
            said = OUTCOMES[word["decision"]]
            yield f"**{said}**, {one_line(word['by'])}, {moment(word['at'])}"
            yield from quoted(word["statement"])


def _agenda(minutes: Minutes) -> Iterator[str]:
    yield from ("", "## Agenda")
    for point in minutes["agenda"]:
        yield from ("", f"### {point['number']}. {one_line(point['title'])}", "")
        yield f"{KINDS[point['kind']]}{_shown(point)}."
        if point["reasons"]:
            yield ""
        for reason in point["reasons"]:
            yield f"- {one_line(reason)}"
        yield from ("", f"Decision: **{POINTS[point['decision']]}**{_decided(point)}.")
        if said := terms(point):
            yield f"{one_line(said)}."
        yield from quoted(point["reason"])
        if point["note"].strip():
            yield "Notes:"
            yield from quoted(point["note"])
        for poll in point["polls"]:
            yield from _poll(poll)
    if not minutes["agenda"]:
        yield from ("", "There was nothing on it.")


def _poll(poll: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"Poll by {one_line(poll['asked_by'])}: {one_line(poll['question'])}", "")
    for each in tally(poll):
        names = f" ({', '.join(map(one_line, each.names))})" if each.names else ""
        yield f"- {one_line(each.choice)}: {len(each.names)}{names}"


def _actions(minutes: Minutes) -> Iterator[str]:
    yield from ("", "## Action items", "")
    for each in minutes["actions"]:
        point = f", of point {each['point']}" if each["point"] else ""
        state = f", {each['state']}" if each["state"] != "open" else ""
        terms = f"{one_line(each['owner'])}, until {day(each['due'])}{point}{state}"
        yield f"- {one_line(each['title'])} ({terms})"
    if not minutes["actions"]:
        yield "None."


def _shown(point: dict[str, Any]) -> str:
    return f", shown for {shown_for(point['seconds'])}" if point["seconds"] else ""


def _decided(point: dict[str, Any]) -> str:
    if not point["decided_at"]:
        return ""
    return f", {one_line(point['decided_by'])}, {moment(point['decided_at'])}"


def _who(told: dict[str, Any]) -> str:
    return f"{one_line(told['name'])}{' (guest)' if told['guest'] else ''}"


def _named(vote: dict[str, Any]) -> str:
    return f"{vote['by']} (guest)" if vote["guest"] else vote["by"]
