"""What a test wants to know of a page, without a browser."""

from html.parser import HTMLParser
from typing import Any

# For `client.get(url, headers=HTMX)`.
HTMX = {"HX-Request": "true"}


class Page(HTMLParser):
    """The tags of a response, in order, and its text."""

    def __init__(self, response):
        super().__init__()
        self.response = response
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(response.content.decode())
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        is_data = values.get("type") == "application/json"
        if tag == "style" or (tag == "script" and not values.get("src") and not is_data):
            self.faults.append(f"<{tag}> in line {self.getpos()[0]}")
        for name, value in attributes:
            if name == "style" or name.startswith(("on", "hx-on")) or _is_script(value):
                self.faults.append(f"{name}={value!r} of <{tag}> in line {self.getpos()[0]}")

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag: str, **wanted) -> list[dict[str, Any]]:
        """The attributes of each such tag that has the wanted ones."""
        return [
            values
            for name, values in self.tags
            if name == tag and all(values.get(key) == value for key, value in wanted.items())
        ]

    def ids(self) -> list[str]:
        return [values["id"] for _, values in self.tags if "id" in values]

    def links(self) -> list[str]:
        return [values["href"] for values in self.all("a") if "href" in values]

    def value(self, name: str, prefix: str = "") -> str | None:
        """Of the first input of that name whose form goes to an address with that end."""
        inside = not prefix
        for tag, values in self.tags:
            if tag == "form":
                inside = values.get("action", "").endswith(prefix)
            if inside and tag == "input" and values.get("name") == name:
                return values.get("value")
        return None


def _is_script(value: str | None) -> bool:
    return (value or "").strip().lower().startswith(("javascript:", "vbscript:"))
