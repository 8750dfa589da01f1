"""Snapshots for tests, in the shape of docs/snapshot-format.md."""

from typing import Any

from audits.reports.canonical import canonical_json, digest

Snapshot = dict[str, Any]

GENESIS = "0" * 64

PEOPLE = ["Ada Park", "Noor Haddad", "Jonas Lindqvist", "Mei Tanaka", "Oluwaseun Adeyemi"]

LAUNCH = [
    ("Authentication and key management", [
        "API keys live in a secret manager",
        "Every environment has its own key and its own budget cap",
        "Keys are rotated on a schedule and when somebody leaves",
    ]),
    ("Resilience", [
        "429 and 529 are retried with exponential backoff and jitter",
        "Every call has a hard timeout of 60 to 120 seconds",
        "A circuit breaker opens when more than 10% of requests fail for 60 seconds",
        "Requests with side effects carry an idempotency key",
    ]),
    ("Cost guardrails", [
        "max_tokens is set for each type of call",
        "Spend alerts fire at 50, 80 and 100% of the budget",
        "Prompts above 1,024 tokens that repeat are cached",
        "Your own application limits each user’s rate",
    ]),
    ("Observability", [
        "Every request is logged with model, tokens, latency and a correlation id",
        "Dashboards show p50, p95 and p99 by model, and spend by day",
        "1% of prompts and answers are sampled into a store that can be queried",
    ]),
    ("Model and prompt safety", [
        "The model is pinned to a version",
        "50 or more evaluation prompts run on every change of model",
        "Input and output are validated against a schema",
        "The way back is written down and has been tried",
    ]),
]  # fmt: skip

PRODUCTION = {
    "Authentication and security": 6, "Error handling": 7, "Streaming": 3, "Cost controls": 5,
    "Monitoring": 4, "Reliability": 4, "Content and compliance": 5, "Performance": 4,
}  # fmt: skip


def answer(state: str = "open", **changes: Any) -> dict[str, Any]:
    return {
        "state": state, "severity_reason": "", "verdict": "", "machine": [], "ties": [],
        "reason": "", "approver": None, "accepted_at": None,
        "accepted_until": None, "counts_as": state, "owner": None, "due": None,
        "changed_at": None, "changed_by": None, "evidence": [], "comments": [], **changes,
    }  # fmt: skip


def item(number: int = 1, severity: str = "blocker", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"item-{number}", "number": number, "title": f"Item {number} holds",
        "severity": severity, "own_severity": severity, "guidance": "Do **this**.",
        "why": "A key in a bundle is public within minutes, and somebody else’s bill is yours.",
        "verify": "Search the built bundle for `sk-ant-`; read the access policy of the secret.",
        "parameters": [], "source": {"document": "source", "place": f"item {number}"},
        "answer": answer(), **changes,
    }  # fmt: skip


def word(verdict: str = "pass", **changes: Any) -> dict[str, Any]:
    """What the machine says of an item in `machine`."""
    return {
        "ref": "latency.p95", "title": "Latency", "looks_at": "How long users wait.",
        "strength": "strong", "environment": "eu-west", "kind": "production", "verdict": verdict,
        "says": "The 95th percentile is 812 ms.",
        "measured": [{"name": "p95", "value": "812.4", "unit": "ms"}],
        "how": "120 streamed calls were timed.", "next_step": "Look at the prompt’s size.",
        "at": "2026-11-21T04:12:00Z", "stale_since": None, "erred_at": None, "simulated": False,
        **changes,
    }  # fmt: skip


def evidence(kind: str = "link", **changes: Any) -> dict[str, Any]:
    return {
        "id": "e1", "kind": kind, "title": "Access policy", "url": "", "text": "", "filename": "",
        "size_bytes": 0, "content_type": "", "sha256": "", "speaks_of": "2026-11-20",
        "added_at": "2026-11-20T14:02:00Z", "added_by": "Ada Park", "removed": None,
        "piece": changes.get("id", "e1"), "version": 1, "expires_on": None, "replaced": None,
        **changes,
    }  # fmt: skip


def link(url: str = "https://wiki.example.org/keys", **changes: Any) -> dict[str, Any]:
    return evidence("link", url=url, **changes)


