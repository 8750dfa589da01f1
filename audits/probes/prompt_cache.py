"""Whether prompts are read from the cache: by the usage report for nothing, and by two calls of
our own when somebody agreed to pay."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.asking import ADMIN_STEP, admin, answered, by_page
from audits.probes.base import (
    Aspect,
    Check,
    Cost,
    Finding,
    Measure,
    Queue,
    Strength,
    Target,
    Verdict,
)
from audits.probes.model_ids import LARGEST_MINIMUM, cache_minimum
from audits.probes.reading import mapping, rows, text, whole
from audits.probes.tools import Tools
from audits.probes.words import counted, dollars

if TYPE_CHECKING:
    from audits.probes.claude import Claude
    from audits.probes.usage import Usage

USAGE_REPORT = "/v1/organizations/usage_report/messages"
DAYS = 7
# Less has no repeated prompt in it that could have been cached.
LEAST_TOKENS = 10_000
MARK = (
    "Mark every repeated system prompt, tool list and document with cache_control, with nothing "
    "that changes in front of the marker. Where no prompt repeats, or none reaches the model's "
    "minimum (512 to 4,096 tokens), answer the item as not applicable."
)
SAME = (
    "Log a hash of everything before the marker: dates, names, ids and reordered tools make "
    "another prefix of it. Gaps above 5 minutes want the 1-hour lifetime."
)
LINE = "Line {number}: a harbour master logs every ship, its cargo, its berth and its pilot.\n"
TOKENS_A_LINE = 20
MAX_TOKENS = 16


@dataclass(frozen=True)
class Traffic:
    """Input tokens of a time: `fresh` were neither read from nor written to the cache."""

    fresh: int
    written: int
    read: int

    @property
    def total(self) -> int:
        return self.fresh + self.written + self.read

    @property
    def hit_percent(self) -> int:
        return self.read * 100 // self.total if self.total else 0


class PromptCache:
    name = "prompt-cache"
    title = "Prompt cache"
    looks_at = "Cache reads and writes in the usage report, and in two calls when paid for."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("used", "The week's traffic uses the cache at all", Strength.MEDIUM),
        Aspect("reused", "What is written to the cache is read again", Strength.MEDIUM),
        Aspect("two-calls", "A marked prompt is read on the second call", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("admin_key",)
    cost = Cost.BOTH
    intrusive = False
    queue = Queue.PROBES
    every = dt.timedelta(days=1)
    stale_after = dt.timedelta(days=3)
    seconds = 120
    how = f"Read the usage report of the last {DAYS} days with the Admin key."
    how_paid = "Sent one marked prompt twice to the first declared model, which was paid for."

    def price(self, target: Target, tools: Tools) -> Decimal | None:
        if not target.models:
            return None
        asked = body(target.models[0], prompt(target, _goal(target.models[0])))
        price = tools.prices.at_most(asked, target.now)
        return None if price is None else 2 * price

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        checks, how = [], []
        claude = admin(target, tools)
        if claude is not None:
            checks += by_report(target, read(claude, target))
            how.append(self.how)
        if target.agreed.paid and target.keys and target.models:
            checks.append(by_two_calls(target, tools.claude(target, target.keys)))
            how.append(self.how_paid)
        if not checks:
            return Finding.inconclusive(
                f"{target.name} has no Admin key, so whether its prompts are cached cannot be "
                "read from the usage report.",
                next_step=ADMIN_STEP.format(instead="the Console's usage page with cache reads")
                + f" Or agree to two paid calls, {self._price_said(target, tools)}.",
            )
        return Finding.of(checks, how=" ".join(how))

    def _price_said(self, target: Target, tools: Tools) -> str:
        price = self.price(target, tools)
        return "whose price is not known" if price is None else f"at most {dollars(price)} a run"


def read(claude: "Claude", target: Target) -> Traffic:
    """Of the target's workspace where one is declared, else of the organization. Odd when the
    report is not as documented."""
    today = target.now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    params = [
        ("starting_at", f"{today - dt.timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}"),
        ("ending_at", f"{today + dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"),
        ("bucket_width", "1d"),
        ("limit", "31"),
        ("group_by[]", "workspace_id"),
    ]
    return total(
        row
        for bucket in by_page(claude, USAGE_REPORT, params)
        for row in rows(bucket, "results")
        if not target.workspace_id or text(row, "workspace_id", "") == target.workspace_id
    )


def total(results: Iterable[dict[str, Any]]) -> Traffic:
    fresh = written = read_ = 0
    for row in results:
        created = mapping(row.get("cache_creation") or {}, "“cache_creation”")
        fresh += whole(row, "uncached_input_tokens")
        written += whole(created, "ephemeral_5m_input_tokens", 0)
        written += whole(created, "ephemeral_1h_input_tokens", 0)
        read_ += whole(row, "cache_read_input_tokens")
    return Traffic(fresh, written, read_)


def by_report(target: Target, traffic: Traffic) -> list[Check]:
    measures = (
        Measure("hit rate", traffic.hit_percent, "%"),
        Measure("read from the cache", traffic.read, "tokens"),
        Measure("written to the cache", traffic.written, "tokens"),
        Measure("fresh input", traffic.fresh, "tokens"),
    )
    scope = "the workspace" if target.workspace_id else "the organization"
    if traffic.total < LEAST_TOKENS:
        says = f"{traffic.total:,} input tokens of {scope} in {DAYS} days are too few to tell."
        step = "Wait for traffic, or agree to two paid calls."
        return [Check(a, Verdict.INCONCLUSIVE, says, step, measures) for a in ("used", "reused")]
    of_all = f"{traffic.total:,} input tokens of {scope} in {DAYS} days"
    if not traffic.read and not traffic.written:
        return [
            Check("used", Verdict.FAIL, f"Of {of_all} none touched the cache.", MARK, measures)
        ]
    said = (
        f"{traffic.hit_percent}% of {of_all} were read from the cache; {traffic.written:,} were "
        "written to it"
    )
    used = Check("used", Verdict.PASS, f"{said}.", measures=measures)
    if traffic.read < traffic.written:
        says = f"{said}: more is written than read again."
        return [used, Check("reused", Verdict.FAIL, says, SAME, measures)]
    return [used, Check("reused", Verdict.PASS, f"{said}.", measures=measures)]


def by_two_calls(target: Target, claude: "Claude") -> Check:
    """One after the other: calls in parallel do not find each other's entry."""
    model = target.models[0]
    minimum, goal = cache_minimum(model), _goal(model)
    system = prompt(target, goal)
    size = whole(mapping(claude.count_tokens(model, _question(), system).json), "input_tokens")
    known = f"its minimum of {minimum:,}" if minimum else f"{goal:,}, the highest minimum known"
    if size < goal:
        says = f"The prompt of {size:,} tokens is below {known}: {model} would not cache it."
        step = "Tell whoever keeps this probe: its prompt is too short for this model."
        return Check("two-calls", Verdict.INCONCLUSIVE, says, step)
    first = claude.message(body(model, system)).usage
    second = claude.message(body(model, system)).usage
    return _judged(model, size, first, second)


