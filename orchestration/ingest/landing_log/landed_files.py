"""Integrity of the Parquet files of landed deliveries: by size and time of change, or by content.

`load.json` has SHA-256, size, time of change and row count of each. A file whose size and time match the record is taken to be
intact; where the time differs, as after restoring a backup, its content is compared. A full rebuild and `sna verify --landing`
read the content of every file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from orchestration.home.file_hash import sha256
from orchestration.ingest.landing_log.load_record import ACCEPTED, LoadRecord, Stored


def stored(folder: Path) -> dict[str, Stored]:
    """Every Parquet file of a delivery, by name."""
    return {path.name: Stored.of(path) for path in sorted(folder.glob("*.parquet"))}


def faults(load: LoadRecord, *, full: bool = False) -> list[str]:
    """What is wrong with the landed files of a delivery, each file with what happened to it; empty where they are whole.

    Args:
        load: of a whole file or of one of its periods, whose file alone is looked at then.
        full: read the content of each file, of the rejected rows too.
    """
    whole = load.extract or load
    if not whole.kept:
        return []
    on_record = whole.stored or {}
    expected = _expected(load)
    if full and load.extract is None:
        expected = {**{name: file.rows for name, file in on_record.items()}, **expected}
    return [
        problem
        for name in sorted(expected)
        if (problem := _fault(whole.folder / name, on_record.get(name), expected[name], full=full))
    ]


def is_whole(load: LoadRecord, file: Path) -> bool:
    """Whether one landed file of a delivery is what was landed, by size and time."""
    known = ((load.extract or load).stored or {}).get(file.name)
    return known is None or _fault(file, known, known.rows, full=False) is None


def completed(load: LoadRecord) -> LoadRecord:
    """The record of a delivery that an earlier version has landed, with its files as they are now."""
    return replace(load, stored=stored(load.folder))


def incomplete(loads: Iterable[LoadRecord]) -> list[LoadRecord]:
    """The deliveries whose files an earlier version has landed, and which are there."""
    return [load for load in loads if load.stored is None and not load.removed_at and any(load.folder.glob("*.parquet"))]


def _expected(load: LoadRecord) -> dict[str, int]:
    """Rows by file, of what is read of a delivery."""
    if load.verdict != "accepted":
        return {}
    if load.extract is not None:
        return {f"{load.period}.parquet": load.rows_accepted}
    if load.portions:
        return {f"{portion.period}.parquet": portion.rows_accepted for portion in load.portions}
    return {ACCEPTED: load.rows_accepted}


def _fault(path: Path, known: Stored | None, rows: int, *, full: bool) -> str | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return f"{path.name} is gone" if rows or known else None
    if known is None:
        return None if not full or _rows(path) == rows else f"{path.name} does not have the {rows:,} rows that were landed"
    if stat.st_size != known.bytes:
        return f"{path.name} has {stat.st_size:,} bytes, and was landed with {known.bytes:,}"
    if (full or stat.st_mtime_ns != known.mtime_ns) and sha256(path) != known.sha256:
        return f"{path.name} was overwritten: its content is not what was landed"
    return None if known.rows == rows else f"{path.name} was landed with {known.rows:,} rows, and the record says {rows:,}"


def _rows(path: Path) -> int | None:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_metadata

    try:
        return int(read_metadata(path).num_rows)
    except (ArrowException, OSError):
        return None
