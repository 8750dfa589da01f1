"""What measures share, made when the first of them asks for it and ended with the run."""

import json
from contextlib import ExitStack
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from bench.compare import Client, Party, figures, in_turns, ratios
from bench.floor.server import Floor
from bench.ground import Ground
from bench.product import Product
from bench.sizes import Sizes

BARE = "bare"
SIGNED_IN = "bare, signed in"


class Stage:
    """Servers on one database, and the figures taken there. Use as a context."""

    def __init__(self, folder: Path, database: str, server: str, sizes: Sizes) -> None:
        self.folder, self.database, self.server, self.sizes = folder, database, server, sizes
        self.open = ExitStack()
        self.figures: list[dict] = []
        self.locked = 0  # how often the servers' logs tell of a locked database
        self.products: list[Product] = []

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def empty_ground(self, name: str) -> Ground:
        return self.open.enter_context(Ground(self.folder, name, self.server))

    @cached_property
    def migrated(self) -> Ground:
        """What other grounds are copied from: making the tables takes longer than filling them."""
        ground = self.empty_ground("migrated")
        ground.run("-m", "bench.with_django", "bench.prepare")
        return ground

    def ground(self, name: str) -> Ground:
        return self.open.enter_context(Ground(self.folder, name, self.server, self.migrated))

    def seeded(self, kind: str, name: str = "") -> tuple[Ground, dict]:
        ground = self.ground(name or kind)
        return ground, ground.ask("bench.seed", kind, json.dumps(asdict(self.sizes)))

    def serve(self, ground: Ground, **environment: str) -> Product:
        product = Product(ground, **environment)
        self.products.append(product)
        self.open.callback(self.stop, product)
        return product

    def stop(self, product: Product) -> None:
        """End it, now or with the stage, once."""
        if product in self.products:
            self.products.remove(product)
            product.process.stop()
            self.locked += product.text.count("database is locked")

    @cached_property
    def client(self) -> Client:
        client = Client()
        self.open.callback(client.stop)
        return client

    @cached_property
    def bare(self) -> Floor:
        return self._floor("bare")

    @cached_property
    def signed_in(self) -> Floor:
        return self._floor("signed-in")

    @cached_property
    def small(self) -> tuple[Product, dict]:
        return self._signed_in_to("small")

    @cached_property
    def large(self) -> tuple[Product, dict]:
        return self._signed_in_to("large")

    def _floor(self, kind: str) -> Floor:
        floor = Floor(self.empty_ground(kind), kind)
        self.open.callback(floor.process.stop)
        return floor

    def _signed_in_to(self, kind: str) -> tuple[Product, dict]:
        ground, found = self.seeded(kind)
        product = self.serve(ground, DEMO="0")
        product.sign_in(found["people"], found["password"])
        return product, found

    def floors(self, name: str) -> list[Party]:
        """Both floors as parties; `name` is `update` or `rows`."""
        return [
            Party(f"floor: {name}, {kind}", floor, [getattr(floor, name)])
            for kind, floor in ((BARE, self.bare), (SIGNED_IN, self.signed_in))
        ]

    def compare(self, floor: str, *parties: Party, at_least: int = 5) -> None:
        """Measure the parties against both floors, and add a figure for each."""
        for product in self.products:
            # A worker that starts takes a core for seconds.
            product.wait_for_worker()
        floors = self.floors(floor)
        in_turns(self.client, [*floors, *parties], self.sizes, at_least)
        for party in (*floors, *parties):
            to = {BARE: ratios(party, floors[0]), SIGNED_IN: ratios(party, floors[1])}
            self.add(party.name, kind="requests", floor=floor, **figures(party), to=to)

    def add(self, name: str, **figure) -> None:
        """A figure; of the floors' many the first, which stands for the others too."""
        known = {figure["name"] for figure in self.figures}
        if not (name.startswith("floor:") and name in known):
            self.figures.append({"name": name, "database": self.database, **figure})
