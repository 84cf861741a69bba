"""Whether the floor made the same tables as the refresh: what differs, one line each as JSON.

python -m tests.bench.differences HOME OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home.settings import Settings
from orchestration.publication.release import FILE
from tests.content import content


def differences(release: dict[str, dict[str, Any]], floor: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables that are not in both or do not hold the same, with their rows in each; None for a table that is not there."""
    return [
        {"table": name, "rows_release": release.get(name, {}).get("rows"), "rows_floor": floor.get(name, {}).get("rows")}
        for name in sorted(release.keys() | floor.keys())
        if release.get(name) != floor.get(name)
    ]


def published(file: Path) -> dict[str, dict[str, Any]]:
    """Rows and content of each table of figures and marts."""
    with duckdb.connect(str(file), read_only=True) as con:
        return content(con, "sna", "marts")


if __name__ == "__main__":
    home, out = (Path(argument).resolve() for argument in sys.argv[1:3])
    print(json.dumps(differences(published(Settings(home, home).published / FILE), published(out / FILE))))
