"""The native libraries that the PDF renderer loads, and the Debian packages that hold them.

    python -m audits.serving.libraries

prints the packages that are missing, and fails when there are any.
"""

import ctypes
import sys

PACKAGES = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}


def missing_packages() -> list[str]:
    """The Debian packages whose library cannot be loaded here."""
    missing = []
    for library, package in PACKAGES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


if __name__ == "__main__":
    missing = missing_packages()
    sys.stdout.write(" ".join(missing) + "\n")
    sys.exit(bool(missing))
