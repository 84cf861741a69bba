"""The `sna` commands for the report that people read: make it, open it."""

from __future__ import annotations

import webbrowser
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.options import Wait, waiting
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
    wait: Wait = False,
) -> None:
    """Make the report of the current release: pages for a browser, tables, charts and maps."""
    from orchestration.publication import reports

    settings = Settings.from_env()
    _ = settings.made
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


def show(report_id: Id = "") -> None:
    """Open the report in the browser of this machine, and print where it is."""
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
