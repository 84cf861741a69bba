"""Who opened the vault, when, why and for what: one JSON object per line, each with its SHA-256 and that of the previous line.

Data Protection Act 2018, section 62: consultation and disclosure are logged with justification, date, time and person. A line
that was changed, inserted or removed breaks the chain from there on. What a chain alone cannot show (lines cut off at the end, a
rewritten log, an older copy) is found by *anchors*, the number and hash of a line:

    in the vault     of every line, out of reach for anyone who edits the log; each access compares them before it adds a line
    outside          of the last line: printed after each access, and in the manifest of each release

A line is in the file before its anchor is in the vault. So a process that was killed between the two leaves a log that is ahead
by one line, or by the beginning of one, which the next access anchors or removes. A log that lacks an anchored line was cut, and
is refused until a person restores it or accepts the loss (`resume`). An accepted break remains on record for ever.

No line names an individual: an entry of a run is referred to by its number, which only the vault can resolve.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

FILE = "access.log"
START = "0" * 64
MIN_REASON = 8
SHORTEST_HASH = 16
ANCHOR = re.compile(rf"(?:(?P<number>\d+):)?(?P<hash>[0-9a-f]{{{SHORTEST_HASH},64}})")
TABLES = """
create table if not exists vault.main.log_anchor (number bigint primary key, hash varchar not null);
create table if not exists vault.main.log_break (
    first bigint primary key,   -- number of the line that the log goes on with
    previous varchar not null,  -- hash that this line follows
    fault varchar not null
);
"""
RESUME = "`sna hkci log --resume --reason TEXT`"


class ReasonRequiredError(ValueError):
    """The vault cannot be opened without a reason of at least 8 characters."""


class LogBrokenError(RuntimeError):
    """The log is damaged or does not continue from an anchor, so nothing may be read; the message says what to do.

    Attributes:
        fault: what is wrong, in one sentence.
    """

    def __init__(self, folder: Path, fault: str) -> None:
        self.fault = fault
        super().__init__(
            f"{folder / FILE}: {fault} The vault remains locked until the file is restored from a backup. If that is impossible,"
            f" {RESUME} keeps what is left of it and continues; the break remains on record."
        )


class NotBrokenError(ValueError):
    """An intact log cannot be resumed."""


class Break(NamedTuple):
    """A break of the log that a person has accepted: the hash that the log continues after, and what was wrong."""

    previous: str
    fault: str


class Anchor(NamedTuple):
    """Number and hash of a line of the log, recorded elsewhere.

    Attributes:
        number: number of the line; 0 where only its hash is known.
        hash: its SHA-256 in hexadecimal digits, or the first 16 or more of them.
        kept_in: where it is recorded, such as "release 2024...".
    """

    number: int
    hash: str
    kept_in: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True)
class Line:
    """One line of the log.

    Attributes:
        number: from 1, without gaps.
        at: when, UTC, ISO 8601.
        who: login name of the process' owner.
        acting_for: name of the person acted for, empty where none was stated.
        action: found, run, list, show, bias, expire, resume and others.
        why: the stated reason.
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
        """The line with the SHA-256 (hexadecimal) of its other fields."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return replace(self, hash=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest())


def write(folder: Path, con: duckdb.DuckDBPyConnection, action: str, *, why: str, what: str, acting_for: str = "") -> Line:
    """Add a line and anchor it in the vault, before the action that it records.

    Raises:
        ReasonRequiredError: fewer than 8 characters of reason.
        LogBrokenError: the log does not match the vault's anchors.
        OSError: the log cannot be written; then nothing may be read either.
    """
    why = _reason(why)
    with _locked(folder) as file:
        last = _continued(folder, con, file)
        return _add(con, file, last, action, why, what, acting_for)


def found(folder: Path, con: duckdb.DuckDBPyConnection, outside: Sequence[Anchor], *, why: str, acting_for: str = "") -> Line:
    """Write the first line of a new vault, continuing the log of an earlier one that was lost, if there was one.

    Args:
        outside: anchors that are kept outside the vault.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
    """
    why = _reason(why)
    con.execute(TABLES)
    if fault := next(iter(faults(folder, outside=outside)), None):
        return _go_on(folder, con, outside, fault, "found", why, acting_for)
    lines = read(folder)
    if lines and lines[0].number > 1:
        con.execute("insert into vault.main.log_break values (?, ?, ?)", [lines[0].number, lines[0].previous, lines[0].what])
    for line in lines:
        _anchor(con, line)
    return write(folder, con, "found", why=why, what="a new vault", acting_for=acting_for)


def resume(folder: Path, con: duckdb.DuckDBPyConnection, outside: Sequence[Anchor], *, why: str, acting_for: str = "") -> Line:
    """Accept that the log is broken: what is left of it is set aside, and a new log continues after the last line known.

    Args:
        outside: anchors that are kept outside the vault.

    Raises:
        ReasonRequiredError: the reason is missing or too short.
        NotBrokenError: the log is intact.
    """
    why = _reason(why)
    fault = next(iter(faults(folder, chain_hashes(con), breaks(con), outside)), None)
    if fault is None:
        raise NotBrokenError("The access log is intact: there is nothing to resume.")
    return _go_on(folder, con, outside, fault, "resume", why, acting_for)


def _go_on(
    folder: Path,
    con: duckdb.DuckDBPyConnection,
    outside: Sequence[Anchor],
    fault: str,
    action: str,
    why: str,
    acting_for: str,
) -> Line:
    """Start a log after the last line that is anchored anywhere; the break is recorded before anything is moved."""
    known = [Anchor(number, digest, "the vault") for number, digest in chain_hashes(con).items()] + [*outside]
    last = max(known, key=lambda anchor: (anchor.number, len(anchor.hash)), default=Anchor(0, START, ""))
    con.execute("insert or ignore into vault.main.log_break values (?, ?, ?)", [last.number + 1, last.hash, fault])
    kept = _set_aside(folder)
    what = f"after line {last.number}; {f'{kept.name} keeps what was there; ' if kept else ''}{fault}"
    with _locked(folder) as file:
        return _add(con, file, last, action, why, what, acting_for)


def read(folder: Path) -> list[Line]:
    """All lines as they are, checked or not; the beginning of a line that was never finished is left out.

    Raises:
        LogBrokenError: one of them cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return []
    lines, _ = _parsed(path, path.read_bytes())
    return lines


