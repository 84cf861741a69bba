"""What a benchmark has measured, saved after each repetition, so that what comes later cannot lose it.

<folder>/<date and time>/results.json     one run
<folder>/latest.json                      the same of the newest run
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

MEASURES = ("wall_s", "cpu_s", "peak_mib")
# Name of a ratio: keys of the rows above and below the stroke.
RATIOS = {"a_floor": ("a", "d"), "a_dbt": ("a", "e"), "b_a": ("b", "a"), "c_imports": ("c", "imports")}


@dataclass
class Row:
    """One way of doing the work at one scale.

    Attributes:
        costs: of each repetition, by the names in `MEASURES`.
        did: what the command said that it did, in numbers.
        error: why it failed; then its figures count for no ratio.
    """

    scale: int
    key: str
    name: str
    costs: list[dict[str, float]] = field(default_factory=list)
    did: dict[str, int] = field(default_factory=dict)
    load_before: float = 0.0
    load_after: float = 0.0
    error: str | None = None

    def of(self, measure: str) -> list[float]:
        """One measure of all repetitions."""
        return [cost[measure] for cost in self.costs]

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"scale": self.scale, "key": self.key, "name": self.name, "times": len(self.costs)}
        for measure in MEASURES if self.costs else ():
            values = self.of(measure)
            told[measure] = {"min": min(values), "median": statistics.median(values), "max": max(values)}
        return {
            **told,
            **({"did": self.did} if self.did else {}),
            "load_before": self.load_before,
            "load_after": self.load_after,
            "error": self.error,
        }


def ratios(rows: Iterable[Row], scale: int, measure: str) -> dict[str, float]:
    """The ratios of medians at one scale, as far as both rows were measured."""
    medians = {
        row.key: statistics.median(row.of(measure)) for row in rows if row.scale == scale and row.costs and row.error is None
    }
    return {
        name: medians[above] / medians[below] for name, (above, below) in RATIOS.items() if above in medians and below in medians
    }


class Results:
    """The rows of one run, and the files that hold them.

    Args:
        root: where the folders of all runs are.
        about: what else the file is to say of the run, such as the commit.

    Attributes:
        folder: of this run.
        differences: tables that the floor made otherwise than the refresh, once they have been compared.
    """

    def __init__(self, root: Path, about: Mapping[str, Any]) -> None:
        now = datetime.now(UTC)
        self.folder = root / now.strftime("%Y%m%dT%H%M%S%fZ")
        self.folder.mkdir(parents=True)
        self.about = {"date": now.isoformat(timespec="seconds"), **about, "machine": machine()}
        self.load_before = os.getloadavg()
        self.rows: list[Row] = []
        self.differences: list[dict[str, Any]] | None = None

    def save(self) -> None:
        """Write all that is known, each file in one step."""
        content = json.dumps(self.as_json(), indent=1) + "\n"
        for path in (self.folder / "results.json", self.folder.parent / "latest.json"):
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            fresh.write_text(content)
            fresh.replace(path)

    def as_json(self) -> dict[str, Any]:
        by_scale = {
            scale: {"cpu": ratios(self.rows, scale, "cpu_s"), "wall": ratios(self.rows, scale, "wall_s")}
            for scale in dict.fromkeys(row.scale for row in self.rows)
        }
        told = {
            **self.about,
            "load": {"before": self.load_before, "after": os.getloadavg()},
            "rows": [row.as_json() for row in self.rows],
            "ratios_by_scale": by_scale,
        }
        if 1 in by_scale:
            told["ratios"] = by_scale[1]["cpu"]
        for row in self.rows:
            if (row.scale, row.key, row.error) == (1, "b", None) and row.costs:
                told["b_cpu_s"] = statistics.median(row.of("cpu_s"))
        if self.differences is not None:
            told["floor_differences"] = self.differences
        return told


def machine() -> dict[str, Any]:
    """What the figures depend on besides the code."""
    return {
        "cores": os.cpu_count(),
        "cpu": _processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "system": f"{sys.platform} {platform.release()}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
