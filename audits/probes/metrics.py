"""The four Prometheus metrics of the item `prometheus-metrics` of claude-engineering.

Each process keeps its figures in files in the directory that PROMETHEUS_MULTIPROC_DIR names, and
makes them with its first call; see metrics_files.py for how they are read and cleared away.
"""

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audits.probes import metrics_files
from audits.probes.claude_calls import Call

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram

# The source's, and the two that its note adds for time limits above 30 s.
BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120)


class Metrics:
    requests: "Counter"
    latency: "Histogram"
    tokens: "Counter"
    active: "Gauge"

    def __init__(self) -> None:
        # It is large, and most processes never call.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values

        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            # It has decided for memory where it was imported before that was set.
            values.ValueClass = values.MultiProcessValue()
        # A fork makes its own: in the common registry there would be two of each.
        own = CollectorRegistry()
        self.requests = Counter(
            "anthropic_requests_total", "Calls that ended", ["model", "status"], registry=own
        )
        self.latency = Histogram(
            "anthropic_request_latency_seconds",
            "From sending to the end of the answer, or to the failure",
            ["model"],
            buckets=BUCKETS,
            registry=own,
        )
        self.tokens = Counter(
            "anthropic_tokens_total", "Tokens used", ["model", "type"], registry=own
        )
        self.active = Gauge(
            "anthropic_active_requests",
            "Calls in flight",
            multiprocess_mode="livesum",
            registry=own,
        )


_making = threading.Lock()


def _metrics() -> Metrics:
    with _making:  # or two threads would keep two counts in one file
        return _of_process(os.getpid())


@functools.lru_cache(maxsize=1)
def _of_process(pid: int) -> Metrics:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        # One with our number has been here before us, or not.
        metrics_files.bury(Path(folder), also=pid)
    return Metrics()


@contextmanager
def active() -> Iterator[None]:
    """Counts a call as in flight, however it ends."""
    gauge = _metrics().active
    gauge.inc()
    try:
        yield
    finally:
        gauge.dec()


def count(call: Call, family: str) -> None:
    """`family` is the model under one of few names, "" for any other: whoever makes models up
    must not make a series for each."""
    metrics = _metrics()
    model = family or "unknown"
    metrics.requests.labels(model, call.outcome).inc()
    metrics.latency.labels(model).observe(float(call.latency_ms) / 1000)
    if call.outcome != "success":
        return
    usage = call.usage
    by_type = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
    }
    for type_, tokens in by_type.items():
        if tokens:
            metrics.tokens.labels(model, type_).inc(tokens)
