"""Opening the vault for the commands and the demonstration: the key, and the check of the access log against its anchors.

The log is anchored in three places: in the vault, in the releases (each manifest has the number and hash of the last line), and
in the output of commands that somebody has kept. The first two are compared before anything from the vault is shown.

A live vault is created by a person (`sna hkci init`), and its key is in no file of the home. That of a demonstration is created
by its refresh, with a key in a file beside it that protects nothing, since nobody in it is real.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.database import connection
from orchestration.home.environment import VAULT_LIMIT, memory_limit
from orchestration.home.settings import Settings
from vault import access_log, key, store
from vault.access_log import Anchor

if TYPE_CHECKING:
    import duckdb

ENGINE = store.Engine(
    connect=lambda: connection.connect(limit=memory_limit(VAULT_LIMIT)),
    explained=lambda: connection.explained("vault", VAULT_LIMIT),
    is_out_of_memory=connection.is_out_of_memory,
)

DEMONSTRATION_KEY = "demonstration.key"
WORTHLESS = "# Worthless: the key of a demonstration's vault, in which nobody is real. Never use it for another.\n"


def provided_key(settings: Settings, file: Path | None = None) -> str:
    """The key for a command: the one provided (`key.provided`), or that of the demonstration.

    Raises:
        KeyRefusedError: its file cannot be used.
        VaultLockedError: there is none.
    """
    own = settings.vault / DEMONSTRATION_KEY
    if file is None and settings.is_demonstration and own.exists() and not is_key_set():
        file = own
    if provided := key.provided(file):
        return provided
    raise store.VaultLockedError(
        f"The vault opens with its key only, and none was provided: name its file with --key-file or {key.FILE_VARIABLE}, or set"
        f" {key.VARIABLE} for this command alone. Keep it in a secret store, apart from the data: without it nobody can read the"
        " vault again."
    )


@contextmanager
def opened(settings: Settings, vault_key: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The opened vault, if its log continues from every line that the vault and the releases have recorded.

    Raises:
        VaultLockedError: as `store.opened`.
        LogBrokenError: the log does not.
    """
    with store.opened(settings.vault, vault_key, ENGINE) as con:
        access_log.require_continued(settings.vault, con, released(settings))
        yield con


def found(
    settings: Settings,
    vault_key: str,
    *,
    why: str,
    acting_for: str = "",
    lost: bool = False,
    before: Callable[[], object] = lambda: None,
) -> None:
    """Create the vault of a home.

    Args:
        lost: an earlier vault is lost, and the new one replaces it.
        before: called just before anything is created; if it raises, nothing is created.

    Raises:
        VaultLockedError: there is a vault, or there was one and `lost` is false.
        ReasonRequiredError: the reason is missing or too short.
    """
    if store.is_founded(settings.vault):
        raise store.VaultLockedError(f"There is already a vault in {settings.vault}; `sna hkci list --reason TEXT` opens it.")
    outside = released(settings)
    if not lost and (left := _left(settings, outside)):
        raise store.VaultLockedError(
            f"There was a vault in {settings.vault} before: {left}. Restore {settings.vault / store.FILE} and the log beside it"
            " from a backup. If they are lost, `sna hkci init --lost --reason TEXT` creates an empty vault that continues"
            " the log."
        )

    def first(con: duckdb.DuckDBPyConnection) -> None:
        before()
        access_log.found(settings.vault, con, outside, why=why, acting_for=acting_for)

    store.found(settings.vault, vault_key, first, ENGINE)


def found_demonstration(settings: Settings) -> None:
    """Create the vault of a demonstration, with a worthless key in a file beside it, if there is none.

    Raises:
        VaultLockedError: there is one, and its key is missing.
    """
    file = settings.vault / DEMONSTRATION_KEY
    if store.is_founded(settings.vault):
        if not file.exists() and not is_key_set():
            raise store.VaultLockedError(
                f"{file}, the worthless key of the demonstration's vault, is gone. Restore it, or delete {settings.vault} and"
                " run `sna refresh --force`, which rebuilds everything in it."
            )
        return
    settings.vault.mkdir(parents=True, exist_ok=True)
    settings.vault.chmod(0o700)
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{WORTHLESS}{key.generate()}\n")
    fresh.replace(file)
    # What was there before can only have been a demonstration's.
    found(settings, provided_key(settings), why="Demonstration data: the vault of a county that does not exist", lost=True)


def released(settings: Settings) -> list[Anchor]:
    """The last line of the log that each release names, one anchor per line."""
    from orchestration.publication.releases import all_releases

    anchors = {}
    for release in all_releases(settings.published):
        if named := release.manifest.get("access_log"):
            anchors[named["hash"]] = Anchor(named["line"], named["hash"], f"release {release.id}")
    return [*anchors.values()]


def to_release(settings: Settings) -> dict[str, object] | None:
    """The anchor of the log for the next release: its last line, or that of the previous release if the log no longer has it."""
    before = max(released(settings), default=None)
    try:
        access_log.require_continued(settings.vault, None, [before] if before else [])
        last = access_log.last_line(settings.vault)
    except access_log.LogBrokenError:
        last = None
    if last is not None:
        return {"line": last.number, "hash": last.hash}
    return {"line": before.number, "hash": before.hash} if before else None


def fault(settings: Settings) -> str | None:
    """What is wrong with the log as far as can be seen without the key, in one sentence; None where nothing is."""
    if not store.is_founded(settings.vault):
        outside = released(settings)
        return f"{_left(settings, outside)}, and {settings.vault / store.FILE} is gone: restore it." if outside else None
    try:
        access_log.require_continued(settings.vault, None, released(settings))
    except access_log.LogBrokenError as error:
        return str(error)
    return None


def _left(settings: Settings, outside: list[Anchor]) -> str:
    """Evidence of an earlier vault; empty where there is none. One whose creation was interrupted does not count."""
    if outside:
        newest = max(outside)
        return f"{newest.kept_in} names line {newest.number} of its log"
    try:
        lines = access_log.read(settings.vault)
    except access_log.LogBrokenError as error:
        return error.fault
    if all(line.action == "found" for line in lines):
        return ""
    return f"its log has {len(lines)} lines"


def is_key_set() -> bool:
    """Whether the environment of this command has a key, or names its file."""
    return bool(os.environ.get(key.VARIABLE) or os.environ.get(key.FILE_VARIABLE))
