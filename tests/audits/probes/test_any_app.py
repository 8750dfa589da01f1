"""Whatever an app answers, its probes end in a finding with words."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.probes.app_health import Seen as Health
from audits.probes.app_health import _degrades, _free, _health, _live, _ready
from audits.probes.app_stream import Seen, judge
from audits.probes.key_exposure import hits
from audits.probes.markup import visible
from audits.probes.page_policy import allows_anthropic, directives, header_faults
from audits.probes.page_scripts import _IMPORT, Text, scripts_of, texts_of_map
from tests.audits.probes.apps import NOW

NAMES = st.sampled_from(["status", "latency_ms", "timestamp", "error", "usage", "checks", "time"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY = st.recursive(
    LEAVES | st.sampled_from(["healthy", "not ready", "alive", "2026-11-21T12:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(ANY, ANY, ANY, st.sampled_from([200, 204, 301, 404, 500, 503]))
def test_health_of_any_shape_is_judged(health, live, ready, status):
    seen = [Health(status, each, str(each)) for each in (health, live, ready)]
    checks = [
        _health(seen[0], NOW),
        _free([seen[0]] * 3),
        _live(seen[1]),
        _ready(seen[2], seen[1], False),
        _degrades(*seen),
    ]
    assert all(check.says for check in checks)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 200), max_size=8).map(sorted),
    st.binary(max_size=300),
    st.sampled_from(["", "text/plain", "text/event-stream", "application/json"]),
)
def test_stream_of_any_shape_is_judged(pieces, body, kind):
    seen = Seen(200, kind, pieces, bytearray(body) if pieces else bytearray())
    assert judge(seen).says


PAGES = st.text(alphabet="<>/=\"' abscriptlnkhref:[]//#!-&;", max_size=200)


@settings(max_examples=300, deadline=None)
@given(PAGES)
def test_page_of_any_shape_is_read(page):
    scripts_of(page, "https://app.example/")
    visible(page)


@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<a ", "<script>", "</", "<!", '<a "', "<a x='", "&amp", "import ", "from './"],
)
def test_hostile_page_takes_no_longer_than_its_length(piece):
    page = piece * (1_000_000 // len(piece))
    started = time.process_time()
    scripts_of(page, "https://app.example/")
    visible(page)
    _IMPORT.findall(page)
    _IMPORT.findall("import" + " " * 1_000_000)
    assert time.process_time() - started < 60


@settings(max_examples=200, deadline=None)
@given(ANY | st.dictionaries(st.sampled_from(["sources", "sourcesContent"]), ANY))
def test_source_map_of_any_shape_is_read(value):
    assert hits(texts_of_map(json.dumps(value), "map")) == []


@given(st.text(alphabet="sk-ant-api03-AbCdEfGh123\n", max_size=200))
def test_place_of_a_key_is_where_it_stands(words):
    for hit in hits([Text("p", words, "page")]):
        assert words.split("\n")[hit.line - 1][hit.column - 1 :].startswith(hit.key)


@given(st.text(alphabet="default-scon *;,'https:/.anthropic", max_size=120))
def test_policy_of_any_shape_is_read(policy):
    assert allows_anthropic(directives(policy)) in ("no", "named", "any")
    header_faults({"content-security-policy": policy}, encrypted=True)
