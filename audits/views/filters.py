"""The filters of the audit page: read from its address, written into links, put to answers."""

from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.http import QueryDict

from audits.models import Answer, Audit, Evidence, User, stale_verdicts
from audits.models.answer_rows import AnswerQuerySet
from audits.models.progress import Progress
from audits.models.text import UNSTORABLE
from checklist import search
from checklist.models import Item, Section

MAX_WORDS = 200
MAX_PK = 2**63 - 1
NOBODY = "none"

# Name in the address -> label; the order is that of the page.
SHOW = {
    "open": "Open",
    "blockers": "Blockers",
    "conflicts": "Conflicts",
    "failing": "Failing",
    "stale-verdict": "Stale verdict",
    "mine": "Mine",
    "overdue": "Overdue",
    "accepted": "Accepted risks",
    "no-evidence": "No evidence",
    "stale-evidence": "Stale evidence",
    "changed": "Changed",
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `section` is a section's id, with its checklist's before it
    where several have one of that name; `owner` a primary key, or `none`. `notes` say what was
    left out, and why."""

    show: tuple[str, ...] = ()
    section: str = ""
    owner: str = ""
    severity: str = ""
    words: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def narrows(self) -> bool:
        return bool(self.show or self.section or self.owner or self.severity or self.words)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and values of the query string, in their canonical order."""
        named = [("section", self.section), ("owner", self.owner), ("severity", self.severity)]
        named.append(("q", self.words))
        return [("show", name) for name in self.show] + [pair for pair in named if pair[1]]

    @property
    def query(self) -> str:
        return self._encoded(self.fields)

    def link(self, page: str = "") -> str:
        """What an address ends with: `?show=…&page=…`; or nothing."""
        encoded = self._encoded(self.fields + ([("page", page)] if page else []))
        return f"?{encoded}" if encoded else ""

    def toggled(self, name: str) -> "Asked":
        chosen = set(self.show) ^ {name}
        return replace(self, show=tuple(each for each in SHOW if each in chosen))

    @staticmethod
    def _encoded(fields: list[tuple[str, str]]) -> str:
        query = QueryDict(mutable=True)
        for name, value in fields:
            query.appendlist(name, value)
        return query.urlencode()


def read(query: QueryDict) -> Asked:
    """What the query string asks for, as far as that can be told without an audit."""
    named = [name for name in query.getlist("show") if name]
    notes = [
        f"There is no filter “{name[:60]}”." for name in dict.fromkeys(named) if name not in SHOW
    ]
    severity = query.get("severity", "")
    if severity and severity not in Item.Severity.values:
        notes.append(f"There is no severity “{severity[:60]}”.")
        severity = ""
    owner = query.get("owner", "")
    if owner and owner != NOBODY and not _is_key(owner):
        notes.append(f"There is no owner “{owner[:60]}”.")
        owner = ""
    return Asked(
        show=tuple(name for name in SHOW if name in named),
        section=UNSTORABLE.sub("", query.get("section", "")).strip()[:MAX_WORDS],
        owner=owner,
        severity=severity,
        words=UNSTORABLE.sub(" ", query.get("q", "")).strip()[:MAX_WORDS],
        notes=tuple(notes),
    )


def page_number(query: QueryDict) -> str:
    number = query.get("page", "")
    return number if number.isascii() and number.isdecimal() and len(number) < 9 else ""


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:20]) <= MAX_PK


def of_audit(asked: Asked, audit: Audit) -> Asked:
    """Without what this audit cannot tell; asks the database only about a section or an owner
    that is named."""
    notes = list(asked.notes)
    if asked.section and not _sections(asked.section).filter(edition__audits=audit).exists():
        notes.append(f"There is no section “{asked.section[:60]}” in this audit.")
        asked = replace(asked, section="")
    if asked.owner not in ("", NOBODY) and not _people(audit).filter(pk=asked.owner).exists():
        notes.append("The owner that the address names is not in this team.")
        asked = replace(asked, owner="")
    if "changed" in asked.show and not sealed_revision(audit):
        notes.append("No revision is sealed yet, so that none can have changed since.")
        asked = asked.toggled("changed")
    return replace(asked, notes=tuple(notes))


