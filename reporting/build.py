"""Everything that a report consists of, made in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reporting import document, pdf, site, workbook
from reporting.about import downloads
from reporting.release import Release, ReportError
from reporting.sections import FIGURES
from reporting.specification import Specification

# What the report was made from; also what says that the folder is complete, since it is written last.
ABOUT = "report.json"


def build(release_folder: Path, audience: str, spec: Specification, folder: Path, former: Path | None = None) -> dict[str, Any]:
    """Make the site, the workbook and the document of a release in a new folder; returns what `report.json` says of it.

    Args:
        release_folder: a published release.
        folder: does not exist yet.
        former: the report made before, whose pictures are copied where they would be the same.

    Raises:
        ReportError: the release cannot be used.
    """
    release = Release(release_folder, audience, spec.elsewhere)
    try:
        if "report_id" not in (release.columns(FIGURES) or ["report_id"]):
            raise ReportError(
                f"Release {release.id} was published by an earlier version, whose tables do not say of which report they are. "
                "Next: `sna refresh`."
            )
        pages = pdf.named(site.pages(release, spec))
        folder.mkdir()
        files = workbook.write(release, spec, pages, folder)
        if spec.sections:
            files.append((document.FILE, "The whole report as a document to edit (DOCX)"))
        with_pdf = [page for page in pages if page.pdf]
        files += [(page.pdf, f"{page.title} (PDF)") for page in with_pdf]
        pages.append(downloads(release, files))
        drawings = site.write(release, spec, pages, folder, former)
        if with_pdf:
            pdf.write(release, spec, with_pdf, folder)
        shares = document.write(release, spec, pages, folder, drawings) if spec.sections else {}
        charts = [chart for page in pages for chart in page.charts]
        about: dict[str, Any] = {
            "release_id": release.id,
            "report_id": spec.id,
            "year": spec.year,
            "files": [name for name, _ in files],
            "pages": len(pages),
            "charts": sum(chart.drawing is not None for chart in charts),
            "pictures_reused": drawings.reused,
            "generated_share": shares,
            "charts_not_drawn": [chart.id for chart in charts if chart.drawing is None],
        }
        (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
        return about
    finally:
        release.close()


def read(folder: Path) -> dict[str, Any] | None:
    """What a finished report was made from; None where there is none."""
    path = folder / ABOUT
    return json.loads(path.read_text("utf-8")) if path.exists() else None
