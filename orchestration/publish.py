"""Publication: a finished copy of the marts, written whole, verified by reopening, switched atomically.

    published/<audience>/releases/<release id>/sna_marts.duckdb    schemas sna, marts, meta; no person-level row
                                              /parquet/<schema>/<table>.parquet
                                              /csv/<schema>/<table>.csv
                                              /manifest.json
    published/<audience>/current -> releases/<release id>          the one link that a switch replaces
    published/<audience>/sna_marts.duckdb -> current/sna_marts.duckdb
    published/<audience>/manifest.json -> current/manifest.json

A reader that has the file open keeps its release; a new reader sees the new one. A release built `--as-at` a past date is
reached by `as-at/<date>` and never becomes the current one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import PROJECT

FILE = "sna_marts.duckdb"
SCHEMAS = ("sna", "marts")
# Columns that only person-level or record-level tables have; none may be published.
PRIVATE_COLUMNS = (
    *("person_key", "nominal_reference", "date_of_birth", "crime_reference", "crime_id"),
    *("easting", "northing"),
)
# 1.0 clients must be able to read what 1.5 writes.
STORAGE = "v1.0.0"


class PublicationError(RuntimeError):
    """The release was not published; what was published before is untouched. The message says why."""


@dataclass(frozen=True)
class Release:
    """A published release.

    Attributes:
        folder: its own folder, never changed again.
        manifest: what `manifest.json` holds.
        current: whether the stable path leads to it.
    """

    folder: Path
    manifest: Mapping[str, Any]
    current: bool

    def open(self) -> duckdb.DuckDBPyConnection:
        """The release's DuckDB file, read-only."""
        return duckdb.connect(str(self.folder / FILE), read_only=True)


def publish(warehouse: Path, published: Path, *, about: Mapping[str, Any], as_at: str = "") -> Release:
    """Write, verify and switch to a new release of the marts that stand in the warehouse.

    Args:
        about: what the manifest says of the inputs (`build_id`, `definition_id`, `synthetic`, `deliveries`, ...).
        as_at: ISO date that the marts were rebuilt for; empty for all that has been received.

    Raises:
        PublicationError: a private column, or the copy does not hold what the warehouse holds.
    """
    now = datetime.now(UTC)
    release_id = f"{now:%Y%m%dT%H%M%S%f}Z-{about['build_id'][:8]}"
    releases = published / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    _sweep(releases)
    writing = releases / f".writing-{release_id}"
    writing.mkdir()
    try:
        head = {
            "release_id": release_id,
            "published_at": now.isoformat(timespec="seconds"),
            "as_at": as_at or None,
            "git_commit": git_commit(),
            **about,
        }
        tables = _write(warehouse, writing, head)
        manifest = {**head, "content": _content(tables), "tables": tables}
        (writing / "manifest.json").write_text(json.dumps(manifest, indent=2, default=str) + "\n")
        _verify(writing / FILE, tables)
        _settle(writing)
        folder = releases / release_id
        writing.rename(folder)
    except BaseException:
        shutil.rmtree(writing, ignore_errors=True)
        raise
    _fsync(releases)
    if as_at:
        _link(published / "as-at" / as_at, Path("..") / "releases" / release_id)
    else:
        _link(published / FILE, Path("current") / FILE)
        _link(published / "manifest.json", Path("current") / "manifest.json")
        _link(published / "current", Path("releases") / release_id)
    return Release(folder, manifest, current=not as_at)


def current_release(published: Path) -> Release | None:
    """The release that the stable path leads to, or None before the first publication."""
    link = published / "current"
    return read_release(published, link.readlink().name) if link.is_symlink() else None


def read_release(published: Path, release_id: str) -> Release:
    """A release by its id.

    Raises:
        FileNotFoundError: there is no such release.
    """
    folder = published / "releases" / release_id
    link = published / "current"
    is_current = link.is_symlink() and link.readlink().name == release_id
    return Release(folder, json.loads((folder / "manifest.json").read_text()), current=is_current)


