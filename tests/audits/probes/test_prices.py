import datetime as dt
from decimal import Decimal

import pytest

from audits.probes.prices import Prices, PricesFault
from audits.probes.usage import Usage
from tests.audits.probes.clients import HELLO, PRICES

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
MILLION = 1_000_000
TABLE = [
    ("opus-5-5", "4", "20", "5", "8", "0.20"),
    ("opus-5", "5", "25", "6.25", "10", "0.50"),
    ("opus-4-8", "5", "25", "6.25", "10", "0.50"),
    ("opus-4-7", "5", "25", "6.25", "10", "0.50"),
    ("opus-4-6", "5", "25", "6.25", "10", "0.50"),
    ("opus-4-5-20251101", "5", "25", "6.25", "10", "0.50"),
    ("sonnet-5-5", "2", "10", "2.50", "4", "0.10"),
    ("sonnet-5", "2", "10", "2.50", "4", "0.20"),
    ("sonnet-4-6", "3", "15", "3.75", "6", "0.30"),
    ("sonnet-4-5-20250929", "3", "15", "3.75", "6", "0.30"),
    ("haiku-4-5-20251001", "1", "5", "1.25", "2", "0.10"),
    ("haiku-4-5", "1", "5", "1.25", "2", "0.10"),
    # A million is above 100k.
    ("haiku-5-5", "0.50", None, "0.625", "1.00", "0.05"),
]


@pytest.mark.parametrize(("model", "put", "out", "write_5m", "write_1h", "read"), TABLE)
def test_a_million_of_each_kind_costs_what_the_facts_say(
    model, put, out, write_5m, write_1h, read
):
    kinds = {
        "input_tokens": put,
        "output_tokens": out,
        "cache_write_5m_tokens": write_5m,
        "cache_write_1h_tokens": write_1h,
        "cache_read_tokens": read,
    }
    for kind, price in kinds.items():
        if price is not None:
            cost = PRICES.cost(f"claude-{model}", Usage(**{kind: MILLION}), NOW)
            assert cost == Decimal(price), kind


def test_the_whole_prompt_decides_the_tier_cached_tokens_included():
    within = Usage(input_tokens=60_000, cache_read_tokens=40_000, output_tokens=1_000)
    above = Usage(input_tokens=60_001, cache_read_tokens=40_000, output_tokens=1_000)
    assert PRICES.cost("claude-haiku-5-5", within, NOW) == Decimal("0.0069")
    assert PRICES.cost("claude-haiku-5-5", above, NOW) == Decimal("0.0345005")


def test_a_batch_costs_half():
    usage = Usage.of({"input_tokens": MILLION, "service_tier": "batch"})
    assert PRICES.cost("claude-sonnet-4-6", usage, NOW) == Decimal("1.50")


def test_a_model_without_a_row_has_no_price():
    assert PRICES.cost("claude-opus-9", Usage(input_tokens=1), NOW) is None
    assert PRICES.cost("gpt-5", Usage(input_tokens=1), NOW) is None
    assert PRICES.family("claude-opus-9") == ""
    assert PRICES.family("claude-haiku-4-5-20251001") == "claude-haiku-4-5"


def test_writes_without_a_time_to_live_count_as_those_of_five_minutes():
    usage = Usage.of(
        {
            "input_tokens": 1,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_1h_input_tokens": 10},
        }
    )
    assert (usage.cache_write_5m_tokens, usage.cache_write_1h_tokens) == (20, 10)
    assert Usage.of({"input_tokens": "many", "output_tokens": None}) == Usage()


ROW = """
    input: 1
    output: 5
    cache_write_5m: 1.25
    cache_write_1h: 2
    cache_read: 0.10
"""


def written(tmp_path, text):
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    return path


def test_a_row_holds_from_its_date_on(tmp_path):
    dearer = ROW.replace("input: 1", "input: 3")
    text = (
        f"as_of: 2026-11-21\nmodels:\n  - models: [m]{ROW}  - models: [m]\n"
        f"    from: 2026-12-01{dearer}"
    )
    prices = Prices.load(written(tmp_path, text))
    used = Usage(input_tokens=MILLION)
    last_minute = dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)
    assert prices.cost("m", used, last_minute) == 1
    assert prices.cost("m", used, last_minute + dt.timedelta(minutes=1)) == 3
    # The date is one in UTC, wherever the time was told.
    east = dt.timezone(dt.timedelta(hours=5))
    assert prices.cost("m", used, dt.datetime(2026, 12, 1, 3, tzinfo=east)) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "is not YAML"),
        ("as_of: 2026-11-21\nmodels: []", "models: List should have at least 1 item"),
        (f"models:\n  - models: [m]{ROW}", "as_of: Field required"),
        (f"as_of: 2026-11-21\nmodels:\n  - models: [m]{ROW}    cost: 3\n", "models.0.cost"),
        (
            f"as_of: 2026-11-21\nmodels:\n  - models: [m]{ROW}".replace("1.25", "cheap"),
            "models.0.cache_write_5m: Input should be a valid decimal",
        ),
        (
            f"as_of: 2026-11-21\nmodels:\n  - models: [m]{ROW}".replace("1.25", "-1"),
            "models.0.cache_write_5m: Input should be greater than or equal to 0",
        ),
    ],
)
def test_a_file_that_says_no_prices_is_refused_with_its_place(tmp_path, text, says):
    with pytest.raises(PricesFault, match=says):
        Prices.load(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PricesFault, match="cannot be read: No such file"):
        Prices.load(tmp_path / "none.yaml")


def test_the_worst_case_is_never_below_what_a_call_costs():
    worst = PRICES.at_most(HELLO, NOW)
    used = Usage(input_tokens=300, output_tokens=256)  # a token a byte, and all that may come
    assert worst >= PRICES.cost(HELLO["model"], used, NOW)
    assert worst < Decimal("0.01")
    block = {"type": "text", "text": "é" * 500, "cache_control": {"type": "ephemeral"}}
    cached = HELLO | {"system": [block]}
    dearest = Usage(cache_write_1h_tokens=1_000, output_tokens=256)
    assert PRICES.at_most(cached, NOW) >= PRICES.cost(HELLO["model"], dearest, NOW)


def test_what_cannot_be_bounded_has_no_worst_case():
    assert PRICES.at_most(HELLO | {"model": "claude-opus-9"}, NOW) is None
    assert PRICES.at_most({k: v for k, v in HELLO.items() if k != "max_tokens"}, NOW) is None
    image = {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    asked = HELLO | {"messages": [{"role": "user", "content": [image]}]}
    assert PRICES.at_most(asked, NOW) is None
