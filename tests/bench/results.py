"""What a benchmark has measured, saved after each repetition, so that what comes later cannot lose it.

<folder>/<date and time>/results.json     one run
<folder>/latest.json                      the same of the newest run
<folder>/latest.md                        the same as tables of Markdown (`page`)
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.bench import page

MEASURES = ("wall_s", "cpu_s", "peak_mib")
# Of the fixed computation that says how noisy the machine is.
NOISE = "noise"
# Name of a ratio: keys of the rows above and below the stroke.
RATIOS = {"a_floor": ("a", "d"), "a_dbt": ("a", "e"), "b_a": ("b", "a"), "c_imports": ("c", "imports")}


@dataclass(frozen=True)
class Target:
    """What a row should cost at most, or how many times as much as another it should cost at least.

    Attributes:
        key: of the row that is judged.
        measure: one of `MEASURES`.
        limit: times the same measure of the row `of`; without `of` in the unit of the measure.
        at_scale_1: whether it is of the county; of larger scales if not, of both if None.
        is_least: whether less than the limit misses the target.
    """

    key: str
    limit: float
    of: str | None = None
    measure: str = "cpu_s"
    at_scale_1: bool | None = None
    is_least: bool = False

    def judged(self, medians: Mapping[str, Mapping[str, float]], scale: int) -> dict[str, Any] | None:
        """Target, value and verdict; None where it does not apply or something was not measured.

        Args:
            medians: by key and measure, of the rows of the scale.
        """
        if self.at_scale_1 not in (None, scale == 1) or self.key not in medians or (self.of and self.of not in medians):
            return None
        value = medians[self.key][self.measure] / (medians[self.of][self.measure] if self.of else 1)
        held = value >= self.limit if self.is_least else value <= self.limit
        by = (value / self.limit - 1) * 100
        unit = f"× {self.of}" if self.of else UNITS[self.measure]
        least = "at least " if self.is_least else ""
        return {
            "target": f"{least}{self.limit:g} {unit}",
            "value": value,
            "held": held,
            "verdict": f"{'held' if held else 'missed'}: {value:.2f} {unit} ({by:+.0f}%)",
        }


UNITS = {"wall_s": "s", "cpu_s": "CPU s", "peak_mib": "MiB"}
TARGETS = (
    Target("a", 1.5, "d", at_scale_1=True),
    Target("b", 12, at_scale_1=True),
    Target("c", 1.5, "imports", at_scale_1=True),
    Target("u", 10, at_scale_1=True),
    Target("late", 1.5, "b"),
    Target("a", 1.4, "d", at_scale_1=False),
    Target("b", 0.1, "a", at_scale_1=False),
    Target("a", 4096, measure="peak_mib", at_scale_1=False),
    Target("b", 4096, measure="peak_mib", at_scale_1=False),
    Target("p", 5, "l", at_scale_1=False, is_least=True),
)


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
        saved: dict[str, Any] = {"scale": self.scale, "key": self.key, "name": self.name, "times": len(self.costs)}
        for measure in MEASURES if self.costs else ():
            values = self.of(measure)
            saved[measure] = {"min": min(values), "median": statistics.median(values), "max": max(values)}
        if len(self.costs) > 1:
            saved["spread_percent"] = {measure: spread(self.of(measure)) for measure in MEASURES[:2]}
        return {
            **saved,
            **({"did": self.did} if self.did else {}),
            "load_before": self.load_before,
            "load_after": self.load_after,
            "error": self.error,
        }


def spread(values: list[float]) -> float:
    """By how many per cent of the median the largest value exceeds the smallest."""
    return 100 * (max(values) - min(values)) / statistics.median(values)


def medians(rows: Iterable[Row], scale: int) -> dict[str, dict[str, float]]:
    """Each measure of the rows of one scale that were measured: the median, of memory the largest."""
    measured = [row for row in rows if row.scale == scale and row.costs and row.error is None]
    return {
        row.key: {**{m: statistics.median(row.of(m)) for m in MEASURES[:2]}, "peak_mib": max(row.of("peak_mib"))}
        for row in measured
    }


def ratios(rows: Iterable[Row], scale: int, measure: str) -> dict[str, float]:
    """The ratios of medians at one scale, as far as both rows were measured."""
    found = medians(rows, scale)
    return {
        name: found[above][measure] / found[below][measure]
        for name, (above, below) in RATIOS.items()
        if above in found and below in found
    }


def targets(rows: Sequence[Row], scale: int) -> list[dict[str, Any]]:
    """The targets of one scale, each with the key of its row, its value and a verdict."""
    found = medians(rows, scale)
    judged = [(target.key, target.judged(found, scale)) for target in TARGETS]
    return [{"scale": scale, "key": key, **one} for key, one in judged if one is not None]


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
        (self.folder.parent / "latest.md").write_text(page.text(self.as_json()))

    def as_json(self) -> dict[str, Any]:
        by_scale = {
            scale: {"cpu": ratios(self.rows, scale, "cpu_s"), "wall": ratios(self.rows, scale, "wall_s")}
            for scale in dict.fromkeys(row.scale for row in self.rows)
        }
        saved = {
            **self.about,
            "load": {"before": self.load_before, "after": os.getloadavg()},
            "rows": [row.as_json() for row in self.rows],
            "ratios_by_scale": by_scale,
            "targets": [one for scale in by_scale for one in targets(self.rows, scale)],
            "noise_percent": {str(row.scale): spread(row.of("cpu_s")) for row in self.rows if row.key == NOISE and row.costs},
        }
        if 1 in by_scale:
            saved["ratios"] = by_scale[1]["cpu"]
        for row in self.rows:
            if (row.scale, row.key, row.error) == (1, "b", None) and row.costs:
                saved["b_cpu_s"] = statistics.median(row.of("cpu_s"))
        if self.differences is not None:
            saved["floor_differences"] = self.differences
        return saved


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
