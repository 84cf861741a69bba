"""The `sna bi` commands: what BI tools import, made from the current release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import output
from orchestration.cli.options import FAILED
from orchestration.home.settings import Settings
from orchestration.text.console import console, errors

if TYPE_CHECKING:
    from orchestration.publication.bi_model import Model

app = typer.Typer(help="Write what BI tools import, from the current release.", no_args_is_help=True)


@app.command()
def superset(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="ZIP file to write.", dir_okay=False)],
    database: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The published DuckDB file, as the Superset server sees it.")
    ] = None,
) -> None:
    """Write an import bundle for Apache Superset. Connection, datasets with metrics, charts and a dashboard."""
    from orchestration.publication import superset as bundle
    from orchestration.publication.release import FILE

    settings = Settings.from_env()
    # A pipe would wait for a reader, and a device takes no ZIP file.
    if not out.parent.is_dir() or (out.exists() and not out.is_file()):
        raise typer.BadParameter(f"{out} is no file, or in no folder.", param_hint="--out")
    counts = bundle.write(_model(settings), out, database or settings.published.absolute() / FILE)
    console.print(f"{out}: {_listed(counts)}. Import it in Superset under Dashboards.", highlight=False, markup=False)


@app.command()
def powerbi(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder to write the project to.", file_okay=False)],
    release_folder: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Absolute path of the folder with manifest.json and parquet, as the computer with Power BI sees it.",
        ),
    ] = None,
) -> None:
    """Write a Power BI project. Tables from Parquet, relationships and measures. It has not been opened in Power BI."""
    from orchestration.publication import power_bi

    settings = Settings.from_env()
    if (out.exists() or out.is_symlink()) and not out.is_dir():
        raise typer.BadParameter(f"{out} is no folder.", param_hint="--out")
    counts = power_bi.write(_model(settings), out, release_folder or str(settings.published.absolute() / "current"))
    console.print(f"{out}: {_listed(counts)}. Open {power_bi.NAME}.pbip in Power BI.", highlight=False, markup=False)


def _model(settings: Settings) -> Model:
    from orchestration.publication import bi_model
    from orchestration.publication.releases import current_release

    if (release := current_release(settings.published)) is None:
        console.print(output.nothing_published(settings))
        raise typer.Exit(FAILED)
    try:
        return bi_model.read(release)
    except LookupError as error:
        errors.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(FAILED) from None


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
