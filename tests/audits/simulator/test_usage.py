"""What a call uses: caches by their TTL and the model's minimum, and limits that refill."""

import datetime as dt

import pytest

MARKED = {"type": "ephemeral"}
LONG = "word " * 1_000  # 1,250 tokens


@pytest.fixture(autouse=True)
def stands_still(fake):
    """A bucket refills within the sixty milliseconds that a busy machine takes for a call."""
    now = fake.world.clock()
    fake.world.clock = lambda: now


def system(text: str = LONG, ttl: str = "5m") -> list[dict]:
    return [{"type": "text", "text": text, "cache_control": MARKED | {"ttl": ttl}}]


def usage(answer) -> tuple[int, int, int]:
    """Fresh, written and read tokens."""
    told = answer.json()["usage"]
    return (
        told["input_tokens"],
        told["cache_creation_input_tokens"],
        told["cache_read_input_tokens"],
    )


def test_a_prefix_is_written_once_and_read_from_then_on(api):
    rungs = api()
    first, second = (rungs.message(system=system()) for _ in range(2))
    fresh, written, read = usage(first)
    assert (written, read) == (1_250, 0)
    assert usage(second) == (fresh, 0, 1_250)


@pytest.mark.parametrize(("ttl", "seconds"), [("5m", 300), ("1h", 3_600)])
def test_a_cache_lives_as_long_as_its_ttl(fake, api, ttl, seconds):
    rungs = api()
    rungs.message(system=system(ttl=ttl))
    fake.advance(seconds - 5)
    assert usage(rungs.message(system=system(ttl=ttl)))[2] == 1_250
    fake.advance(seconds + 5)
    assert usage(rungs.message(system=system(ttl=ttl)))[1:] == (1_250, 0)


def test_what_is_written_is_told_by_ttl(api):
    hour = api().message(system=system(ttl="1h")).json()["usage"]["cache_creation"]
    assert hour == {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1_250}


@pytest.mark.parametrize(
    ("model", "minimum"),
    [
        ("claude-haiku-5-5", 512),
        ("claude-sonnet-4-6", 1_024),
        ("claude-opus-4-7", 2_048),
        ("claude-haiku-4-5-20251001", 4_096),
    ],
)
def test_a_prompt_below_the_models_minimum_goes_uncached(api, model, minimum):
    rungs = api()
    below = rungs.message(model=model, system=system("x" * 4 * (minimum - 1)))
    enough = rungs.message(model=model, system=system("x" * 4 * minimum))
    assert usage(below)[1:] == (0, 0)
    assert usage(enough)[1:] == (minimum, 0)


def test_one_character_makes_another_prefix(api):
    rungs = api()
    rungs.message(system=system())
    assert usage(rungs.message(system=system(f"!{LONG}")))[2] == 0


def test_a_longer_prefix_reads_the_shorter_one(api):
    rungs = api()
    rungs.message(system=system())
    more = rungs.message(system=[*system(), *system("more " * 400)])
    assert usage(more)[1:] == (500, 1_250)


def test_five_markers_are_refused(api):
    answer = api().message(system=[block for _ in range(5) for block in system()])
    assert "maximum of 4 blocks" in answer.json()["error"]["message"]


def test_total_input_is_what_count_tokens_says(api):
    rungs = api()
    counted = rungs.count(system=system()).json()["input_tokens"]
    assert sum(usage(rungs.message(system=system()))) == counted


def headroom(answer, name: str) -> int:
    return int(answer.headers[f"anthropic-ratelimit-{name}-remaining"])


def test_limits_are_told_and_sink_with_each_call(fake, api):
    fake.limit(requests=10, input_tokens=10_000, output_tokens=1_000)
    rungs = api()
    first, second = rungs.message(), rungs.message()
    assert (headroom(first, "requests"), headroom(second, "requests")) == (9, 8)
    assert headroom(second, "output-tokens") == 1_000 - 2 * 12
    assert headroom(second, "tokens") == headroom(second, "output-tokens")
    reset = dt.datetime.fromisoformat(first.headers["anthropic-ratelimit-requests-reset"])
    assert reset.tzinfo


def test_over_the_limit_is_429_until_the_bucket_has_refilled(fake, api):
    fake.limit(requests=2)
    rungs = api()
    assert [rungs.message().status_code for _ in range(3)] == [200, 200, 429]
    refused = rungs.message()
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert refused.headers["x-should-retry"] == "true"
    fake.advance(31)
    assert rungs.message().status_code == 200


def test_cache_reads_do_not_count_towards_the_input_limit(fake, api):
    fake.limit(input_tokens=10_000)
    rungs = api()
    before = headroom(rungs.message(system=system()), "input-tokens")
    after = headroom(rungs.message(system=system()), "input-tokens")
    assert before - after < 50


def test_counting_tokens_has_a_limit_of_its_own(fake, api):
    fake.limit(requests=1)
    rungs = api()
    rungs.message()
    assert rungs.message().status_code == 429
    assert rungs.count().status_code == 200


def test_an_organization_may_tell_nothing_of_its_limits(fake, api):
    fake.limit(told=False)
    assert not [name for name in api().message().headers if "ratelimit" in name]
