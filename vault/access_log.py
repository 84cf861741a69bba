"""Who opened the vault, when, why and for what: one JSON object a line, each with the SHA-256 of itself and of the one before.

Data Protection Act 2018, section 62: consultation and disclosure are logged with justification, date, time and person. A line
that was changed, put in or taken out breaks the chain from there on. Lines cut off at the end leave a whole chain, and so does a
log that was written anew: the vault therefore remembers the hash of every line (`anchors`), out of reach for who edits the log.
No line names an individual: an entry of a run is told by its number, which only the vault can resolve.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

FILE = "access.log"
START = "0" * 64
MIN_REASON = 8
ANCHORS = "create table if not exists vault.main.log_anchor (number bigint primary key, hash varchar not null)"


class NoReason(ValueError):
    """The vault was asked for without saying why."""


@dataclass(frozen=True)
class Line:
    """One line of the log.

    Attributes:
        number: from 1, without gaps.
        at: when, UTC, ISO 8601.
        who: login name of the process' owner.
        acting_for: name that was given besides, empty where none was.
        action: run, list, show, bias, expire.
        why: the reason given.
        what: run and entry numbers, options.
        previous: hash of the line before; zeros for the first.
        hash: SHA-256 (hex) of all the above.
    """

    number: int
    at: str
    who: str
    acting_for: str
    action: str
    why: str
    what: str
    previous: str
    hash: str = ""

    def sealed(self) -> Line:
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return replace(self, hash=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest())


def write(folder: Path, con: duckdb.DuckDBPyConnection, action: str, *, why: str, what: str, acting_for: str = "") -> Line:
    """Add a line and anchor it in the vault, before what it tells of is done.

    Raises:
        NoReason: fewer than 8 characters of reason.
        OSError: the log cannot be written; then nothing may be read either.
    """
    why = " ".join(why.split())
    if len(why) < MIN_REASON:
        raise NoReason(
            f"Say why with --reason, in {MIN_REASON} characters or more: every look into the vault is logged with its reason."
        )
    path = folder / FILE
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.read().splitlines()
        last = Line(**json.loads(lines[-1])) if lines else None
        line = Line(
            number=last.number + 1 if last else 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            who=pwd.getpwuid(os.getuid()).pw_name,
            acting_for=acting_for,
            action=action,
            why=why,
            what=what,
            previous=last.hash if last else START,
        ).sealed()
        file.write(json.dumps(asdict(line), sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    con.execute(ANCHORS)
    con.execute("insert or replace into vault.main.log_anchor values (?, ?)", [line.number, line.hash])
    return line


def read(folder: Path) -> list[Line]:
    """All lines as they stand, checked or not; raises ValueError where one is not a line of a log."""
    path = folder / FILE
    try:
        return [Line(**json.loads(text)) for text in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    except TypeError as error:
        raise ValueError(str(error)) from error


def anchors(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """What the vault remembers: hash by number of line."""
    con.execute(ANCHORS)
    return dict(con.execute("select number, hash from vault.main.log_anchor order by number").fetchall())


def faults(folder: Path, anchored: Mapping[int, str] | None = None) -> list[str]:
    """What is wrong with the log, in words; empty where it is whole.

    Args:
        anchored: what the vault remembers; without it only the chain itself is checked.
    """
    try:
        lines = read(folder)
    except ValueError as error:
        return [f"A line cannot be read: {error}"]
    found = []
    previous = START
    for place, line in enumerate(lines, start=1):
        if line.number != place:
            found.append(f"Line {place} calls itself number {line.number}: a line was taken out or put in.")
        if line.previous != previous:
            found.append(f"Line {place} does not follow the line before it: that one was changed, taken out or put in.")
        if line.sealed().hash != line.hash:
            found.append(f"Line {place} was changed.")
        previous = line.hash
    if anchored is not None:
        known = {line.number: line.hash for line in lines}
        found += [
            f"Line {number} is not the one that the vault remembers: it was {'changed' if number in known else 'taken out'}."
            for number, digest in anchored.items()
            if known.get(number) != digest
        ]
        found += [f"Line {number} is unknown to the vault." for number in known.keys() - anchored.keys()]
    return found
