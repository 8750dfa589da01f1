"""Starting an audit: the form posted, and answered with the way to the new audit."""

from bench.compare import Party
from bench.forms import fields
from bench.measures.pages import Page
from bench.stage import Stage


def measure(stage: Stage) -> None:
    product, found = stage.large
    chosen = {"project": found["project"], "title": "Launch", "editions": found["edition"]}

    def steps(clients: int) -> list[list[dict]]:
        page = f"/audits/new/?project={found['project']}"
        tokens = [fields(product.page(page, n))["csrfmiddlewaretoken"] for n in range(clients)]
        return [
            [{"path": "/audits/new/", "form": chosen | {"csrfmiddlewaretoken": token}}]
            for token in tokens
        ]

    name = f"starting an audit, {stage.sizes.items:,} items"
    stage.compare("update", Party(name, Page(product), expected=302, refresh=steps))