def content_hashes(con: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Row count and content hash per table: `{"schema.table": {"rows": int, "content": hex}}`.

    The hash does not depend on the order of rows (a 128-bit sum over each row's MD5), but on every value, on how often a row
    occurs, and on the names and types of the columns.
    """
    result: dict[str, dict[str, Any]] = {}
    for schema, table in tables:
        columns = con.execute(
            """select string_agg(column_name || ' ' || data_type, ',' order by column_index)
               from duckdb_columns() where schema_name = ? and table_name = ? and database_name = current_database()""",
            [schema, table],
        ).fetchone()
        row = con.execute(
            f"""select count(*), md5(concat_ws('|', ?, count(*), sum(md5_number_lower(t::varchar)),
                                               sum(md5_number_upper(t::varchar))))
                from "{schema}"."{table}" as t""",
            [columns[0] if columns else ""],
        ).fetchone()
        assert row is not None
        result[f"{schema}.{table}"] = {"rows": row[0], "content": row[1]}
    return result


def git_commit() -> str:
    """Commit of the code that built the release, `+changes` where files differ from it, or 'unknown' outside a checkout."""
    command = [
        "git",
        "-C",
        str(PROJECT),
        "describe",
        "--always",
        "--abbrev=40",
        "--dirty=+changes",
        "--exclude=*",
    ]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _content(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """One hash over all figures and marts: equal for two refreshes of the same deliveries (`meta` tells of time and place)."""
    parts = [f"{name} {value['content']}" for name, value in sorted(tables.items()) if not name.startswith("meta.")]
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def _write(warehouse: Path, folder: Path, head: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Fill the release's DuckDB file, Parquet and CSV; return rows and content hash per table."""
    con = duckdb.connect(str(folder / FILE), config={"storage_compatibility_version": STORAGE})
    try:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        _refuse_private_columns(con)
        for schema, table in _tables(con, "warehouse"):
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(f'create table "{schema}"."{table}" as from warehouse."{schema}"."{table}" order by all')
        _copy_comments(con)
        _write_meta(con, head)
        tables = _tables(con, "sna_marts", ("sna", "marts", "meta"))
        for schema, table in tables:
            for kind, options in (
                ("parquet", "format parquet, compression zstd"),
                ("csv", "format csv, header"),
            ):
                target = folder / kind / schema / f"{table}.{kind}"
                target.parent.mkdir(parents=True, exist_ok=True)
                con.execute(f"""copy "{schema}"."{table}" to '{target}' ({options})""")
        hashes = content_hashes(con, tables)
        con.execute("detach warehouse")
    finally:
        con.close()
    return hashes


def _tables(con: duckdb.DuckDBPyConnection, database: str, schemas: tuple[str, ...] = SCHEMAS) -> list[tuple[str, str]]:
    """(schema, table) of the tables and views of the published schemas, in a fixed order."""
    return con.execute(
        """select table_schema, table_name from information_schema.tables
           where table_catalog = ? and list_contains(?, table_schema) order by all""",
        [database, list(schemas)],
    ).fetchall()


def _refuse_private_columns(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        """select table_schema || '.' || table_name || '.' || column_name from information_schema.columns
           where table_catalog = 'warehouse' and list_contains(?, table_schema) and list_contains(?, column_name)""",
        [list(SCHEMAS), list(PRIVATE_COLUMNS)],
    ).fetchall()
    if found:
        raise PublicationError(f"Record-level columns must not be published: {', '.join(name for (name,) in found)}.")


def _copy_comments(con: duckdb.DuckDBPyConnection) -> None:
    """`create table as` drops the comments that dbt persisted; BI tools show them, so bring them along."""
    comments = con.execute(
        """select 'table', format('"{}"."{}"', schema_name, table_name), comment from duckdb_tables()
           where database_name = 'warehouse' and list_contains(?, schema_name) and comment is not null
           union all
           select 'column', format('"{}"."{}"."{}"', schema_name, table_name, column_name), comment
           from duckdb_columns()
           where database_name = 'warehouse' and list_contains(?, schema_name) and comment is not null""",
        [list(SCHEMAS), list(SCHEMAS)],
    ).fetchall()
    for kind, name, comment in comments:
        text = comment.replace("'", "''")
        con.execute(f"comment on {kind} {name} is '{text}'")


def _write_meta(con: duckdb.DuckDBPyConnection, head: Mapping[str, Any]) -> None:
    """Schema `meta`: what this release is made of, how fresh each feed is, what the gates saw, what each column means.

    meta.release: one row. meta.feeds: one row per feed. meta.quality: one row per expectation of the three gates.
    meta.dictionary: one row per column of every published table.
    """
    con.execute("create schema meta")
    con.execute(
        """create table meta.release as select
               ? as release_id, ?::timestamptz as published_at, ?::date as as_at, ? as git_commit,
               ? as build_id, ? as definition_id, ?::boolean as is_synthetic,
               case when ?::boolean then 'Synthetic demonstration data: no real person, offence or place' else '' end
                   as banner""",
        [head[k] for k in ("release_id", "published_at", "as_at", "git_commit", "build_id", "definition_id")]
        + [head["synthetic"], head["synthetic"]],
    )
    con.execute("create table meta.feeds as from warehouse.ledger.feed order by all")
    con.execute(
        """create table meta.quality as
           select v.stage, v.subject, v.expectation, v.column_name, v.success, v.crashed, v.observed,
                  v.failing_rows, v.sample, v.remedy
           from warehouse.ops.verdict as v
           join (
               select stage, token from warehouse.ops.stage union all select 'feeds', build_id from warehouse.ledger.build
           ) as stands using (stage, token)
           order by all"""
    )
    con.execute(
        """create table meta.dictionary as
           select c.schema_name, c.table_name, t.comment as table_description,
                  c.column_index as position, c.column_name, c.data_type, c.comment as description
           from duckdb_columns() as c
           join duckdb_tables() as t using (database_name, schema_name, table_name)
           where c.database_name = current_database()
           order by c.schema_name, c.table_name, c.column_index"""
    )


def _verify(file: Path, expected: Mapping[str, Mapping[str, Any]]) -> None:
    """Reopen the finished file read-only and recompute what the manifest says of it."""
    con = duckdb.connect(str(file), read_only=True)
    try:
        names = [tuple(name.split(".", 1)) for name in expected]
        found = content_hashes(con, [(schema, table) for schema, table in names])
    finally:
        con.close()
    wrong = [name for name, value in expected.items() if found[name] != value]
    if wrong:
        raise PublicationError(f"The written release does not hold what it should: {', '.join(wrong)}.")


def _settle(folder: Path) -> None:
    """Everything on disk, and no longer writable by accident."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
        _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _link(link: Path, target: Path) -> None:
    """Make or replace a relative symbolic link in one step."""
    if link.is_symlink() and link.readlink() == target:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    _fsync(link.parent)


def _sweep(releases: Path) -> None:
    """Remove what an interrupted publication left; only one publication runs at a time."""
    for left in releases.glob(".writing-*"):
        shutil.rmtree(left, ignore_errors=True)
