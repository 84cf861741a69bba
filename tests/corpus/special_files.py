"""What an operating system calls a file and nobody can read to its end, in a feed's folder or handed to `sna deliver`.

Each is refused or passed over, and named; the good delivery beside it is in use.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.corpus import valid
from tests.corpus.case import ANY, NOT_TAKEN, Case, Make


def cases() -> Iterator[Case]:
    for table, ending in ((valid.CRIMES, "csv"), (valid.AMBULANCE, "xlsx"), (valid.ROYAL_DERBY, "csv")):
        beside = _beside(table)
        for name, make in _MADE.items():
            for sent in (False, True):
                way = "sent" if sent else "landed"
                yield Case(
                    "special files",
                    f"{name}, {way}, {table.feed}",
                    table.feed,
                    f"{table.period_name}.{ending}",
                    make,
                    ANY if name in _EITHER else NOT_TAKEN,
                    sent=sent,
                    beside=beside,
                    cheap=name not in ("link to endless zeros", "link to endless noise"),
                )


def _beside(table: valid.Table) -> tuple[str, bytes]:
    if table is not valid.AMBULANCE:
        return valid.neighbour(table)
    rows = [{**row, table.when: row[table.when].replace("/07/", "/06/")} for row in table.rows()]
    return "2023-06.xlsx", valid.xlsx(valid.calls(rows))


def _link(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def _loop(path: Path) -> None:
    other = path.with_name(".other")
    other.symlink_to(path)
    path.symlink_to(other)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _pipe_behind_a_link(path: Path) -> None:
    pipe = path.with_name(".pipe")
    os.mkfifo(pipe)
    path.symlink_to(pipe)


def _endless_node(path: Path) -> None:
    """The device for zeros itself; where the account may not make one, a link to it."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


def _folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "inside.csv").write_text("a,b\n1,2\n")


def _unreadable(path: Path) -> None:
    """Without permission to read; for root, who may read anything, what fails when it is read."""
    if os.geteuid():
        path.write_text("a,b\n1,2\n")
        path.chmod(0)
    else:
        path.symlink_to("/proc/self/mem")


def _growing(path: Path) -> None:
    """A file that somebody is still writing, for two seconds."""
    path.write_text("")

    def write() -> None:
        end = time.monotonic() + 2
        with path.open("ab", buffering=0) as file:
            while time.monotonic() < end:
                file.write(b"x,y,z\n" * 100)
                time.sleep(0.005)

    threading.Thread(target=write, daemon=True).start()


def _vanishing(path: Path) -> None:
    path.write_text(valid.text(valid.CRIMES.rows()))
    threading.Timer(0.05, path.unlink, [True]).start()


def _sparse(path: Path) -> None:
    """Says that it has a terabyte, and has nothing."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


_MADE: dict[str, Make] = {
    "dangling link": _link("/nowhere/at/all"),
    "link to itself": _loop,
    "link to a folder": _link("/etc"),
    "link to the folder it is in": _link("."),
    "link to endless zeros": _link("/dev/zero"),
    "link to endless noise": _link("/dev/urandom"),
    "link to an empty device": _link("/dev/null"),
    "link to a terminal": _link("/dev/tty"),
    "link to a password file": _link("/etc/passwd"),
    "link to a process's memory": _link("/proc/self/mem"),
    "link to a kernel file without a size": _link("/proc/version"),
    "named pipe": os.mkfifo,
    "link to a named pipe": _pipe_behind_a_link,
    "socket": _socket,
    "device node": _endless_node,
    "folder named like a file": Path.mkdir,
    "folder with a file in it": _folder_with_a_file,
    "unreadable": _unreadable,
    "growing": _growing,
    "vanishing": _vanishing,
    "a terabyte of nothing": _sparse,
    "empty": Path.touch,
}
# Whether it is whole by then is chance.
_EITHER = ("growing", "vanishing")
