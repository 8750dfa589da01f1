"""Every probe there is, by hand: what is not named here does not run.

A new one takes a file beside this one, a line here and a test; CONTRIBUTING.md shows how.
"""

from audits.probes import (
    alert_wiring,
    app_health,
    app_input,
    app_metrics,
    app_rate_limit,
    app_security,
    app_stream,
    error_contract,
    evidence_links,
    key_exposure,
    key_rotation,
    key_valid,
    keys_separate,
    latency,
    log_sample,
    model_pinned,
    prompt_cache,
    rate_headroom,
    spend_limit,
    spend_to_date,
    status_page,
)
from audits.probes.base import Aspect, Probe

_ALL: tuple[Probe, ...] = (
    key_valid.probe,
    keys_separate.probe,
    key_rotation.probe,
    key_exposure.probe,
    spend_limit.probe,
    spend_to_date.probe,
    latency.probe,
    rate_headroom.probe,
    model_pinned.probe,
    prompt_cache.probe,
    error_contract.probe,
    app_stream.probe,
    app_rate_limit.probe,
    app_input.probe,
    app_health.probe,
    app_metrics.probe,
    app_security.probe,
    log_sample.probe,
    alert_wiring.probe,
    status_page.probe,
    evidence_links.probe,
)
PROBES: dict[str, Probe] = {probe.name: probe for probe in _ALL}


def names() -> frozenset[str]:
    """What items may name: each probe, and each of its aspects as `probe.aspect`."""
    return frozenset(
        name
        for probe in PROBES.values()
        for name in (probe.name, *(f"{probe.name}.{aspect.name}" for aspect in probe.aspects))
    )


def find(ref: str) -> tuple[Probe, Aspect | None]:
    """The probe that a reference names, and its aspect; None for the whole. LookupError when
    nothing is called that."""
    name, _, wanted = ref.partition(".")
    probe = PROBES.get(name)
    if probe is None:
        raise LookupError(f"There is no probe “{name}”.")
    if not wanted:
        return probe, None
    for aspect in probe.aspects:
        if aspect.name == wanted:
            return probe, aspect
    raise LookupError(f"The probe “{name}” has no aspect “{wanted}”.")
