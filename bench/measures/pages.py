"""The pages of a day: an audit, one item of it, home, and a search."""

from bench.compare import Party
from bench.stage import Stage

SEARCHES = ("rate limit", "retry-after", "cost", "prompt caching", "secret manager", "idempotent")


def measure(stage: Stage) -> None:
    small, one = stage.small
    large, found = stage.large
    sizes = stage.sizes
    search = [f"/checklists/search/?q={words.replace(' ', '+')}" for words in SEARCHES]
    asked = {
        "audit page, 56 items": (small, [one["audit"]]),
        f"audit page, {sizes.items:,} items": (large, [found["long_audit"]]),
        "opening one item": (large, [found["answer"]]),
        f"home, {sizes.audits:,} audits": (large, ["/"]),
        f"search, {sizes.catalogue:,} items": (large, search),
    }
    for name, (product, paths) in asked.items():
        steps = [{"path": path} for path in paths]
        whole = "page" in name or "home" in name
        stage.compare("rows", Party(name, Page(product) if whole else product, [steps]))


class Page:
    """The product asked for whole pages: without the headers of htmx."""

    def __init__(self, product) -> None:
        self.process, self.port, self.cookies = product.process, product.port, product.cookies
        self.headers: list[str] = []
