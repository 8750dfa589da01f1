"""The metrics of the application, under the four names of the source, with its error kinds, cache
hits and cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

BUCKETS = ("0.1", "0.5", "1.0", "2.0", "5.0", "10.0", "30.0", "+Inf")
# Of a hundred calls, how many took no longer than the bucket.
QUICK = (2, 21, 48, 83, 97, 99, 100, 100)
SLOW = (0, 4, 12, 31, 58, 83, 98, 100)
SECONDS_OF_A_CALL = {QUICK: 1.46, SLOW: 6.4}
# From when the counters count, by the clock of the world, and how much of it is counted: a process
# starts anew every week.
WEEK = 7 * 86_400


@dataclass
class Metrics:
    """`without` are names that are not exported; `labelled` is off for an app that forgot the
    labels; `text` replaces it all."""

    model: str = "claude-sonnet-5-5"
    per_minute: float = 6
    error_share: float = 0.01
    cache_share: float = 0.7
    is_slow: bool = False
    without: tuple[str, ...] = ()
    labelled: bool = True
    text: str | None = None

    def exposition(self, now: float) -> bytes:
        """Prometheus' text format; counters grow with `now`, seconds since 1970."""
        if self.text is not None:
            return self.text.encode()
        registry = CollectorRegistry()
        registry.register(_Collector(self, int(now % WEEK / 60 * self.per_minute) + 200))
        return generate_latest(registry)


class _Collector(Collector):
    def __init__(self, metrics: Metrics, calls: int) -> None:
        self.metrics = metrics
        self.calls = calls
        self.failed = int(calls * metrics.error_share)

    def collect(self) -> Iterator[Metric]:
        for metric in (self._requests(), self._latency(), self._tokens(), *self._others()):
            exported = f"{metric.name}_total" if metric.type == "counter" else metric.name
            if exported not in self.metrics.without:
                yield metric

    def _counter(self, name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
        if not self.metrics.labelled:
            bare = CounterMetricFamily(name, says)
            bare.add_metric([], sum(values.values()))
            return bare
        counter = CounterMetricFamily(name, says, labels=["model", label])
        for value, amount in values.items():
            counter.add_metric([self.metrics.model, value], amount)
        return counter

    def _requests(self) -> Metric:
        values = {"success": self.calls - self.failed, "error": self.failed}
        return self._counter("anthropic_requests", "Calls by outcome", "status", values)

    def _latency(self) -> Metric:
        shape = SLOW if self.metrics.is_slow else QUICK
        labels = ["model"] if self.metrics.labelled else []
        latency = HistogramMetricFamily(
            "anthropic_request_latency_seconds", "Time of a call", labels=labels
        )
        counts = [share * self.calls / 100 for share in shape]
        latency.add_metric(
            [self.metrics.model] if labels else [],
            [(bucket, int(count)) for bucket, count in zip(BUCKETS, counts, strict=True)],
            SECONDS_OF_A_CALL[shape] * self.calls,
        )
        return latency

    def _tokens(self) -> Metric:
        prompt = self.calls * 1_900
        read = int(prompt * self.metrics.cache_share)
        values = {"input": prompt - read, "output": self.calls * 210, "cache_read": read}
        return self._counter("anthropic_tokens", "Tokens by kind", "type", values)

    def _others(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("anthropic_active_requests", "Calls under way", 3)
        kinds = {
            "rate_limit_error": self.failed * 0.6,
            "overloaded_error": self.failed * 0.3,
            "timeout": self.failed * 0.1,
        }
        yield self._counter("anthropic_errors", "Errors by kind", "type", kinds)
        hits = {"hit": self.calls * self.metrics.cache_share, "miss": self.calls * 0.2}
        yield self._counter("anthropic_cache", "Prompts by what the cache held", "result", hits)
        cost = CounterMetricFamily("anthropic_cost_dollars", "What was spent", labels=["model"])
        cost.add_metric([self.metrics.model], round(self.calls * 0.0041, 4))
        yield cost
