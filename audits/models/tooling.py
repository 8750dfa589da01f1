"""What a run is given: its target, put together from what the team declared, and its tools."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from audits.models import telling
from audits.models.doors import door
from audits.models.expiry import CURRENT
from audits.models.guards import guards_for, prices
from audits.models.key_values import Keys, fingerprint, keys_for
from audits.models.run_faults import CannotLook
from audits.models.simulating import address
from audits.probes.base import (
    Agreed,
    App,
    Budget,
    Chat,
    Credential,
    Finding,
    Key,
    Kind,
    Link,
    Policy,
    Sample,
    Target,
)
from audits.probes.claude import Claude
from audits.probes.claude_retries import within
from audits.probes.secrets import Secret
from audits.probes.tools import Tools

if TYPE_CHECKING:
    from audits.models.environments import Environment
    from audits.models.runs import ProbeRun
    from audits.models.watches import Watch

# What percentiles are taken over, and at most how many of the newest.
WINDOW = dt.timedelta(days=7)
MOST_SAMPLES = 2000


def look(run: "ProbeRun") -> Finding:
    """Run the probe. Raises whatever kept it from looking: see run_faults."""
    watch = run.watch
    try:
        probe = watch.definition
    except LookupError as error:
        raise CannotLook(str(error), "Switch the watch off.") from None
    if missing := watch.missing_consent():
        return Finding.inconclusive(missing, next_step="Agree to it, or switch the watch off.")
    keys = keys_for(watch)
    return probe.run(target_for(watch, keys), tools_for(watch, run))


def look_at_sample(watch: "Watch", sample: bytes) -> Finding:
    """What the probe says of a log sample that somebody sent. It asks nobody, so that no key is
    looked for and nothing leaves this process."""
    target = replace(_declared(watch), log_sample=sample)
    return watch.definition.run(target, tools_for(watch, None))


def price_of(watch: "Watch") -> Decimal | None:
    """The most that a paid run of it costs now, in dollars; None where that is not known. No key
    is looked for: only how many there are counts. Raises PricesFault."""
    keys = watch.environment.keys.filter(purpose="api").count()
    nobody = Key("", Secret(""), "")
    target = replace(_declared(watch), keys=(nobody,) * keys)
    return watch.definition.price(target, tools_for(watch, None))


def _declared(watch: "Watch") -> Target:
    """What there is to say of the environment without a key and without an address."""
    environment = watch.environment
    return Target(
        name=environment.name,
        kind=Kind(environment.kind),
        now=timezone.now(),
        models=tuple(environment.models),
        policy=_policy(environment),
        simulated=environment.simulated,
    )


def target_for(watch: "Watch", keys: Keys) -> Target:
    """The watch's environment as its probe sees it."""
    environment = watch.environment
    needs = watch.definition.needs
    return Target(
        name=environment.name,
        kind=Kind(environment.kind),
        now=timezone.now(),
        api_url=_address(environment.api_url),
        api_version=environment.api_version,
        credential=Credential(environment.credential),
        workspace_id=environment.workspace_id,
        keys=keys.api,
        admin_key=keys.admin,
        models=tuple(environment.models),
        budget=_budget(environment),
        status_url=_address(environment.status_url),
        app=_app(environment, keys),
        policy=_policy(environment),
        agreed=Agreed(paid=watch.paid_at is not None, production=watch.intrusive_at is not None),
        siblings=keys.siblings,
        samples=_samples(watch),
        links=links_of(environment.project_id) if "links" in needs else (),
        kept=watch.kept,
        simulated=environment.simulated,
    )


def _address(text: str) -> str:
    try:
        return address(text)
    except LookupError as fault:
        raise CannotLook(str(fault), "Or give the environment's real addresses.") from None


def _policy(environment: "Environment") -> Policy:
    return Policy(
        rotation_days=environment.rotation_days,
        p95_ms=environment.p95_ms,
        rate_burst=environment.rate_burst,
    )


def _budget(environment: "Environment") -> Budget | None:
    if environment.budget_amount is None:
        return None
    return Budget(environment.budget_amount, environment.budget_currency)


def _app(environment: "Environment", keys: Keys) -> App:
    chat = None
    if environment.chat_url:
        chat = Chat(
            _address(environment.chat_url),
            environment.chat_template,
            environment.chat_method,
            keys.headers,
        )
    return App(
        page_url=_address(environment.page_url),
        chat=chat,
        health_url=_address(environment.health_url),
        live_url=_address(environment.live_url),
        ready_url=_address(environment.ready_url),
        metrics_url=_address(environment.metrics_url),
        log_url=_address(environment.log_url),
    )


def _samples(watch: "Watch") -> tuple[Sample, ...]:
    """Of the window, the newest, in the order of their times; none for a probe that keeps none."""
    rows = watch.samples.filter(at__gte=timezone.now() - WINDOW).order_by("-at")[:MOST_SAMPLES]
    found = [Sample(row.at, row.model, row.ttft_ms, row.total_ms, row.error) for row in rows]
    return tuple(reversed(found))


def links_of(project_pk: Any) -> tuple[Link, ...]:
    """The links that back answers of the project's audits now, each address once."""
    rows = apps.get_model("audits.Evidence").objects.filter(
        answer__audit__project=project_pk, answer__retired_at=None, kind="link", **CURRENT
    )
    found: dict[str, Link] = {}
    for pk, url, title in rows.order_by("pk").values_list("pk", "url", "title"):
        found.setdefault(url, Link(str(pk), url, title))
    return tuple(found.values())


def tools_for(watch: "Watch", run: "ProbeRun | None") -> Tools:
    """`run` is what paid calls are booked on; None where there is none."""
    environment = watch.environment
    way_out, costs = door(simulated=environment.simulated), prices()
    guards = guards_for(environment, run)
    metadata = {"environment": environment.name, "probe": watch.probe}
    if environment.simulated:
        metadata["simulated"] = "yes"

    def claude(target: Target, keys: tuple[Key, ...]) -> Claude:
        return Claude(
            way_out,
            api_url=target.api_url,
            keys=keys,
            api_version=target.api_version,
            credential=target.credential,
            workspace_id=target.workspace_id,
            guards=guards,
            prices=costs,
            settings=within(watch.definition.seconds),
            metadata=metadata,
        )

    return Tools(
        door=way_out,
        claude=claude,
        prices=costs,
        fingerprint=fingerprint,
        send_test_alert=lambda: telling.send_test_alert(watch),
    )