def last_line(folder: Path) -> Line | None:
    """The last line, or None where there is none.

    Raises:
        LogBrokenError: the log cannot be read.
    """
    return next(reversed(read(folder)), None)


def chain_hashes(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The anchors in the vault: hash by number of line."""
    con.execute(TABLES)
    return dict(con.execute("select number, hash from vault.main.log_anchor order by number").fetchall())


def breaks(con: duckdb.DuckDBPyConnection) -> dict[int, Break]:
    """Breaks that a person has accepted, by the number of the line that the log continued with."""
    con.execute(TABLES)
    rows = con.execute("select first, previous, fault from vault.main.log_break order by first").fetchall()
    return {first: Break(previous, fault) for first, previous, fault in rows}


def parse_anchor(text: str) -> Anchor:
    """An anchor as a person writes it: a hash, the beginning of one, or `NUMBER:HASH`.

    Raises:
        ValueError: it is none.
    """
    found = ANCHOR.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"An anchor is a hash as it was printed, or {SHORTEST_HASH} or more digits of it, or NUMBER:HASH.")
    return Anchor(int(found["number"] or 0), found["hash"], "the command line")


def require_continued(folder: Path, con: duckdb.DuckDBPyConnection | None, outside: Sequence[Anchor]) -> None:
    """Require that the log is intact and continues from all its anchors.

    Args:
        con: the vault; None where it is not open, and only the chain and `outside` are compared.
        outside: anchors that are kept outside the vault.

    Raises:
        LogBrokenError: it does not.
    """
    anchored, accepted = (chain_hashes(con), breaks(con)) if con is not None else (None, None)
    for fault in faults(folder, anchored, accepted, outside):
        raise LogBrokenError(folder, fault)


def faults(
    folder: Path,
    anchored: Mapping[int, str] | None = None,
    accepted: Mapping[int, Break] | None = None,
    outside: Sequence[Anchor] = (),
) -> list[str]:
    """What is wrong with the log, one sentence each; empty where it is intact.

    Args:
        anchored: the vault's anchors; without them only the chain itself and `outside` are checked.
        accepted: `breaks`; without it a log that begins with a line `resume` or `found` is trusted.
        outside: anchors that are kept outside the vault.
    """
    try:
        lines = read(folder)
    except LogBrokenError as error:
        return [error.fault]
    found = [*_chain(lines)]
    first = lines[0] if lines else None
    if first is not None and first.number > 1:
        known = first.action in ("resume", "found") if accepted is None else first.number in accepted
        if not known:
            found.append(f"The log begins with line {first.number}: the lines before it were removed.")
    if anchored is not None:
        start = first.number if first else max(accepted or [1])
        held = {line.number: line.hash for line in lines}
        found += [
            f"Line {number} does not match the vault's anchor: it was {'changed' if number in held else 'removed'}."
            for number, digest in anchored.items()
            if number >= start and held.get(number) != digest
        ]
        ahead = sorted(held.keys() - anchored.keys())
        # One line is what a process leaves that was killed before it anchored it; the next access anchors it.
        if ahead and ahead != [max(anchored, default=start - 1) + 1]:
            found.append(f"Lines {ahead[0]} to {ahead[-1]} are unknown to the vault: its file is older than the log.")
    return found + [*_outside(lines, outside)]


def _chain(lines: Sequence[Line]) -> Iterator[str]:
    before: Line | None = None
    for line in lines:
        if before is None:
            if line.number == 1 and line.previous != START:
                yield "Line 1 is not the start of a log: it was changed."
        elif line.number != before.number + 1:
            yield f"Line {before.number + 1} has the number {line.number}: a line was removed or inserted."
        elif line.previous != before.hash:
            yield f"Line {line.number} does not follow the line before it: that one was changed, removed or inserted."
        if line.sealed().hash != line.hash:
            yield f"Line {line.number} was changed."
        before = line


def _outside(lines: Sequence[Line], outside: Sequence[Anchor]) -> Iterator[str]:
    start, before = (lines[0].number, lines[0].previous) if lines else (1, START)
    for anchor in outside:
        if any(line.hash.startswith(anchor.hash) and anchor.number in (0, line.number) for line in lines):
            continue
        # The log was resumed after this line, or after a later one, which is on record.
        if lines and start > 1 and (before.startswith(anchor.hash) or 0 < anchor.number < start):
            continue
        which = f"line {anchor.number}" if anchor.number else "a line"
        yield f"The log does not have {which} with the hash {anchor.hash[:SHORTEST_HASH]}…, which {anchor.kept_in} names."


def _set_aside(folder: Path) -> Path | None:
    """Rename the log, to keep it; returns its new path, or None where there is no log."""
    path = folder / FILE
    if not path.exists():
        return None
    number = 1
    while (kept := folder / f"{FILE}.broken-{number}").exists():
        number += 1
    path.rename(kept)
    return kept


def _continued(folder: Path, con: duckdb.DuckDBPyConnection, file: _File) -> Line | Anchor | None:
    """The last line, which the next one follows; what a killed process left is anchored or removed first.

    Raises:
        LogBrokenError: the log does not match the vault's anchors.
    """
    content = file.read()
    lines, unfinished = _parsed(folder / FILE, content)
    anchored, accepted = chain_hashes(con), breaks(con)
    first = max(accepted, default=0)
    if not lines and first > max(anchored, default=0):
        # Killed while the log was resumed.
        return Anchor(first - 1, accepted[first].previous, "the vault")
    for fault in faults(folder, anchored, accepted):
        raise LogBrokenError(folder, fault)
    if unfinished:
        file.truncate(len(unfinished))
    elif content and not content.endswith(b"\n"):
        file.append(b"\n")
    last = lines[-1] if lines else None
    if last is not None and last.number not in anchored:
        _anchor(con, last)
    return last


def _add(
    con: duckdb.DuckDBPyConnection, file: _File, last: Line | Anchor | None, action: str, why: str, what: str, acting_for: str
) -> Line:
    line = Line(
        number=last.number + 1 if last else 1,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        who=_login(),
        acting_for=_text(acting_for),
        action=action,
        why=why,
        what=_text(what),
        previous=last.hash if last else START,
    ).sealed()
    file.append(_written(line) + b"\n")
    _anchor(con, line)
    return line


def _anchor(con: duckdb.DuckDBPyConnection, line: Line) -> None:
    con.execute("insert into vault.main.log_anchor values (?, ?)", [line.number, line.hash])


def _parsed(path: Path, content: bytes) -> tuple[list[Line], bytes]:
    """The lines, and what follows the last line end: the beginning of an unfinished line.

    Raises:
        LogBrokenError: a line cannot be read.
    """
    *whole, unfinished = content.split(b"\n")
    lines: list[Line] = []
    for place, text in enumerate(whole, start=1):
        if (line := _line(text)) is None:
            raise LogBrokenError(path.parent, f"Line {place} cannot be read.")
        lines.append(line)
    # Only its line end is missing.
    if (line := _line(unfinished)) is not None and line.sealed() == line:
        return [*lines, line], b""
    return lines, unfinished


def _line(text: bytes) -> Line | None:
    """One line; None where it is none."""
    try:
        document = json.loads(text)
        line = Line(**document)
        line.sealed()
    except (TypeError, ValueError, RecursionError):
        return None
    words = [value for name, value in asdict(line).items() if name != "number"]
    if type(line.number) is not int or not all(isinstance(word, str) for word in words):
        return None
    # To the byte as it was written: of a name that occurs twice a person may read one value, and the hash is of the other.
    return line if _written(line) == text else None


def _written(line: Line) -> bytes:
    return json.dumps(asdict(line), sort_keys=True).encode()


def _login() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account that only exists in the container
        return str(os.getuid())


def _reason(why: str) -> str:
    why = _text(" ".join(why.split()))
    if len(why) < MIN_REASON:
        raise ReasonRequiredError(
            f"State a reason of {MIN_REASON} or more characters with --reason: every access to the vault is logged with it."
        )
    return why


def _text(given: str) -> str:
    """Any text, in a form that can be written everywhere: bytes of the command line that are no text stay readable."""
    return given.encode("utf-8", "backslashreplace").decode("utf-8")


class _File:
    """The log, open and locked; every change is on the disk before it returns."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def read(self) -> bytes:
        os.lseek(self.handle, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self.handle), "rb") as source:
            return source.read()

    def append(self, content: bytes) -> None:
        while content:
            content = content[os.write(self.handle, content) :]
        os.fsync(self.handle)

    def truncate(self, unfinished: int) -> None:
        os.ftruncate(self.handle, os.fstat(self.handle).st_size - unfinished)
        os.fsync(self.handle)


@contextmanager
def _locked(folder: Path) -> Iterator[_File]:
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield _File(handle)
    finally:
        os.close(handle)
