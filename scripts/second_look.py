"""second_look.py CACHE: which files pytest is to run again after a failed run, by its cache there.

Prints the tests that failed; ends with 1, and prints nothing, where luck would prove nothing.
"""

import json
import sys
from pathlib import Path

# More than that is no chance.
MOST = 3
RACES = ("races", "racing import", "Barrier(")


def main(cache: str) -> None:
    path = Path(cache, "v/cache/lastfailed")
    names = list(json.loads(path.read_text())) if path.exists() else []
    files = {name.partition("::")[0] for name in names if "::" in name}
    if not 0 < len(names) <= MOST or any(map(_is_of_races, files)) or not files:
        sys.exit(1)
    # All of their files: what fails for what its neighbours leave behind fails again.
    path.write_text(json.dumps(dict.fromkeys(files, True)))
    sys.stdout.write("\n".join(names))


def _is_of_races(file: str) -> bool:
    return any(mark in file + Path(file).read_text() for mark in RACES)


if __name__ == "__main__":
    main(sys.argv[1])
