"""Archived releases: only the Parquet files and the manifest are kept, and the other files are restored from these.

    releases/<release id>/archived.json    present while the release is archived, and while it is being restored
                         /restored.json    SHA-256 of a DuckDB file that was made again: its bytes differ from those published

A release is archived only where its Parquet files hold every row and value that the manifest says, and restored only where what
was made does. Both can be interrupted after any step and are completed when they are called again; the caller holds `switching`.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.database import connection
from orchestration.home import permissions, whole_file
from orchestration.home.environment import analysts_group
from orchestration.home.file_hash import sha256
from orchestration.home.whole_file import sync
from orchestration.publication import former_names, release_files
from orchestration.publication.integrity import file_hashes, wrong_contents, wrong_files
from orchestration.publication.release import ARCHIVED, FILE, RESTORED, DamagedReleaseError, Release

if TYPE_CHECKING:
    import duckdb


def archive(release: Release) -> list[str]:
    """Remove the DuckDB and CSV files of a release; returns what is wrong with its Parquet files, for which it stays as it is.

    A reader that has the DuckDB file open keeps reading it.
    """
    if not release.is_archived:
        if wrong := _wrong_parquet(release):
            return wrong
        _write(release.folder / ARCHIVED, {"at": _now()})
    release.file.unlink(missing_ok=True)
    (release.folder / RESTORED).unlink(missing_ok=True)
    shutil.rmtree(release.folder / "csv", ignore_errors=True)
    return []


def restore(release: Release) -> None:
    """Restore the DuckDB and CSV files of an archived release; they are complete and verified before any is in place.

    Raises:
        DamagedReleaseError: its Parquet files are not what was published, or what was made of them is not.
    """
    if not release.is_archived:
        return
    if wrong := _wrong_parquet(release):
        raise _damaged(release, wrong)
    # A name that the next publication, or a refresh after this process was killed, removes.
    making = release.folder.with_name(f".writing-{release.id}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        _make(release, making)
        if wrong := _wrong_made(release, making):
            raise _damaged(release, wrong)
        for path in making.rglob("*"):
            sync(path)
        _write(release.folder / RESTORED, {"at": _now(), "sha256": sha256(making / FILE)})
        shutil.rmtree(release.folder / "csv", ignore_errors=True)
        (making / "csv").replace(release.folder / "csv")
        (making / FILE).replace(release.folder / FILE)
        permissions.open_release(release.folder, analysts_group())
        sync(release.folder)
        (release.folder / ARCHIVED).unlink()
        sync(release.folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _make(release: Release, folder: Path) -> None:
    """The DuckDB file, with its comments, and the CSV files, from the Parquet files of the release."""
    con = connection.connect(folder / FILE, spill=folder / "spill", options=dict(release_files.STORAGE))
    try:
        release.attach(con, "published")
        tables = [(schema, table) for schema, _, table in (name.partition(".") for name in release.manifest["tables"])]
        con.execute("begin")
        for schema, table in tables:
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(f'create table "{schema}"."{table}" as from published."{schema}"."{table}"')
        release_files.describe(con, _descriptions(con))
        former_names.create_views(con)
        con.execute("commit")
        con.execute("detach published")
        published_with = {
            "disarmed": release_files.DISARMED in release.manifest,
            "marked": release_files.MARKED in release.manifest,
        }
        release_files.write(con, folder, "csv", tables, **published_with)
    finally:
        con.close()


def _descriptions(con: duckdb.DuckDBPyConnection) -> release_files.Descriptions:
    """The comments that the release was published with."""
    rows = con.execute(
        """select schema_name || '.' || table_name, coalesce(any_value(table_description), ''),
                  coalesce(map_from_entries(list((column_name, description)) filter (description is not null)), map {})
           from meta.dictionary group by all"""
    ).fetchall()
    return {name: (text, columns) for name, text, columns in rows}


def _wrong_parquet(release: Release) -> list[str]:
    expected = {name: value for name, value in release.manifest["files"].items() if name.startswith("parquet/")}
    if wrong := wrong_files(file_hashes(release.folder, "parquet"), expected):
        return wrong
    con = connection.connect()
    try:
        release.attach(con, "published", parquet=True)
        con.execute("use published")
        return list(wrong_contents(con, release.manifest["tables"]))
    finally:
        con.close()


def _wrong_made(release: Release, folder: Path) -> list[str]:
    expected = {name: value for name, value in release.manifest["files"].items() if name.startswith("csv/")}
    con = connection.connect(folder / FILE, read_only=True)
    try:
        return wrong_files(file_hashes(folder, "csv"), expected) + list(wrong_contents(con, release.manifest["tables"]))
    finally:
        con.close()


def _damaged(release: Release, wrong: list[str]) -> DamagedReleaseError:
    more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
    return DamagedReleaseError(
        f"Release {release.id} cannot be restored: {wrong[0]}{more} `sna releases` lists the others; `sna verify RELEASE` checks"
        " one."
    )


def _write(path: Path, content: dict[str, str]) -> None:
    # Where `sweep` finds it: a file in the folder of a release would be one that was not published with it.
    whole_file.write(path, json.dumps(content, indent=2) + "\n", folder=path.parents[2], durable=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
