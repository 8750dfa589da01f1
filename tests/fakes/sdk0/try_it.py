"""Ask the double by the SDK before 1.0, and tell as JSON what came: one value for each question.

python try_it.py BASE_URL KEY KEY_WITHOUT_CREDIT
"""

import asyncio
import json
import sys

import anthropic

url, key, poor_key = sys.argv[1:]
ASK = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


async def asynchronously() -> str:
    client = anthropic.AsyncAnthropic(api_key=key, base_url=url)
    async with client, client.messages.stream(**ASK, temperature=0.5) as stream:
        return "".join([text async for text in stream.text_stream])


def refused(call) -> str:
    try:
        call()
    except anthropic.APIStatusError as error:
        return f"{type(error).__name__} {error.status_code} {error.message}"
    return "not refused"


def main() -> None:
    client = anthropic.Anthropic(api_key=key, base_url=url)
    poor = anthropic.Anthropic(api_key=poor_key, base_url=url)
    with client.messages.stream(**ASK) as stream:
        streamed = "".join(stream.text_stream)
    told = {
        "version": anthropic.__version__,
        "plain": client.messages.create(**ASK, temperature=1.0).content[0].text,
        "streamed": streamed,
        "asynchronous": asyncio.run(asynchronously()),
        "models": [model.id for model in client.models.list(limit=4)],
        "tokens": client.messages.count_tokens(
            model=ASK["model"], messages=ASK["messages"]
        ).input_tokens,
        "unknown_model": refused(lambda: client.messages.create(**(ASK | {"model": "gpt"}))),
        "no_credit": refused(lambda: poor.messages.create(**ASK)),
    }
    json.dump(told, sys.stdout)


main()