def file(**changes: Any) -> dict[str, Any]:
    base = {
        "title": "Load test", "filename": "load-test-2026-11-19.pdf", "size_bytes": 1_240_331,
        "content_type": "application/pdf", "sha256": "5f" * 32,
    }  # fmt: skip
    return evidence("file", **(base | changes))


def note(
    text: str = "Seen in the console: **80%** alert fired.", **changes: Any
) -> dict[str, Any]:
    return evidence("note", title="Observation", text=text, **changes)


def comment(text: str, by: str = "Jonas Lindqvist", at: str = "2026-11-20T09:30:00Z") -> Snapshot:
    return {"at": at, "by": by, "text": text, "withdrawn_at": None}


def condition(text: str, state: str = "met") -> dict[str, Any]:
    said = {"changed_at": "2026-11-19T08:00:00Z", "changed_by": "Ada Park"}
    return {
        "id": text.split()[-1], "text": text, "state": state,
        "note": "Because." * (state != "open"),
        **(said if state != "open" else {"changed_at": None, "changed_by": None}),
    }  # fmt: skip


def edition(*items: dict[str, Any], slug: str = "one", **changes: Any) -> dict[str, Any]:
    return {
        "slug": slug, "title": "Claude launch checklist", "version": "1.0.0", "digest": "ab" * 32,
        "documents": [{"id": "source", "title": "18 items to verify", "note": ""}],
        "entry_conditions": [], "exit_criteria": [],
        "sections": [{"id": "keys", "title": "Keys", "items": list(items)}], "retired": [],
        **changes,
    }  # fmt: skip


def policy(*roles: tuple[str, int, list[str]], **changes: Any) -> dict[str, Any]:
    """Roles as (name, count, people); two of them when none is given."""
    asked = roles or (("Engineering", 1, []), ("Security", 1, ["Noor Haddad", "Mei Tanaka"]))
    return {
        "roles": [{"name": name, "count": count, "people": people}
                  for name, count, people in asked],
        "four_eyes": True, "valid_days": 180, "release_bound": True,
        "conditional": True, **changes,
    }  # fmt: skip


def snapshot(*editions: dict[str, Any], **changes: Any) -> Snapshot:
    """A draft, or with `proposal` what people are asked to sign."""
    history = changes.pop("history", event_chain(6))
    return {
        "format": "countersign.snapshot/5",
        "audit": {
            "id": "0b0f7c52-5d3e-4e0e-9a6f-0f6f3a1d2c11",
            "title": "Support assistant, first launch", "revision": 1,
            "state": "proposed" if changes.get("proposal") else "open",
            "created_at": "2026-11-18T08:12:00Z",
            "created_by": "Ada Park", "launch_date": "2026-12-01",
        },
        "team": {"name": "Harbour"},
        "project": {
            "name": "Support assistant", "description": "Answers customers in chat.",
            "environments": [
                {"kind": "production", "name": "eu-west"}, {"kind": "staging", "name": ""},
            ],
        },
        "taken_at": "2026-11-21T04:34:00Z", "taken_by": "Ada Park",
        "proposal": None, "policy": policy(), "release": "",
        "answered_by": [{"name": "Ada Park", "items": 1}], "obstacles": [], "since": None,
        "editions": list(editions), "history": history, "reviews": [],
        "events": {"count": len(history), "head": history[-1]["hash"] if history else GENESIS},
        **changes,
    }  # fmt: skip


def digest_of(snapshot: Snapshot) -> str:
    return digest(canonical_json(snapshot))


def sample(*, settled: bool = False, **changes: Any) -> Snapshot:
    """Two editions and 56 items in every state; with `settled`, nothing is left open."""
    conditions = [
        condition("The application is feature-complete and tested locally"),
        condition("A production key exists, separate from development", "waived"),
    ]
    first = edition(slug="claude-launch-18", sections=_launch(settled))
    second = edition(
        slug="claude-production", title="Claude production checklist", version="2.1.0",
        entry_conditions=conditions, sections=_production(settled),
        exit_criteria=[condition("Fallback behaviour is tested for API outages", "open")],
    )  # fmt: skip
    answered_by = [{"name": name, "items": 14 - 3 * place} for place, name in enumerate(PEOPLE)]
    return snapshot(
        first, second, **{"history": event_chain(48), "answered_by": answered_by, **changes}
    )


