"""A tick as the page sends it, in a fresh installation and beside a thousand audits."""

from functools import partial

from bench.compare import Party, ratios
from bench.forms import forms
from bench.product import Product
from bench.sizes import CLIENTS
from bench.stage import Stage


def measure(stage: Stage) -> None:
    small = party("tick, one audit", *stage.small)
    large = party(f"tick, {stage.sizes.audits:,} audits", *stage.large)
    stage.compare("update", small, large)
    stage.add(f"{large.name}, to one", kind="ratio", **ratios(large, small))


def party(name: str, product: Product, found: dict) -> Party:
    return Party(name, product, refresh=partial(rows, product, found["audit"]))


def rows(product: Product, audit: str, clients: int) -> list[list[dict]]:
    """The tick forms of the page as it is now; eight people have rows of their own."""
    if clients == 1:
        return [forms(product.page(audit), "/state/")]
    pages = [forms(product.page(audit, person), "/state/") for person in range(CLIENTS)]
    return [page[person::CLIENTS] for person, page in enumerate(pages)]
