"""Names from others' data that may be shown: known ones alone, as anything may stand there."""

import re

_MODEL = re.compile(
    r"claude-(?:\d{1,2}-){0,2}(?:opus|sonnet|haiku|instant)(?:-\d{1,2}){0,2}"
    r"(?:-(?:20\d{6}|latest|fast))?"
)
OTHER = "another model"


def shown_model(text: str) -> str:
    """The model's id, without what Bedrock and Vertex put around it; OTHER for what is none of
    Claude's."""
    found = re.fullmatch(
        r"(?:[a-z]{2,6}\.)?(?:anthropic[./])?(.*?)(?:@20\d{6}|-v\d(?::\d)?)?", text
    )
    name = found[1] if found else ""
    return name if _MODEL.fullmatch(name) else OTHER


def is_small(model: str) -> bool:
    """Of the cheapest line."""
    return "haiku" in model
