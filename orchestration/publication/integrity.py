"""Whether a release is still what was published: bytes of every file, rows and content of every table.

`manifest.json` lists each file with its SHA-256 and each table with its row count and content hash; `manifest.sha256` holds the
SHA-256 of `manifest.json` itself, in the form that `sha256sum --check` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import whole_file
from orchestration.home.file_hash import sha256
from orchestration.publication.release import ARCHIVED, FILE, MANIFEST, RESTORED, Release

if TYPE_CHECKING:
    import duckdb

SEAL = "manifest.sha256"
VERIFIED = "verified.json"
# What a manifest cannot list: itself, and what came after it.
UNLISTED = (MANIFEST, SEAL, ARCHIVED, RESTORED)


def verify(folder: Path) -> list[str]:
    """What is wrong with a release, one sentence each; empty where it is as it was published.

    A manifest that is not the published one proves nothing about the other files, and a damaged file may do anything when it is
    opened: tables are read only where every byte is right. Of an archived release the Parquet files are read.
    """
    if wrong := wrong_bytes(folder):
        return wrong
    manifest = json.loads((folder / MANIFEST).read_bytes())
    con = Release(folder, manifest, current=False).open()
    try:
        return list(wrong_contents(con, manifest["tables"]))
    finally:
        con.close()


def wrong_bytes(folder: Path) -> list[str]:
    """What is wrong with the files of a release, one sentence each; empty where every byte is as it was published."""
    sealed, listed = folder / SEAL, folder / MANIFEST
    if not (sealed.exists() and listed.exists()) or sealed.read_bytes() != seal(folder).encode():
        return [f"{MANIFEST} and {SEAL} do not belong together: one of them has been changed since it was published."]
    manifest = json.loads(listed.read_bytes())
    expected, found = dict(manifest["files"]), file_hashes(folder)
    if Release(folder, manifest, current=False).is_archived:
        # What is left of the other files was being removed or restored when the process ended.
        found = {name: value for name, value in found.items() if _is_parquet(name) or name not in expected}
        expected = {name: value for name, value in expected.items() if _is_parquet(name)}
    elif (folder / RESTORED).exists() and FILE in found and found[FILE]["sha256"] == _made_again(folder):
        expected[FILE] = found[FILE]
    return wrong_files(found, expected)


def note(published: Path, release_id: str, *, whole: bool) -> None:
    """Record when a release was verified; a damaged one has no such time. A user who may only read records nothing."""
    found = {name: at for name, at in _noted(published).items() if (published / "releases" / name).exists()}
    found.pop(release_id, None)
    if whole:
        found[release_id] = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(OSError):
        whole_file.write(_verified(published), json.dumps(found, indent=1) + "\n")


def verified_at(published: Path, release_id: str) -> str | None:
    """When a release was last found to be whole (ISO 8601, UTC); None where that is not known."""
    return _noted(published).get(release_id)


def _noted(published: Path) -> dict[str, str]:
    # It can be made again by looking.
    with suppress(OSError, ValueError, AttributeError):
        return {str(name): str(at) for name, at in json.loads(_verified(published).read_bytes()).items()}
    return {}


def _verified(published: Path) -> Path:
    # In the home, where readers of what is published need not see it.
    return published.parents[1] / VERIFIED


def _made_again(folder: Path) -> str | None:
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads((folder / RESTORED).read_bytes())["sha256"])
    return None


def file_hashes(folder: Path, below: str = "") -> dict[str, dict[str, Any]]:
    """`{path below the folder: {"sha256": hex, "bytes": int}}` of every file but the manifest, its seal and what came after it.

    Args:
        below: only files of this folder in it.
    """
    paths = sorted(path for path in (folder / below).rglob("*") if path.is_file() and path.name not in UNLISTED)
    return {path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size} for path in paths}


def seal(folder: Path) -> str:
    """What `manifest.sha256` says of the `manifest.json` beside it."""
    return f"{sha256(folder / MANIFEST)}  {MANIFEST}\n"


def content_hashes(con: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Row count and content hash per table: `{"schema.table": {"rows": int, "content": hex}}`.

    The hash does not depend on the order of rows (a 128-bit sum over each row's MD5), but on every value, on how often a row
    occurs, and on the names and types of the columns.
    """
    columns = dict(
        con.execute(
            """select schema_name || '.' || table_name, string_agg(column_name || ' ' || data_type, ',' order by column_index)
               from duckdb_columns() where database_name = current_database() group by all"""
        ).fetchall()
    )
    result: dict[str, dict[str, Any]] = {}
    for schema, table in tables:
        name = f"{schema}.{table}"
        row = con.execute(
            f"""select count(*), md5(concat_ws('|', ?, count(*), sum(md5_number_lower(t::varchar)),
                                               sum(md5_number_upper(t::varchar))))
                from "{schema}"."{table}" as t""",
            [columns.get(name, "")],
        ).fetchone()
        assert row is not None
        result[name] = {"rows": row[0], "content": row[1]}
    return result


def checksums(con: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> dict[str, tuple[Any, ...]]:
    """Per table `(rows, columns with their types, 128-bit sum of DuckDB's own hash of each row)`.

    In a tenth of the time of `content_hashes`, but comparable within one version of DuckDB only: between what a process has
    written and what it reads again.
    """
    columns = dict(
        con.execute(
            """select schema_name || '.' || table_name, list((column_name, data_type) order by column_index)
               from duckdb_columns() where database_name = current_database() group by all"""
        ).fetchall()
    )
    result: dict[str, tuple[Any, ...]] = {}
    for schema, table in tables:
        (found,) = con.execute(f'select count(*), sum(hash(t)::hugeint) from "{schema}"."{table}" as t').fetchall()
        result[f"{schema}.{table}"] = (*found, columns.get(f"{schema}.{table}"))
    return result


def wrong_contents(con: duckdb.DuckDBPyConnection, expected: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each table that is missing or does not hold what the manifest says of it."""
    present = {
        f"{schema}.{table}"
        for schema, table in con.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = current_database()"
        ).fetchall()
    }
    names = (name.partition(".") for name in expected if name in present)
    hashes = content_hashes(con, [(schema, table) for schema, _, table in names])
    for name, value in expected.items():
        found = hashes.get(name)
        if found is None:
            yield f"Table {name} is missing."
        elif found["rows"] != value["rows"]:
            yield f"Table {name} holds {found['rows']:,} rows, and was published with {value['rows']:,}."
        elif found["content"] != value["content"]:
            yield f"Table {name} does not hold the values that were published."


def _is_parquet(name: str) -> bool:
    return name.startswith("parquet/")


def wrong_files(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """One sentence for each file that is missing, strange or changed, of two results of `file_hashes`."""
    names = sorted(set(found) | set(expected))
    return [problem for name in names if (problem := _wrong_file(name, found.get(name), expected.get(name)))]


def _wrong_file(name: str, found: Mapping[str, Any] | None, expected: Mapping[str, Any] | None) -> str:
    if found is None:
        return f"File {name} is missing."
    if expected is None:
        return f"File {name} was not published with this release."
    return "" if found == expected else f"File {name} has been changed since it was published."
