"""PyYAML's own parser, for a PyYAML that was built without libyaml."""

from yaml import parser, reader, scanner


class SlowParser(reader.Reader, scanner.Scanner, parser.Parser):
    def __init__(self, stream: str) -> None:
        reader.Reader.__init__(self, stream)
        scanner.Scanner.__init__(self)
        parser.Parser.__init__(self)
