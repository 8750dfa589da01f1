"""Every fact of the four sources stands in its item, however the wording is edited."""

import re
from functools import cache

import pytest
from django.conf import settings

from checklist import schema
from tests.checklist.source_facts import ENGINEERING, LAUNCH, PLAYBOOK, PRODUCTION

SOURCES = {
    "claude-launch-18": ("launch-article", [3, 4, 4, 3, 4], LAUNCH),
    "claude-production": ("production-checklist", [6, 7, 3, 5, 4, 4, 5, 4], PRODUCTION),
    "claude-playbook": ("playbook-2026", [3, 2, 4, 3, 3, 4, 4, 4, 5], PLAYBOOK),
    "claude-engineering": ("chapter-7", [6, 2, 2, 3, 6, 4, 3, 4], ENGINEERING),
}
QUESTIONS = {
    "What is the most overlooked Claude API production issue?": {"model-pinned", "eval-suite"},
    "Do I need a circuit breaker for the Claude API?": {"circuit-breaker", "rollback-path"},
    "How do I prevent runaway Claude API spend?": {
        *("max-tokens-per-call-type", "spend-alerts", "per-user-rate-limits"),
    },
    "Should I retry on Claude API 529 errors?": {"retries-with-jitter"},
}
CONDITIONS = [
    "guides (skills)",
    "feature-complete and has been tested locally",
    "production API key exists, separate from the one used for development",
    "platform to deploy on",
]
CRITERIA = [
    "authentication, error handling, streaming, cost, monitoring, reliability, content and perf",
    "production API key is configured, with spending limits",
    "monitoring and alerting",
    "fallback has been tested",
]
SAME_PRACTICE = [
    ["key-in-secret-manager", "key-in-secrets-manager", "key-from-store"],
    ["server-side-only", "key-server-side-only"],
    ["retries-with-jitter", "rate-limit-retried", "retry-backoff", "transient-errors-retried"],
    ["hard-timeout", "timeout-configured", "stream-time-limit"],
    ["circuit-breaker", "breaker-opens"],
    ["spend-alerts", "spending-alerts", "budget-enforced"],
    ["prompt-caching", "system-prompts-cached", "static-content-cached"],
    ["per-user-rate-limits", "per-user-rate-limit", "per-user-quota"],
    ["model-pinned", "models-pinned"],
    ["model-fits-task", "task-model-map"],
    ["user-facing-streams", "user-facing-streamed"],
    ["request-log-fields", "eight-fields-logged", "structured-log-entry"],
    ["input-validation", "input-length-capped", "inputs-bounded"],
    ["rollback-path", "changes-reversible"],
]
METRICS = {
    "anthropic_requests_total": ("counter", "model, status"),
    "anthropic_request_latency_seconds": ("histogram", "model"),
    "anthropic_tokens_total": ("counter", "model, type"),
    "anthropic_active_requests": ("gauge", "none"),
}


def rows(table):
    joined = re.sub(r"\n +", " ", table.strip()).splitlines()
    return {
        ref: (title, terms.split("; "))
        for ref, title, terms in (r.split(" | ", 2) for r in joined)
    }


@cache
def checklist(slug):
    path = settings.BASE_DIR / "fixtures" / "checklists" / f"{slug}.yaml"
    return schema.parse(path.read_bytes())


@cache
def items(slug):
    return {item.id: item for section in checklist(slug).sections for item in section.items}


def plain(text):
    """Without case, line breaks, marks of code and emphasis, and commas in thousands."""
    bare = re.sub(r"(?<=\d),(?=\d{3}\b)", "", re.sub(r"[`]|\*\*", "", text))
    return re.sub(r"\s+", " ", bare).casefold()


def words(item):
    parameters = [f"{one.name}: {one.value}. {one.note}" for one in item.parameters]
    return plain("\n".join([item.title, item.guidance, item.why, item.verify, *parameters]))


def missing(terms, text):
    return [term for term in terms if plain(term) not in text]


@pytest.mark.parametrize("refs", SAME_PRACTICE, ids=lambda refs: refs[0])
def test_one_practice_has_one_severity_in_all_checklists(refs):
    everywhere = {ref: item for slug in SOURCES for ref, item in items(slug).items()}
    assert len({everywhere[ref].severity for ref in refs}) == 1


@pytest.mark.parametrize(
    ("slug", "ref"), [(slug, ref) for slug, source in SOURCES.items() for ref in rows(source[2])]
)
def test_item_holds_every_fact_of_its_source(slug, ref):
    title, terms = rows(SOURCES[slug][2])[ref]
    item = items(slug)[ref]
    assert not missing([title], plain(item.title))
    assert not missing(terms, words(item))


@pytest.mark.parametrize("slug", SOURCES)
def test_items_stand_in_the_order_of_the_source(slug):
    _, counts, table = SOURCES[slug]
    assert list(items(slug)) == list(rows(table))
    assert [len(section.items) for section in checklist(slug).sections] == counts


@pytest.mark.parametrize("slug", SOURCES)
def test_every_item_names_its_place_in_the_source(slug):
    assert {item.source.document for item in items(slug).values()} == {SOURCES[slug][0]}


@pytest.mark.parametrize("slug", SOURCES)
def test_no_guidance_is_too_long_to_read_and_no_way_to_verify_is_a_mere_word(slug):
    thin_or_long = [
        ref
        for ref, item in items(slug).items()
        if len(item.guidance) > 1200 or min(len(item.guidance), len(item.verify)) < 150
    ]
    assert thin_or_long == []


@pytest.mark.parametrize("slug", SOURCES)
def test_code_is_narrow_enough_for_a_phone(slug):
    blocks = [
        block
        for item in items(slug).values()
        for block in re.findall(r"```.*?```", item.guidance + item.verify, re.DOTALL)
    ]
    assert max((len(line) for block in blocks for line in block.splitlines()), default=0) <= 64


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_four_questions_live_on_in_the_items_they_speak_of(question):
    citing = {
        ref
        for ref, item in items("claude-launch-18").items()
        if question in [source.place for source in item.see_also]
    }
    assert citing == QUESTIONS[question]


def test_prerequisites_are_entry_conditions_and_outputs_are_exit_criteria():
    definition = checklist("claude-production")
    assert len(definition.entry_conditions) == len(definition.exit_criteria) == 4
    for one, term in zip(definition.entry_conditions, CONDITIONS, strict=True):
        assert not missing([term], plain(one.text))
    for one, term in zip(definition.exit_criteria, CRITERIA, strict=True):
        assert not missing([term], plain(one.text))


def test_five_dashboards_are_named_together():
    section = checklist("claude-playbook").sections[-1]
    panels = ["cost per request", "cache hit rate", "p95 latency", "error rate", "stop reasons"]
    assert not missing(panels, plain(section.summary))


def test_four_prometheus_metrics_keep_type_labels_and_buckets():
    item = items("claude-engineering")["prometheus-metrics"]
    cells = re.findall(
        r"^\| (anthropic_\w+) \| (\w+) \| ([^|]+) \|", item.guidance.replace("`", ""), re.M
    )
    assert {name: (kind, labels.strip()) for name, kind, labels in cells} == METRICS
    buckets = next(one for one in item.parameters if one.name == "Latency buckets")
    assert buckets.value == "0.1, 0.5, 1, 2, 5, 10, 30 s"
