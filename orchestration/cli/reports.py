"""The `sna` commands for the report that people read: make it, open it."""

from __future__ import annotations

import webbrowser
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import FAILED, Wait, waiting
from orchestration.home import lock
from orchestration.home.settings import Settings
from orchestration.text.console import console
from orchestration.text.plurals import counted

Id = Annotated[
    str, typer.Option("--report", metavar="ID", help="A report of the area, or a year such as 2022-23. Default: its latest.")
]


class Audience(StrEnum):
    """Who may read a report."""

    analysts = "analysts"


For = Annotated[Audience, typer.Option(help="For whom: the release that it is made from.")]


def report(
    audience: For = Audience.analysts,
    report_id: Id = "",
    force: Annotated[bool, typer.Option("--force", help="Make it again, although this release has it.")] = False,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="EDITED.docx",
            help="Compare the figures of an edited document with the release instead.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    wait: Wait = False,
) -> None:
    """Make the report of the current release. Pages for a browser, workbook and document, with tables, charts and maps."""
    from orchestration.publication import reports

    settings = Settings.from_env()
    _ = settings.made
    if check is not None:
        _check(settings, check)
        return
    with lock.hold(settings.home, wait_seconds=lock.seconds(wait), on_wait=waiting):
        made = reports.make(settings, report_id, force=force)
    about = made.about
    if not made.made:
        console.print(f"Release {about['release_id']} has its report already; `--force` makes it again.", highlight=False)
    else:
        pages, charts = counted(about["pages"], "page"), counted(about["charts"], "chart")
        console.print(f"Report of {about['year']} from release {about['release_id']}: {pages}, {charts}.", highlight=False)
    if about["charts_not_drawn"]:
        console.print(f"{counted(len(about['charts_not_drawn']), 'chart')} not drawn; each frame says why.", highlight=False)
    console.print(f"{made.index}\nNext: `sna open`.", highlight=False, soft_wrap=True)


def _check(settings: Settings, edited: Path) -> None:
    """List the figures of an edited document that the release no longer has; exits 1 where there are any."""
    from orchestration.publication import reports

    copy = edited.with_name(f"{edited.stem}-checked{edited.suffix}")
    found = reports.check(settings, edited, copy)
    for difference in found:
        console.print(
            f"{difference.written} → {difference.now}   {difference.place}", markup=False, highlight=False, soft_wrap=True
        )
    if not found:
        copy.unlink()
        console.print("Every figure is the release's.")
        return
    console.print(f"{counted(len(found), 'figure')} changed in {copy}; nothing else is.", highlight=False, soft_wrap=True)
    raise typer.Exit(FAILED)


def show(report_id: Id = "") -> None:
    """Open the report in a browser, and print where it is."""
    from orchestration.publication import reports
    from orchestration.publication.releases import current_release

    settings = Settings.from_env()
    found = reports.find(settings, report_id)
    release = current_release(settings.published)
    if release is not None and release.id != found.about["release_id"]:
        console.print(
            f"It is of release {found.about['release_id']}, not of the current one. Next: `sna report`.", highlight=False
        )
    console.print(str(found.index), highlight=False, soft_wrap=True)
    webbrowser.open(found.index.as_uri())
