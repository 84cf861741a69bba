"""Publication: a copy of the marts is written, verified by reopening, and made current atomically.

    published/<audience>/releases/<release id>/sna_marts.duckdb    schemas sna, marts, meta; no person-level row
                                              /parquet/<schema>/<table>.parquet
                                              /csv/<schema>/<table>.csv
                                              /manifest.json     inputs, tables with rows and content, files with SHA-256
                                              /manifest.sha256   of manifest.json

A table that has not changed since the release before shares its Parquet and CSV files with it (hard links), and older releases
keep nothing but Parquet and manifest (`archive`).

A reader that has the file open keeps its release; a new reader sees the new one. The links that lead to releases are described
in `releases`, what is kept of them in `release_retention`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from expectations.privacy import PRIVATE_COLUMNS
from orchestration.database import connection
from orchestration.home import permissions
from orchestration.home.environment import PROJECT, analysts_group
from orchestration.home.file_hash import sha256
from orchestration.home.whole_file import sync
from orchestration.publication import archive, former_names, measures, release_files, release_retention, revisions
from orchestration.publication.integrity import SEAL, checksums, content_hashes, file_hashes, note, seal
from orchestration.publication.release import FILE, MANIFEST, DamagedReleaseError, Release
from orchestration.publication.release_files import Descriptions
from orchestration.publication.releases import banner, current_release, feeds_of, ids, link, make_current, switching
from orchestration.warehouse import availability

SCHEMAS = ("sna", "marts")
META = {
    "meta.release": "What this release is: one row.",
    "meta.feeds": "Each feed: deliveries in use, freshness and contact. One row per feed.",
    "meta.feed_parts": "The parts of feeds, such as forces or hospitals, and their missing periods. One row per feed and part.",
    "meta.quality": "Results of the gates: one row per expectation.",
}


class PublicationError(RuntimeError):
    """The release was not published; what was published before is untouched. The message says why."""


def publish(
    warehouse: Path,
    published: Path,
    *,
    about: Mapping[str, Any],
    descriptions: Descriptions,
    as_at: str = "",
    keep: int | None = None,
) -> Release:
    """Write, verify and switch to a new release of the marts in the warehouse.

    Args:
        about: what the manifest says of the inputs: `build_id`, `definition_id`, `environment`, `deliveries`, for revisions
            `code_id` and `lineage`, and the last line of the vault's log, `access_log`.
        descriptions: of tables and columns, for `comment on`, where BI tools look, and `meta.dictionary`.
        as_at: ISO date that the marts were rebuilt for; empty for all that has been received.
        keep: how many releases stay, older ones being removed afterwards; None for all.

    Raises:
        PublicationError: a private column, or the copy does not hold what the warehouse holds.
        SettingsError: `SNA_ANALYSTS_GROUP` cannot be used.
    """
    group = analysts_group()
    with switching(published):
        release = _add(warehouse, published, about=about, descriptions=descriptions, as_at=as_at, group=group)
        if as_at:
            link(published / "as-at" / as_at, Path("..") / "releases" / release.id)
        else:
            make_current(published, release.id)
        note(published, release.id, whole=True)
        if keep is not None:
            release_retention.remove_releases(published, release_retention.surplus_releases(published, keep))
        for surplus in release_retention.releases_to_archive(published):
            archive.archive(surplus)
        # Folders above the first release, and releases that were made under another setting.
        permissions.apply(published.parent.parent, group)
    return release


def _add(
    warehouse: Path,
    published: Path,
    *,
    about: Mapping[str, Any],
    descriptions: Descriptions,
    as_at: str,
    group: int | None,
) -> Release:
    """Write and verify a release under its own name; it is not current yet."""
    now = datetime.now(UTC)
    release_id = f"{_stamp(published, now)}-{about['build_id'][:8]}"
    releases = published / "releases"
    releases.mkdir(exist_ok=True)
    sweep(published)
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
        tables, sums = _write(warehouse, writing, head, descriptions, None if as_at else _before(published))
        manifest = {
            **head,
            release_files.DISARMED: True,
            release_files.MARKED: True,
            "content": _content(tables),
            "tables": tables,
            "files": file_hashes(writing),
        }
        (writing / MANIFEST).write_text(json.dumps(manifest, indent=2, default=str) + "\n")
        (writing / SEAL).write_text(seal(writing))
        _verify(writing / FILE, sums)
        permissions.open_release(writing, group)
        _settle(writing)
        folder = releases / release_id
        writing.rename(folder)
    except BaseException:
        shutil.rmtree(writing, ignore_errors=True)
        raise
    sync(releases)
    return Release(folder, manifest, current=not as_at)


def _stamp(published: Path, now: datetime) -> str:
    """The time as releases are named, but always after the newest one: a clock that was set back does not reorder them."""
    form = "%Y%m%dT%H%M%S%fZ"
    newest = max((name.partition("-")[0] for name in ids(published)), default="")
    if newest >= now.strftime(form):
        now = datetime.strptime(newest, form) + timedelta(microseconds=1)
    return now.strftime(form)


def content_of(con: duckdb.DuckDBPyConnection) -> str:
    """The content hash that a release of the current warehouse would have."""
    return _content(content_hashes(con, _tables(con, "warehouse")))


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


def _before(published: Path) -> Release | str | None:
    """The release that is current until now, or why it cannot be compared with."""
    try:
        return current_release(published)
    except (DamagedReleaseError, FileNotFoundError) as error:
        return str(error)


def _content(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """One hash over all figures and marts: equal for two refreshes of the same deliveries.

    Without `meta`, which contains time and place, and revisions, which depend on earlier releases.
    """
    parts = [
        f"{name} {value['content']}"
        for name, value in sorted(tables.items())
        if not name.startswith("meta.") and name != revisions.TABLE
    ]
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def _write(
    warehouse: Path, folder: Path, head: Mapping[str, Any], descriptions: Descriptions, before: Release | str | None
) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[Any, ...]]]:
    """Fill the DuckDB file, Parquet and CSV; return rows and content hash per table, and their `checksums`."""
    con = connection.connect(folder / FILE, spill=warehouse.parent / "spill" / "publication", options=dict(release_files.STORAGE))
    try:
        con.execute(f"attach '{release_files.quoted(str(warehouse))}' as warehouse (read_only)")
        _refuse_private_columns(con)
        con.execute("begin")  # a commit for each of the many comments would take longer than all the rest
        for schema, table in _tables(con, "warehouse"):
            con.execute(f'create schema if not exists "{schema}"')
            con.execute(f'create table "{schema}"."{table}" as from warehouse."{schema}"."{table}" order by all')
        release_files.describe(con, descriptions)
        con.execute("commit")
        hashes = content_hashes(con, _tables(con, "sna_marts"))
        _write_revisions(con, {**head, "tables": hashes}, before)
        _write_meta(con, head)
        tables = _tables(con, "sna_marts", ("sna", "marts", "meta"))
        hashes = dict(sorted({**hashes, **content_hashes(con, [p for p in tables if ".".join(p) not in hashes])}.items()))
        for kind in release_files.OPTIONS:
            shared = _link_unchanged(folder, kind, hashes, before) if isinstance(before, Release) else set()
            release_files.write(con, folder, kind, [pair for pair in tables if ".".join(pair) not in shared])
        sums = checksums(con, tables)
        con.execute("detach warehouse")
    finally:
        con.close()
    return hashes, sums


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


def _link_unchanged(folder: Path, kind: str, hashes: Mapping[str, Mapping[str, Any]], before: Release) -> set[str]:
    """Share the files of tables that hold what they held in the release before; returns the names of these tables.

    A file that is not what was published is not passed on.
    """
    shared: set[str] = set()
    if kind == "csv" and not before.manifest.keys() >= {release_files.DISARMED, release_files.MARKED}:
        return shared
    for name, value in hashes.items():
        schema, _, table = name.partition(".")
        file = release_files.path(kind, schema, table)
        same = before.manifest["tables"].get(name, {}).get("content") == value["content"]
        published = before.manifest["files"].get(file, {}).get("sha256")
        whole = same and (before.folder / file).exists() and sha256(before.folder / file) == published
        if whole and release_files.link(before.folder, folder, file):
            shared.add(name)
    return shared


def _write_revisions(con: duckdb.DuckDBPyConnection, head: Mapping[str, Any], before: Release | str | None) -> None:
    """`sna.revisions`: what differs from the release that was current until now. Its damage must not prevent publication."""
    revisions.create(con, revisions.TABLE)
    if before is None:
        return
    if isinstance(before, Release):
        con.execute("begin")
        try:
            before.attach(con, "before")
            revisions.fill(con, revisions.TABLE, ("before", "sna_marts"), before.manifest, head)
            con.execute("commit")
            con.execute("detach before")
            return
        except duckdb.Error as error:
            if connection.is_out_of_memory(error):
                raise
            con.execute("rollback")
            before = f"{before.file}: {error}"
    con.execute(f"insert into {revisions.TABLE} (change_kind, value_before, changed_cells) values ('unreadable', ?, 0)", [before])


def _write_meta(con: duckdb.DuckDBPyConnection, head: Mapping[str, Any]) -> None:
    """Schema `meta`: what this release is made of, how fresh each feed is, results of the gates, what each column means.

    meta.release: one row. meta.feeds: one row per feed. meta.feed_parts: one row per feed and part. meta.quality: one row per
    expectation of the gates. meta.availability: one row per published table and feed that it is made from. meta.measures: one
    row per published table and measure. meta.dictionary: one row per column of every published table.
    """
    con.execute("create schema meta")
    con.execute(
        """create table meta.release as select
               ? as release_id, ?::timestamptz as published_at, ?::date as as_at, ? as git_commit,
               ? as build_id, ? as definition_id, ? as environment, ?::varchar[] as feeds, ? as banner,
               ?::bigint as access_log_line, ?::varchar as access_log_hash""",
        [head[k] for k in ("release_id", "published_at", "as_at", "git_commit", "build_id", "definition_id", "environment")]
        + [feeds_of(head), banner(head)]
        + [(head.get("access_log") or {}).get(k) for k in ("line", "hash")],
    )
    columns = "* exclude (stage, as_at, token, gate_token, feed_type)"
    con.execute(f"create table meta.feeds as select {columns} from warehouse.ledger.feed order by all")
    con.execute("create table meta.feed_parts as from warehouse.ledger.feed_part order by all")
    con.execute(
        """create table meta.quality as
           select stage, subject, expectation, column_name, success, crashed, observed, failing_rows, sample, remedy
           from warehouse.ops.standing_verdict
           order by all"""
    )
    for name, text in META.items():
        con.execute(f"comment on table {name} is '{text}'")
    availability.write(con, head.get("lineage", {}))
    measures.write(con, head.get("lineage", {}))
    former_names.write(con)
    con.execute(
        """create table meta.dictionary as
           select c.schema_name, c.table_name, t.comment as table_description,
                  c.column_index as position, c.column_name, c.data_type, c.comment as description
           from duckdb_columns() as c
           join duckdb_tables() as t using (database_name, schema_name, table_name)
           where c.database_name = current_database()
           order by c.schema_name, c.table_name, c.column_index"""
    )


def _verify(file: Path, expected: Mapping[str, tuple[Any, ...]]) -> None:
    """Reopen the finished file read-only and read every table again: it must hold what was written."""
    con = connection.connect(file, read_only=True)
    try:
        found = checksums(con, _tables(con, "sna_marts", (*SCHEMAS, "meta")))
    finally:
        con.close()
    if wrong := [name for name in sorted({*expected, *found}) if expected.get(name) != found.get(name)]:
        raise PublicationError(f"The written release does not hold what it should: {', '.join(wrong)}.")


def _settle(folder: Path) -> None:
    """Everything on disk."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def sweep(published: Path) -> None:
    """Remove the unfinished release and the unfinished links of an interrupted publication. Only while `switching`."""
    for left in published.glob("releases/.writing-*"):
        shutil.rmtree(left, ignore_errors=True)
    # Links and files are made beside their place, under the id of the process that makes them.
    for left in (*published.glob(".*.[0-9]*"), *published.glob("as-at/.*.[0-9]*")):
        left.unlink()
