"""Whatever JSON comes instead of an answer, a probe ends in a finding with words."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.net.door import Door
from audits.probes import (
    error_contract,
    key_rotation,
    key_valid,
    model_pinned,
    prompt_cache,
    rate_headroom,
    spend_limit,
    spend_to_date,
)
from audits.probes.base import Agreed, Budget, Kind, Target, Verdict
from audits.probes.claude_calls import Reply
from audits.probes.findings import as_json, from_json, storable
from audits.probes.tools import Tools
from tests.audits.probes.against import NOW, PRICES, fingerprint, key

TARGET = Target(
    "Production",
    Kind.PRODUCTION,
    NOW,
    workspace_id="wrkspc_1",
    keys=(key("sk-ant-api03-ours"),),
    admin_key=key("sk-ant-admin01-ours"),
    models=("claude-opus-5",),
    budget=Budget(Decimal(100)),
    agreed=Agreed(paid=True),
)
# Names and values that lead deep into what the probes read.
NAMES = (
    *("data", "results", "id", "status", "created_at", "created_by", "expires_at", "scope"),
    *("workspace_id", "partial_key_hint", "has_more", "last_id", "next_page", "starting_at"),
    *("amount", "currency", "period", "is_enabled", "type", "lifecycle", "retires_at", "usage"),
    *("uncached_input_tokens", "cache_read_input_tokens", "cache_creation", "input_tokens"),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**40),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        ["active", "monthly", "workspace", "wrkspc_1", "USD", "12.5", "1e-99999", "claude-opus-5"]
    ),
    st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat),
)
ANY = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    ),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), ANY, max_size=8)
LISTS = st.lists(OBJECTS, max_size=3).map(lambda rows: {"data": rows, "has_more": False})
ANSWERS = st.one_of(OBJECTS, LISTS)

PROBES = [
    module.probe
    for module in (
        error_contract,
        key_rotation,
        key_valid,
        model_pinned,
        prompt_cache,
        rate_headroom,
        spend_limit,
        spend_to_date,
    )
]


def finding(probe: Any, answer: Any, headers: dict[str, str] | None = None):
    reply = Reply(200, headers or {}, answer, str(answer), "req_1", Decimal(1))

    class Client:
        def __getattr__(self, name: str) -> Any:
            return lambda *args, **more: reply

    tools = Tools(Door(), lambda target, keys: Client(), PRICES, fingerprint, dict)
    return probe.run(TARGET, tools)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@settings(max_examples=30, deadline=None)
@given(answer=ANSWERS)
def test_any_answer_ends_in_words(probe, answer):
    found = finding(probe, answer)
    assert found.says
    assert found.verdict == Verdict.PASS or found.next_step
    kept = storable(found)
    assert from_json(json.loads(json.dumps(as_json(kept)))) == replace(kept, kept={})


@settings(max_examples=50, deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                f"anthropic-ratelimit-{name}-{what}"
                for name in rate_headroom.LIMITS
                for what in ("limit", "remaining", "reset")
            ]
        ),
        st.one_of(st.text(max_size=12), st.integers().map(str), st.floats().map(str)),
    )
)
def test_any_headers_end_in_words(headers):
    assert finding(rate_headroom.probe, {"input_tokens": 1}, headers).says


@pytest.mark.parametrize("kept", [{"lowest": 5}, {"lowest": [1, ["x"], [2, 3]]}, {"other": []}])
def test_what_was_kept_in_another_form_is_left_out(kept):
    assert rate_headroom.judge([], kept, NOW, how="").kept == {"lowest": []}
