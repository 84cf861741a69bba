"""The reports of releases: made in a folder of their own, then led to by one link, as releases are.

    published/<audience>/reports/<report id>-<release id>-<n>/    site, workbook and document of one release, never changed
    published/<audience>/report -> reports/...                    the area's own report, of the release that it names
    published/<audience>/report-<report id> -> reports/...        other years

A report that cannot be made leaves the former one where it is, which names its release on each page.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import areas, permissions
from orchestration.home.environment import analysts_group
from orchestration.home.settings import AUDIENCE, Settings
from orchestration.publication.releases import current_release, link, switching

if TYPE_CHECKING:
    from reporting.document import Difference
    from reporting.specification import Specification

LINK = "report"
YEAR = re.compile(r"\d{4}-\d{2}")


class NoReportError(RuntimeError):
    """There is no such report, or nothing to make one from; the message says what to do."""


@dataclass(frozen=True)
class Report:
    """A finished report.

    Attributes:
        folder: as the link leads to it.
        about: what its `report.json` says.
        made: whether it was made now, and not before.
    """

    folder: Path
    about: dict[str, Any]
    made: bool

    @property
    def index(self) -> Path:
        return self.folder / "index.html"


def make(settings: Settings, report_id: str = "", *, force: bool = False) -> Report:
    """Make a report of the current release, unless it was made already.

    Args:
        report_id: one of the area's reports, or a year such as 2022-23; empty for the area's latest report.
        force: make it again.

    Raises:
        NoReportError: nothing has been published, or there is no such report.
        ReportError: it cannot be made from this release.
        SpecificationError: the area's specification of the report is not valid.
    """
    from reporting import build

    release = current_release(settings.published)
    if release is None:
        raise NoReportError("Nothing has been published yet, so there is nothing to report. Next: `sna refresh`.")
    spec, is_default = _specification(settings, report_id, release.folder)
    spec = spec.model_copy(update={"elsewhere": areas.agencies_of_others(settings.made.area)})
    path = settings.published / (LINK if is_default else f"{LINK}-{spec.id}")
    known = build.read(path)
    if not force and known and (known["release_id"], known["report_id"]) == (release.id, spec.id):
        return Report(path, known, made=False)
    reports = settings.published / "reports"
    reports.mkdir(exist_ok=True)
    writing = reports / f".writing-{secrets.token_hex(4)}"
    try:
        about = build.build(release.folder, AUDIENCE, spec, writing, path.resolve() if path.exists() else None)
        group = analysts_group()
        permissions.open_release(writing, group)
        folder = reports / f"{spec.id}-{release.id}-{secrets.token_hex(2)}"
        writing.rename(folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    with switching(settings.published):
        link(path, Path("reports") / folder.name)
        sweep(settings.published)
        permissions.apply(settings.home, group)
    return Report(path, about, made=True)


def find(settings: Settings, report_id: str = "") -> Report:
    """A report that was made.

    Raises:
        NoReportError: it was not.
    """
    from reporting import build

    path = settings.published / LINK
    if report_id and (build.read(path) or {}).get("report_id") != report_id:
        path = settings.published / f"{LINK}-{report_id}"
    about = build.read(path)
    if about is None:
        raise NoReportError(f"There is no report in {path}. Next: `sna report{f' --report {report_id}' if report_id else ''}`.")
    return Report(path, about, made=False)


def check(settings: Settings, edited: Path, copy: Path) -> list[Difference]:
    """Compare an edited document with the current release, and write a copy with the release's figures.

    Raises:
        NoReportError: nothing has been published.
        ReportError: it is not a document of a report.
    """
    from reporting import document
    from reporting.release import Release

    current = current_release(settings.published)
    if current is None:
        raise NoReportError("Nothing has been published yet, so there is nothing to compare with. Next: `sna refresh`.")
    release = Release(current.folder, AUDIENCE)
    try:
        return document.check(release, edited, copy)
    finally:
        release.close()


def links(published: Path) -> Iterator[Path]:
    """The links that lead to reports."""
    yield from (path for path in (published / LINK, *sorted(published.glob(f"{LINK}-*"))) if path.is_symlink())


def sweep(published: Path) -> None:
    """Remove reports that no link leads to. Only while `switching`."""
    kept = {path.readlink().name for path in links(published)}
    for left in (published / "reports").glob("*"):
        if left.name not in kept and not left.name.startswith(".writing-"):
            shutil.rmtree(left, ignore_errors=True)


def remove(published: Path) -> None:
    """Remove all reports, finished or not. Only while `switching`."""
    for path in list(links(published)):
        path.unlink()
    shutil.rmtree(published / "reports", ignore_errors=True)


def _specification(settings: Settings, report_id: str, release: Path) -> tuple[Specification, bool]:
    """The specification, and whether it is that of the area's latest report."""
    from reporting import specification
    from reporting.release import Release

    area = settings.made.area
    name = areas.load(area).name
    own = sorted((specification.load(folder, name) for folder in areas.reports(area)), key=lambda spec: (spec.year, spec.id))
    opened = Release(release, AUDIENCE)
    try:
        year, months = opened.latest_year(), opened.latest_months()
    finally:
        opened.close()
    # The latest whose year is whole; the first of all before any is.
    due = [spec for spec in own if year is not None and spec.year <= year] or own[:1]
    if due and report_id in ("", due[-1].id):
        return due[-1], True
    for spec in own:
        if spec.id == report_id:
            return spec, False
    if YEAR.fullmatch(report_id):
        return specification.standard(name, report_id.replace("-", "/")), False
    if report_id:
        ids = ", ".join(spec.id for spec in own) or "none of its own"
        raise NoReportError(f"{name} has no report '{report_id}': it has {ids}. A year such as 2022-23 is a report too.")
    if year is None and months is not None:
        return specification.standard(name, *months), True
    if year is None:
        raise NoReportError(
            "No feed has delivered a whole financial year of crime yet. Name a year: `sna report --report 2023-24`."
        )
    return specification.standard(name, year), True
