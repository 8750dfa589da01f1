"""POST /v1/messages, plain and streamed, and its count_tokens."""

import json
from typing import Any

from audits.simulator import streaming
from audits.simulator.catalogue import RETIRED, Model
from audits.simulator.exchange import Exchange
from audits.simulator.faults import Fault
from audits.simulator.problems import bad_request, problem
from audits.simulator.tokens import Usage, of_prompt
from audits.simulator.world import ApiKey, Used, World

# Which 2026-10-21 takes no more, not even at their default values.
DROPPED = ("temperature", "top_p", "top_k")
NEW = "2026-10-21"


async def count(world: World, exchange: Exchange) -> None:
    """What it would be; free, with a limit of its own."""
    body = _body_of(exchange)
    _model_of(world, body)
    _check_messages(body)
    world.count_limits.admit(0, world.now())
    await exchange.json(
        200, {"input_tokens": of_prompt(body)}, world.count_limits.headers(world.now())
    )


async def create(world: World, exchange: Exchange, key: ApiKey, fault: Fault | None) -> None:
    body = _body_of(exchange)
    model = _model_of(world, body)
    _check(exchange, body, model)
    now = world.now()
    scope = key.workspace_id or "default"
    usage = world.cache.account(scope, model.id, model.minimum, body, now)
    world.limits.admit(usage.limited_input, now)
    usage.output = min(world.speech.output_tokens, body["max_tokens"])
    world.limits.output.take(usage.output)
    if world.keeps_usage:
        world.used.append(Used(world.today(), model.id, usage, key.id, key.workspace_id))
    headers = world.limits.headers(now)
    if body.get("stream"):
        await streaming.stream(world, exchange, model.id, body, usage, headers, fault)
        return
    await exchange.hang(world.pace(model.id).plain_ms / 1000)
    await exchange.json(200, _message(world, exchange, model.id, body, usage), headers)


def _message(
    world: World, exchange: Exchange, model: str, body: dict[str, Any], usage: Usage
) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": world.speech.text}]
    if world.speech.thinks:
        content.insert(0, {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"})
    return streaming.envelope(exchange, model) | {
        "content": content,
        "stop_reason": streaming.stop_reason(world, body),
        "usage": usage.as_json(),
    }


def _body_of(exchange: Exchange) -> dict[str, Any]:
    try:
        body = json.loads(exchange.seen.body)
    except ValueError:
        raise bad_request("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("The request body must be an object.")
    return body


def _model_of(world: World, body: dict[str, Any]) -> Model:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise bad_request("model: Field required")
    model = world.model(name)
    if not model or model.lifecycle == RETIRED:
        raise problem("model-unknown", model=name)
    return model


def _check_messages(body: dict[str, Any]) -> None:
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise bad_request("messages: Field required")
    if not messages:
        raise bad_request("messages: at least one message is required")
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
            raise bad_request(f"messages.{place}.role: Input should be 'user' or 'assistant'")
        content = message.get("content")
        if not content or not isinstance(content, str | list):
            raise bad_request(f"messages.{place}.content: Field required")


def _check(exchange: Exchange, body: dict[str, Any], model: Model) -> None:
    most = body.get("max_tokens")
    if most is None:
        raise bad_request("max_tokens: Field required")
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise bad_request("max_tokens: Input should be greater than or equal to 1")
    if most > model.max_tokens:
        raise bad_request(
            f"max_tokens: {most} > {model.max_tokens}, which is the maximum allowed number "
            f"of output tokens for {model.id}"
        )
    _check_messages(body)
    if exchange.seen.header("anthropic-version") == NEW:
        for name in DROPPED:
            if name in body:
                raise bad_request(f"{name}: Extra inputs are not permitted")
    if of_prompt(body) > model.max_input_tokens:
        raise bad_request(
            f"prompt is too long: {of_prompt(body)} tokens > {model.max_input_tokens} maximum"
        )
