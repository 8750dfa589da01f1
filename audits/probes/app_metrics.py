"""Does the app export the metrics of the sources, and what do they show?"""

import datetime as dt
from typing import TYPE_CHECKING

from audits.net.door import DoorFault, Limits
from audits.probes.base import Aspect, Finding, Free, Strength, Target
from audits.probes.metrics_checks import (
    look_at_errors,
    look_at_first_token,
    look_at_metrics,
    look_at_p95,
    look_at_percentiles,
    look_at_totals,
)
from audits.probes.metrics_usage import (
    Before,
    counted_tokens,
    look_at_cache,
    look_at_cost,
    look_at_tokens,
)
from audits.probes.prometheus_text import NotPrometheus, parse
from audits.probes.saying import conclude

if TYPE_CHECKING:
    from audits.probes.tools import Tools

LIMITS = Limits(total_s=20.0, max_bytes=8_388_608, redirects=3)
HOW = "The metrics address was read once, as Prometheus does."
SETTINGS = "Check its address in the environment's settings."


class AppMetrics(Free):
    name = "app-metrics"
    title = "The app's metrics"
    looks_at = (
        "The app's Prometheus endpoint: the four metrics of the source, percentiles, kinds of "
        "errors, cache hits, cost a day."
    )
    strength = Strength.MEDIUM
    aspects: tuple[Aspect, ...] = (
        Aspect("metrics", "The four metrics with their labels and buckets", Strength.STRONG),
        Aspect("percentiles", "p50, p95 and p99 can be read by model", Strength.STRONG),
        Aspect("p95", "p95 by model against the team's limit", Strength.MEDIUM),
        Aspect("first-token", "Time to first token has a histogram too", Strength.STRONG),
        Aspect("errors", "Errors are told apart by kind", Strength.STRONG),
        Aspect("tokens", "Input and output tokens are counted by model", Strength.STRONG),
        Aspect("totals", "Requests, successes, failures and mean latency", Strength.MEDIUM),
        Aspect("cache", "Cache reads and writes are counted", Strength.MEDIUM),
        Aspect("cost", "What a day costs can be told by model", Strength.MEDIUM),
    )
    needs: tuple[str, ...] = ("metrics_url",)
    every = dt.timedelta(hours=1)
    stale_after = dt.timedelta(days=1)
    seconds = 40

    def run(self, target: Target, tools: "Tools") -> Finding:
        """`kept` has the tokens so far, from which the next run tells what a day costs."""
        if not target.app.metrics_url:
            return Finding.inconclusive(
                "The environment names no metrics address.",
                next_step="Write it into the environment's settings.",
            )
        headers = {"Accept": "text/plain; version=0.0.4"}
        try:
            answer = tools.door.request(
                "GET", target.app.metrics_url, headers=headers, limits=LIMITS
            )
        except DoorFault as fault:
            says = f"The metrics address {fault}."
            return Finding.error(says, how=HOW, next_step=SETTINGS)
        if answer.status != 200:
            says = f"The metrics address answered {answer.status}."
            return Finding.inconclusive(says, how=HOW, next_step=SETTINGS)
        return self._judge(answer.text, target, tools)

    def _judge(self, text: str, target: Target, tools: "Tools") -> Finding:
        try:
            scrape = parse(text)
        except NotPrometheus:
            says = "The metrics address answered what is no Prometheus text."
            return Finding.inconclusive(says, how=HOW, next_step=SETTINGS)
        tokens = counted_tokens(scrape)
        before = Before.of(target.kept)
        checks = (
            look_at_metrics(scrape),
            look_at_percentiles(scrape),
            look_at_p95(scrape, target.policy.p95_ms),
            look_at_first_token(scrape),
            look_at_errors(scrape),
            look_at_tokens(scrape),
            look_at_totals(scrape),
            look_at_cache(tokens),
            look_at_cost(tokens, before, target.now, tools.prices),
        )
        aside = [check.aspect for check in checks if check.aspect != "metrics"]
        measures = tuple(measure for check in checks for measure in check.measures)
        kept = Before(target.now, tokens).kept()
        return conclude(checks, how=HOW, aside=aside, measures=measures, kept=kept)


probe = AppMetrics()
