"""What a browser would send of a page's forms if nobody typed anything."""

from html.parser import HTMLParser

IGNORED = {"csrfmiddlewaretoken", "theme", "next"}


class Filled(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area = self.select = ""

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name") or ""
        if name in IGNORED:
            return
        if tag == "input" and name and found.get("type") not in ("file", "submit"):
            self.values[name] = found.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            chosen = "selected" in found
            if chosen or self.select not in self.values:
                self.values[self.select] = found.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            text = self.values[self.area].removeprefix("\r").removeprefix("\n")
            self.values[self.area] = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data


def filled(response) -> dict[str, str]:
    """The values by their names; of two controls of one name, those of the later."""
    parser = Filled()
    parser.feed(response.content.decode())
    return parser.values
