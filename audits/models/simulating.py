"""Where the bundled simulator answers, for addresses that are written `simulator:…`."""

from django.conf import settings

PREFIX = "simulator:"


def address(text: str) -> str:
    """`simulator:claude`, `simulator:status` or `simulator:app/health` as addresses of the one
    that runs; any other as it is. LookupError when none runs."""
    if not text.startswith(PREFIX):
        return text
    if not settings.SIMULATOR_ENDPOINT:
        raise LookupError("The bundled simulator does not run here. Start with SIMULATOR=1.")
    host, port = settings.SIMULATOR_ENDPOINT
    return f"http://{host}:{port}/{text.removeprefix(PREFIX)}"


def endpoints() -> list[tuple[str, int]]:
    """What the door lets through for it."""
    return [settings.SIMULATOR_ENDPOINT] if settings.SIMULATOR_ENDPOINT else []
