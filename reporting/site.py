"""The site: pages of one release, written as static HTML that needs no server and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import jinja2

from reporting import about, board, districts, origins, places, sections
from reporting.blocks import Cell
from reporting.drawings import Drawings
from reporting.figures import Figure
from reporting.maps import Boundaries
from reporting.page import Page
from reporting.release import Release
from reporting.specification import Specification

TEMPLATES = Path(__file__).parent / "templates"


def pages(release: Release, spec: Specification) -> list[Page]:
    """Every page but that of downloads, in the order of the site's navigation."""
    boundaries = Boundaries(release)
    found = [board.page(release, spec), about.priorities(release, spec)]
    found += sections.pages(release, spec, boundaries)
    found += districts.pages(release, spec)
    found += places.pages(release, spec, boundaries)
    found.append(about.quality(release, spec))
    defined = about.definitions(release, spec)
    found += filter(None, (sections.errata_page(release, spec), defined))
    sources = {table.source for page in found for table in page.tables if table.source} | origins.tables(found, release, spec.id)
    return [*found, about.methods(release, sources, compared=defined is not None), about.glossary()]


def write(release: Release, spec: Specification, made: Iterable[Page], folder: Path, former: Path | None = None) -> Drawings:
    """Write the pages, their charts and the style sheet to a folder; `former`: the report whose pictures are used again."""
    made = list(made)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False
    )
    environment.globals["is_text"] = _is_text
    template = environment.get_template("page.html")
    groups: dict[str, list[Page]] = {}
    for page in made:
        groups.setdefault(page.group, []).append(page)
    drawings = Drawings(folder, former)
    drawings.draw(chart for page in made for chart in page.charts)
    for page in made:
        shown = origins.linked(page, release)
        (folder / page.path).write_text(template.render(page=shown, spec=spec, release=release, groups=groups), "utf-8")
    (folder / "report.css").write_bytes((TEMPLATES / "report.css").read_bytes())
    return drawings


def _is_text(cell: Cell) -> bool:
    """Whether a cell is read as words, and not compared with the numbers above and below it."""
    return not isinstance(cell, Figure) or (isinstance(cell.value, str) and not cell.value[:1].isdigit())