def large(items: int, comments: int = 0) -> Snapshot:
    """One edition of `items` items in sections of ten."""
    rows = [_filled(number, f"Check number {number} of a long list", False)
            for number in range(1, items + 1)]  # fmt: skip
    for row in rows:
        row["answer"]["comments"] += [comment("Looked at it.")] * comments
    sections = [{"id": f"s{start}", "title": f"Part {start // 10 + 1}",
                 "items": rows[start:start + 10]} for start in range(0, items, 10)]  # fmt: skip
    return snapshot(edition(sections=sections))


def _launch(settled: bool) -> list[dict[str, Any]]:
    numbers = iter(range(1, 100))
    return [
        {"id": f"s{index}", "title": title,
         "items": [_filled(next(numbers), name, settled) for name in names]}
        for index, (title, names) in enumerate(LAUNCH)
    ]  # fmt: skip


def _production(settled: bool) -> list[dict[str, Any]]:
    numbers = iter(range(1, 100))
    return [
        {"id": f"p{index}", "title": title,
         "items": [_filled(next(numbers), f"{title}: check {place} holds in production", settled)
                   for place in range(1, size + 1)]}
        for index, (title, size) in enumerate(PRODUCTION.items())
    ]  # fmt: skip


def _filled(number: int, title: str, settled: bool) -> dict[str, Any]:
    severity = ("blocker", "major", "minor")[number % 3]
    rest = [_done] if settled else [_open, _done, _open, _stale]
    answers = [_done, _done, _done, _skipped, _done, _done, _risky, _done, _done, *rest]
    parameters = [{"name": "TTL", "value": "5 minutes", "note": "1 hour on request"}]
    return item(
        number, severity, title=title, parameters=parameters if number % 4 == 0 else [],
        answer=answers[number % len(answers)](number),
    )  # fmt: skip


def _done(number: int) -> dict[str, Any]:
    title = "Secret’s page in the manager"
    all_kinds = [link(title=title, id=f"l{number}"), file(id=f"f{number}"), note(id=f"n{number}")]
    talk = [comment("Rotated on the 19th; see the ticket. The *old* key is revoked.")]
    return answer(
        "done", evidence=all_kinds[: number % 4], owner=PEOPLE[number % 5],
        changed_at="2026-11-20T14:05:00Z", changed_by=PEOPLE[number % 5],
        comments=talk if number % 2 else [],
    )  # fmt: skip


def _risky(number: int) -> dict[str, Any]:
    return answer(
        "risk_accepted", reason="The **breaker** ships in the next sprint; traffic is capped at "
        "20 requests a minute until then.", approver="Noor Haddad",
        accepted_at="2026-11-20T16:40:00Z", accepted_until="2027-01-15", owner=PEOPLE[number % 5],
        changed_at="2026-11-20T16:40:00Z", changed_by="Ada Park",
    )  # fmt: skip


def _skipped(number: int) -> dict[str, Any]:
    removed = {"at": "2026-11-20T15:00:00Z", "by": "Ada Park", "reason": "wrong document"}
    return answer(
        "not_applicable", reason="Nothing is streamed: answers are written to a queue.",
        changed_at="2026-11-19T11:00:00Z", changed_by=PEOPLE[number % 5],
        evidence=[link(title="Old runbook", removed=removed)],
    )  # fmt: skip


def _open(number: int) -> dict[str, Any]:
    return answer(owner=PEOPLE[number % 5], due=f"2026-11-{10 + number % 19}")


def _stale(number: int) -> dict[str, Any]:
    return _risky(number) | {"counts_as": "open", "accepted_at": None}


def event_chain(length: int, *, after: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Events whose hashes hold, from the first one on, or those that go on `after` others."""
    texts = [
        "started the audit",
        "recorded “API keys live in a secret manager” as done",
        "attached the link “Access policy”",
        "commented on “The model is pinned”",
    ]
    chain = list(after or [])
    for n in range(len(chain), len(chain) + length):
        previous = chain[-1]["hash"] if chain else GENESIS
        content = digest(f"event {n + 1}".encode())
        chain.append(
            {"number": n + 1, "at": f"2026-11-{18 + n // 20}T{8 + n % 12:02}:12:00Z",
             "by": PEOPLE[n % 5], "verb": "answer.recorded", "text": texts[n % 4],
             "content": content, "hash": digest((previous + content).encode())}
        )  # fmt: skip
    return chain[len(after or []) :]
