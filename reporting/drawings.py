"""The pictures of charts in the folder of a report: one that is drawn from the same as in the former report is copied from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import vl_convert

from reporting import charts
from reporting.blocks import Chart

FOLDER = "charts"
# Chart id → what its picture was drawn from, as a hash.
DRAWN = "drawn.json"
SCALE = 1.5


class Drawings:
    """The pictures of the charts of one report.

    Attributes:
        folder: of the site.
        former: of the report made before, from which what has not changed is copied; None where there is none.
        reused: how many pictures were copied.
    """

    def __init__(self, folder: Path, former: Path | None = None) -> None:
        self.folder, self.former = folder / FOLDER, former / FOLDER if former else None
        self.reused = 0
        known = self.former / DRAWN if self.former else None
        self._known: dict[str, str] = json.loads(known.read_text("utf-8")) if known and known.exists() else {}
        self._drawn: dict[str, str] = {}

    def draw(self, every: Iterable[Chart]) -> None:
        """Write each chart that can be drawn as SVG."""
        self.folder.mkdir(parents=True)
        for chart in every:
            if chart.drawing is None:
                continue
            spec = charts.specification(chart.drawing)
            self._drawn[chart.id] = _hash(json.dumps(spec, sort_keys=True, default=str), chart.title, chart.description)
            if not self._copied(chart, "svg"):
                drawn = charts.svg(spec, chart.title, chart.description)
                (self.folder / f"{chart.id}.svg").write_text(drawn, "utf-8")
        (self.folder / DRAWN).write_text(json.dumps(self._drawn, indent=1) + "\n", "utf-8")

    def picture(self, chart: Chart) -> Path | None:
        """The chart as PNG, beside its SVG; None where it was not drawn."""
        drawn, path = self.folder / f"{chart.id}.svg", self.folder / f"{chart.id}.png"
        if not drawn.exists():
            return None
        if not path.exists() and not self._copied(chart, "png"):
            path.write_bytes(vl_convert.svg_to_png(drawn.read_text("utf-8"), scale=SCALE))
        return path

    def _copied(self, chart: Chart, kind: str) -> bool:
        """Copy the picture of the former report, if it was drawn from the same."""
        name = f"{chart.id}.{kind}"
        if self.former is None or self._known.get(chart.id, "") != self._drawn.get(chart.id) or not (self.former / name).exists():
            return False
        shutil.copy(self.former / name, self.folder / name)
        self.reused += 1
        return True


def _hash(*texts: str) -> str:
    digest = hashlib.sha256(f"{version('vl-convert-python')} {SCALE} ".encode())
    for code in (charts.__file__, __file__):
        digest.update(Path(code).read_bytes())
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