def _judged(model: str, size: int, first: "Usage", second: "Usage") -> Check:
    measures = (
        Measure("prompt", size, "tokens"),
        Measure("written by the first call", first.cache_write_tokens, "tokens"),
        Measure("read by the second call", second.cache_read_tokens, "tokens"),
    )
    if second.cache_read_tokens > 0:
        says = (
            f"The second call to {model} read {counted(second.cache_read_tokens, 'token')} of "
            f"{size:,} from the cache."
        )
        return Check("two-calls", Verdict.PASS, says, measures=measures)
    says = f"The second call to {model} read none of its {size:,} tokens from the cache."
    if not first.cache_write_tokens:
        says += " The first had written nothing either."
    step = "See whether a gateway between here and the API drops cache_control."
    return Check("two-calls", Verdict.FAIL, says, step, measures)


def prompt(target: Target, tokens: int) -> list[dict[str, Any]]:
    """A system prompt well above so many tokens. It begins with the time, so that it is no
    earlier run's entry that is read."""
    lines = tokens * 3 // 2 // TOKENS_A_LINE + 1
    written = "".join(LINE.format(number=number) for number in range(lines))
    text_ = f"Written at {target.now.isoformat()}.\n{written}"
    return [{"type": "text", "text": text_, "cache_control": {"type": "ephemeral"}}]


def body(model: str, system: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": MAX_TOKENS,
        "system": system,
        "messages": _question(),
    }


def _question() -> list[dict[str, Any]]:
    return [{"role": "user", "content": "Answer with one word: ready?"}]


def _goal(model: str) -> int:
    return cache_minimum(model) or LARGEST_MINIMUM


probe = PromptCache()
