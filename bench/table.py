"""The figures for people."""

from bench.sizes import CLIENTS
from bench.stage import BARE, SIGNED_IN

HEAD = f"""\
{"":<36}{"one client, ms":^24}{f"{CLIENTS} clients":>9}   {"to bare":^24}   \
{"to bare, signed in":^24}
{"":<36}{"p50":>8}{"p95":>8}{"CPU":>8}{"a second":>9}   {"p50":>6}{"p95":>6}{"CPU":>6}\
{"/s":>6}   {"p50":>6}{"p95":>6}{"CPU":>6}{"/s":>6}"""


def table(figures: list[dict]) -> str:
    requests = [_request(figure) for figure in figures if figure["kind"] == "requests"]
    ratios = [_ratio(figure) for figure in figures if figure["kind"] == "ratio"]
    runs = [_run(figure) for figure in figures if figure["kind"] in {"run", "memory"}]
    errors = [_error(figure) for figure in figures if figure["kind"] == "error"]
    counts = [_count(figure) for figure in figures if figure["kind"] == "count"]
    lives = [_live(figure) for figure in figures if figure["kind"] == "live"]
    parts = [[HEAD, *requests] if requests else [], ratios, runs, errors, lives, counts]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _request(figure: dict) -> str:
    line = f"{figure['name']:<36}{figure['p50_ms']:>8.2f}{figure['p95_ms']:>8.2f}"
    line += f"{figure['cpu_ms']:>8.2f}{figure['per_second']:>9,.0f}   "
    line += "   ".join(_times(figure["to"][floor]) for floor in (BARE, SIGNED_IN))
    if figure["failures"]:
        line += f"   {figure['failures']} FAILED of {figure['answers']}"
    return line


def _count(figure: dict) -> str:
    line = f"{figure['name']:<56}{figure['value']:>12,.1f} {figure['unit']}"
    return line + (f"   {figure['failures']} ERRED" if figure.get("failures") else "")


def _times(ratios: dict[str, float]) -> str:
    return "".join(f"{ratios[key]:>6.2f}" for key in ("p50", "p95", "cpu", "per_second"))


def _ratio(figure: dict) -> str:
    return f"{figure['name']:<36}{_times(figure)}   (p50, p95, CPU, a second)"


def _error(figure: dict) -> str:
    line = f"{figure['name']:<36}off by {figure['p50_ms']:.2f} ms at p50, "
    line += f"{figure['p95_ms']:.2f} at p95, {figure['most_ms']:.2f} at most"
    return f"{line} ({figure['samples']} samples)"


def _live(figure: dict) -> str:
    line = f"{figure['name']:<36}{figure['p50_ms']:>9.1f} ms p50{figure['p95_ms']:>9.1f} p95"
    line += f"{figure['most_ms']:>9.1f} at most"
    if to := figure["to"]:
        line += f"   to the floor: {to['p50']:.1f} p50, {to['p95']:.1f} p95"
    if figure["failures"]:
        line += f"   {figure['failures']} MISSED of {figure['samples']}"
    return line


def _run(figure: dict) -> str:
    if figure["kind"] == "memory":
        return f"{figure['name']:<56}{figure['mb']:>8.0f} MB"
    line = f"{figure['name']:<56}{figure['seconds']:>8.2f} s"
    if "cpu_seconds" in figure:
        line += f"   CPU {figure['cpu_seconds']:.2f} s"
    if "peak_mb" in figure:
        line += f", peak {figure['peak_mb']:.0f} MB"
    if to := figure.get("to"):
        line += f"   to alone: {to['seconds']:.2f}, CPU {to['cpu_seconds']:.2f},"
        line += f" peak {to['peak_mb']:.2f}"
    return line
