"""The official SDK, unmodified, against the double: that is what proves the double."""

import itertools

import anthropic
import pytest

from tests.audits.simulator.conftest import ASK, HELLO, MODEL
from tests.loops import run


def test_a_message_is_answered_with_its_usage(client):
    message = client.messages.create(**ASK)
    assert message.content[0].text.startswith("This answer")
    assert message.stop_reason == "end_turn"
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO)
    assert message.usage.input_tokens == counted.input_tokens


def test_a_stream_says_the_same_as_a_message(client):
    with client.messages.stream(**ASK) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == client.messages.create(**ASK).content[0].text
    assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", 12)


def test_a_raw_stream_comes_in_the_order_of_the_api(client):
    kinds = [event.type for event in client.messages.create(**ASK, stream=True)]
    known = [kind for kind in kinds if kind not in ("ping", "something_new")]
    assert [kind for kind, _ in itertools.groupby(known)] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_thinking_comes_before_the_text(fake, client):
    fake.says(thinks=True)
    with client.messages.stream(**ASK) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].signature


def test_models_are_listed_over_pages(fake, client):
    listed = [model.id for model in client.models.list(limit=3)]
    assert listed == [model.id for model in fake.world.models]
    assert len(fake.came("/v1/models")) > 1


def test_an_alias_leads_to_its_model(client):
    assert client.models.retrieve("claude-haiku-4-5").id == "claude-haiku-4-5-20251001"


def test_a_model_tells_how_long_it_lives(client):
    model = client.models.retrieve("claude-sonnet-4-5-20250929")
    assert model.lifecycle == "deprecated"
    assert model.retires_at > model.deprecated_at


def test_the_key_comes_as_a_bearer_token_with_the_new_version(fake, client):
    client.models.list()
    [seen] = fake.requests
    assert seen.header("authorization").startswith("Bearer sk-ant-api03-")
    assert seen.header("anthropic-version") == "2026-10-21"


def test_the_new_version_takes_no_temperature(client):
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        client.messages.create(**ASK, extra_body={"temperature": 1.0})


def test_asynchronous_calls_get_the_same_answers(fake):
    async def ask():
        async with anthropic.AsyncAnthropic(api_key=fake.key(), base_url=fake.api_url) as client:
            message = await client.messages.create(**ASK)
            async with client.messages.stream(**ASK) as stream:
                streamed = "".join([text async for text in stream.text_stream])
            fake.plan("overloaded", headers={"retry-after-ms": "10"})
            again = await client.messages.create(**ASK)
            return message.content[0].text, streamed, again.content[0].text

    assert len(set(run(ask()))) == 1
    assert [seen.status for seen in fake.requests] == [200, 200, 529, 200]


def test_an_asynchronous_error_in_mid_stream_is_told(fake):
    async def ask():
        client = anthropic.AsyncAnthropic(api_key=fake.key(), base_url=fake.api_url)
        async with client, client.messages.stream(**ASK) as stream:
            return [text async for text in stream.text_stream]

    fake.plan("stream-error")
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        run(ask())