def sealed_revision(audit: Audit) -> int:
    """The number of the last revision that was sealed; 0 while none is."""
    return audit.revision if audit.is_sealed else audit.revision - 1


def _sections(name: str):
    checklist, _, ref = name.rpartition("/")
    sections = Section.objects.filter(ref=ref)
    return sections.filter(edition__checklist__slug=checklist) if checklist else sections


def _people(audit: Audit):
    """Who is in the team, or owns an answer still."""
    answers = audit.answers.exclude(owner=None)
    in_team = Q(memberships__team=audit.project.team_id)
    return User.objects.filter(in_team | Q(pk__in=answers.values("owner")))


def narrow(audit: Audit, asked: Asked, user: User) -> AnswerQuerySet:
    """The answers of the audit for which all of it holds."""
    answers = audit.answers.filter(retired_at=None)
    if asked.words:
        items = Item.objects.filter(edition__pins__audit=audit)
        found = search.matching(items, search.terms(asked.words))
        answers = answers.filter(item__in=found)
    if asked.section:
        sections = _sections(asked.section).filter(edition__audits=audit)
        answers = answers.filter(section__in=sections)
    if asked.owner:
        owner = None if asked.owner == NOBODY else int(asked.owner)
        answers = answers.filter(owner=owner)
    if asked.severity:
        answers = answers.filter(severity=asked.severity)
    for name in asked.show:
        answers = _only(answers, name, audit, user)
    return answers


def _only(answers: AnswerQuerySet, name: str, audit: Audit, user: User) -> AnswerQuerySet:
    match name:
        case "open":
            return answers.open()
        case "blockers":
            return answers.blocking()
        case "conflicts":
            return answers.conflicting()
        case "mine":
            return answers.filter(owner=user)
        case "overdue":
            return answers.overdue()
        case "accepted":
            return answers.filter(state=Answer.State.RISK_ACCEPTED)
        case "no-evidence":
            return answers.exclude(evidence__in=Evidence.objects.current())
        case "stale-evidence":
            return answers.with_stale_evidence()
    return _by_the_machine(answers, name, audit) if name != "changed" else _changed(answers, audit)


def _by_the_machine(answers: AnswerQuerySet, name: str, audit: Audit) -> AnswerQuerySet:
    if name == "failing":
        return answers.filter(verdict=Answer.Verdict.FAIL)
    return answers.filter(pk__in=stale_verdicts.of_answers(audit))


def _changed(answers: AnswerQuerySet, audit: Audit) -> AnswerQuerySet:
    # Whatever happens to an answer is an event of the revision in which it happens.
    since = audit.events.filter(revision__gt=sealed_revision(audit), answer__isnull=False)
    return answers.filter(pk__in=since.values("answer"))


def chips(audit: Audit, asked: Asked, progress: Progress) -> list[dict]:
    """What the page offers to show, each with the address that adds it or takes it away."""
    numbers = {
        "open": progress.open,
        "blockers": progress.blockers,
        "conflicts": progress.conflicts,
        "overdue": progress.overdue,
    }
    everything = replace(asked, show=())
    offered = [name for name in SHOW if name != "changed" or sealed_revision(audit)]
    return [
        {
            "name": "all",
            "label": "All",
            "count": progress.total,
            "href": everything.link(),
            "current": not asked.show,
        },
        *(
            {
                "name": name,
                "label": SHOW[name],
                "count": numbers.get(name),
                "href": asked.toggled(name).link(),
                "current": name in asked.show,
            }
            for name in offered
        ),
    ]


def in_words(asked: Asked, people: dict[str, str]) -> str:
    """What it shows, for whoever reads its name; `people` are names by primary key."""
    parts = [SHOW[name].lower() for name in asked.show]
    if asked.section:
        parts.append(f"section {asked.section}")
    if asked.owner:
        owner = people.get(asked.owner, "somebody who left")
        parts.append("nobody’s" if asked.owner == NOBODY else f"of {owner}")
    if asked.severity:
        parts.append(asked.severity)
    if asked.words:
        parts.append(f"“{asked.words}”")
    return ", ".join(parts) or "all items"
