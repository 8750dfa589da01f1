"""Time to the first token and to the end of a short streamed answer, over many runs."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.probes.asking import answered
from audits.probes.base import (
    GRAVEST,
    Aspect,
    Check,
    Cost,
    Finding,
    Measure,
    Queue,
    Sample,
    Strength,
    Target,
    Verdict,
)
from audits.probes.claude_errors import ApiFault, ClaudeFault
from audits.probes.model_ids import generation
from audits.probes.percentiles import LEAST, percentile
from audits.probes.tools import Tools
from audits.probes.words import counted, dollars

if TYPE_CHECKING:
    from audits.probes.claude import Claude

# Models of this generation and later think unless they are asked for little effort.
THINKS_FROM = (4, 6)
# Fewer may all go into thinking, and no text comes.
MAX_TOKENS = 256
# The lowest total limit that claude-launch-18/hard-timeout advises.
TIME_LIMIT_MS = 60_000
MOST_MODELS = 8
SLOW = (
    "Look at the size of the prompt, caching, the model, max_tokens and effort, in this order; or "
    "raise the target for p95 in the environment's settings on purpose."
)
WAIT = "Let the probe run on: every run adds a sample for each declared model."


class Latency:
    name = "latency"
    title = "Latency"
    looks_at = "Time to first token and total time of a short streamed answer of each model."
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("p95", "p95 of the total time is within the team's target.", Strength.MEDIUM),
        Aspect("tracked", "Both times are measured again and again", Strength.PARTIAL),
        Aspect("p99", "p99 of the total time fits a time limit of 60 s.", Strength.PARTIAL),
    )
    needs: tuple[str, ...] = ("keys", "models")
    cost = Cost.PAID
    intrusive = False
    queue = Queue.LATENCY
    every = dt.timedelta(minutes=30)
    stale_after = dt.timedelta(hours=6)
    seconds = 300
    how = (
        f"Streamed one short answer (at most {MAX_TOKENS} tokens, low effort) from each declared "
        "model, which was paid for; percentiles by nearest rank over the samples kept."
    )

    def price(self, target: Target, tools: Tools) -> Decimal | None:
        bodies = [{**body(model), "stream": True} for model in _models(target)]
        prices = [tools.prices.at_most(asked, target.now) for asked in bodies]
        known = [price for price in prices if price is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(prices) else None

    @answered
    def run(self, target: Target, tools: Tools) -> Finding:
        if not (target.keys and target.models):
            return Finding.inconclusive(
                f"{target.name} has no key or no declared model to measure.",
                next_step="Enter both in the environment's settings.",
            )
        if not target.agreed.paid:
            return Finding.inconclusive(
                "Nobody agreed to the paid calls that latency is measured by.",
                next_step=f"Agree to them on the probe's page: {self._price_said(target, tools)}.",
            )
        return judge(target, _measured(target, tools), how=self.how)

    def _price_said(self, target: Target, tools: Tools) -> str:
        price = self.price(target, tools)
        return "their price is not known" if price is None else f"at most {dollars(price)} a run"


def body(model: str) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "model": model,
        "max_tokens": MAX_TOKENS,
        "messages": [{"role": "user", "content": "Say in one sentence what the sea is."}],
    }
    if (generation(model) or (0, 0)) >= THINKS_FROM:
        asked["output_config"] = {"effort": "low"}
    return asked


def _measured(target: Target, tools: Tools) -> list[Sample]:
    """A sample of each model, of the first ones alone when the ledger ends it."""
    claude = tools.claude(target, target.keys)
    samples: list[Sample] = []
    for model in _models(target):
        try:
            samples.append(_sample(model, claude))
        except ClaudeFault:
            if not samples:
                raise
            break
    return samples


def _sample(model: str, claude: "Claude") -> Sample:
    at = dt.datetime.now(dt.UTC)
    try:
        streamed = claude.stream(body(model))
    except ApiFault as fault:
        return Sample(at, model, error=fault.says)
    if streamed.error is not None or not streamed.ended_cleanly:
        fault_said = streamed.error.says if streamed.error else "The stream had no end."
        return Sample(at, model, ttft_ms=streamed.ttft_ms, error=fault_said)
    if streamed.ttft_ms is None or streamed.total_ms is None:
        return Sample(at, model, error="The stream ended without a token.")
    return Sample(at, model, streamed.ttft_ms, streamed.total_ms)


def judge(target: Target, new: Sequence[Sample], *, how: str) -> Finding:
    """Over the samples of earlier runs and the new ones, model by model."""
    by_model = {
        model: [s for s in (*target.samples, *new) if s.model == model]
        for model in _models(target)
    }
    checks: list[Check] = []
    for model, samples in by_model.items():
        latest = [sample for sample in new if sample.model == model]
        checks += _of_model(model, samples, latest, target.policy.p95_ms)
    told = [_worst(aspect, checks) for aspect in ("p95", "tracked")]
    measures = tuple(m for model, samples in by_model.items() for m in figures(model, samples))
    # A p99 wants days of samples: the finding as a whole does not wait for it.
    finding = Finding.of(told, how=how, measures=measures, samples=tuple(new))
    return replace(finding, checks=(*told, _worst("p99", checks)))


def _of_model(
    model: str, samples: Sequence[Sample], new: Sequence[Sample], target_ms: int
) -> Iterable[Check]:
    failed = [sample.error for sample in new if sample.error]
    if failed:
        says = f"{model}: this run's call failed. {failed[0]}"
        step = "See what key-valid says; the status page tells of outages."
        return [Check(a, Verdict.ERROR, says, step) for a in ("p95", "tracked", "p99")]
    totals = _values(samples, "total_ms")
    return [
        _limit("p95", 95, model, totals, target_ms),
        _tracked(model, samples),
        _limit("p99", 99, model, totals, TIME_LIMIT_MS),
    ]


def _limit(aspect: str, percent: int, model: str, totals: list[Decimal], limit_ms: int) -> Check:
    value = percentile(totals, percent)
    samples = Measure(f"{model} samples", len(totals))
    if value is None:
        says = (
            f"{model}: too few samples for p{percent}, {len(totals)} of {LEAST[percent]} needed."
        )
        return Check(aspect, Verdict.INCONCLUSIVE, says, WAIT, (samples,))
    measures = (samples, Measure(f"{model} p{percent}", value, "ms"))
    said = (
        f"{model}: p{percent} of the total time is {value:,.0f} ms over "
        f"{counted(len(totals), 'sample')}, of at most {limit_ms:,} ms."
    )
    if value > limit_ms:
        return Check(aspect, Verdict.FAIL, said, SLOW, measures)
    return Check(aspect, Verdict.PASS, said, measures=measures)


def _tracked(model: str, samples: Sequence[Sample]) -> Check:
    both = [sample for sample in samples if sample.ttft_ms is not None and sample.total_ms]
    ttft = percentile(_values(both, "ttft_ms"), 95)
    total = percentile(_values(both, "total_ms"), 95)
    if ttft is None or total is None:
        says = f"{model}: too few samples, {len(both)} of {LEAST[95]} needed."
        return Check("tracked", Verdict.INCONCLUSIVE, says, WAIT)
    says = (
        f"{model}: p95 is {ttft:,.0f} ms to the first token and {total:,.0f} ms in total, over "
        f"{counted(len(both), 'sample')}."
    )
    return Check("tracked", Verdict.PASS, says)


def figures(model: str, samples: Sequence[Sample]) -> Iterable[Measure]:
    """What can be told of a model: percentiles that have enough samples, and their number."""
    failed = sum(1 for sample in samples if sample.error)
    yield Measure(f"{model} samples", len(_values(samples, "total_ms")))
    yield Measure(f"{model} failed calls", failed)
    for name, field in (("TTFT", "ttft_ms"), ("total", "total_ms")):
        for percent in LEAST:
            value = percentile(_values(samples, field), percent)
            if value is not None:
                yield Measure(f"{model} {name} p{percent}", value, "ms")


def _values(samples: Sequence[Sample], field: str) -> list[Decimal]:
    """Of the calls that came to a good end."""
    values = [getattr(sample, field) for sample in samples if not sample.error]
    return [value for value in values if value is not None]


def _worst(aspect: str, checks: Sequence[Check]) -> Check:
    """The gravest model's, naming every model that is as grave."""
    same = [check for check in checks if check.aspect == aspect]
    gravest = min(same, key=lambda check: GRAVEST.index(check.verdict))
    says = " ".join(check.says for check in same if check.verdict == gravest.verdict)
    return replace(gravest, says=says, measures=tuple(m for c in same for m in c.measures))


def _models(target: Target) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target.models))[:MOST_MODELS]


probe = Latency()
