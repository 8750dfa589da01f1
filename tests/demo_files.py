"""What loading the demo leaves in a data folder."""

import json
from pathlib import Path


def credentials(data_dir: Path) -> dict:
    return json.loads((data_dir / "demo-credentials.json").read_text())


def stored(data_dir: Path) -> list[Path]:
    return [path for path in (data_dir / "uploads").rglob("*") if path.is_file()]
