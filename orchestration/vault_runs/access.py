"""The vault as the commands and the demonstration open it: with which key, and against which anchors of its log.

Three remember the log: the vault itself, the releases (each manifest names the last line that there was), and who kept the output
of a command. The first two are compared before anything of the vault is shown.

A live vault is founded by a person (`sna hkci init`), and its key is in no file of the home. That of a demonstration is founded
by its refresh, with a key that lies beside it and protects nothing, since nobody in it is real.
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


def given_key(settings: Settings, file: Path | None = None) -> str:
    """The key for a command: the one given (`key.given`), or that of the demonstration.

    Raises:
        KeyRefusedError: its file cannot be used.
        VaultLockedError: there is none.
    """
    own = settings.vault / DEMONSTRATION_KEY
    if file is None and settings.is_demonstration and own.exists() and not is_key_set():
        file = own
    if given := key.given(file):
        return given
    raise store.VaultLockedError(
        f"The vault opens with its key only, and none was given: name its file with --key-file or {key.FILE_VARIABLE}, or set"
        f" {key.VARIABLE} for this command alone. Keep it in a secret store, apart from the data: without it nobody can read the"
        " vault again."
    )


@contextmanager
def opened(settings: Settings, vault_key: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The vault, open, if its log goes on from every line that the vault and the releases remember.

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
    """Make the vault of a home.

    Args:
        lost: a vault that was here before is lost, and the new one takes its place.
        before: called when all is ready and nothing is there yet; where it raises, nothing is made.

    Raises:
        VaultLockedError: there is one, or was one and `lost` was not said.
        ReasonRequiredError: no reason was given.
    """
    if store.is_founded(settings.vault):
        raise store.VaultLockedError(f"There is a vault in {settings.vault} already; `sna hkci list --reason TEXT` opens it.")
    outside = released(settings)
    if not lost and (left := _left(settings, outside)):
        raise store.VaultLockedError(
            f"There was a vault in {settings.vault} before: {left}. Restore {settings.vault / store.FILE} and the log beside it"
            " from a backup. Where they are lost, `sna hkci init --lost --reason TEXT` founds an empty vault that goes on with"
            " the log."
        )

    def first(con: duckdb.DuckDBPyConnection) -> None:
        before()
        access_log.found(settings.vault, con, outside, why=why, acting_for=acting_for)

    store.found(settings.vault, vault_key, first, ENGINE)


def found_demonstration(settings: Settings) -> None:
    """Make the vault of a demonstration, with a worthless key in a file beside it, where there is none.

    Raises:
        VaultLockedError: there is one, and its key is gone.
    """
    file = settings.vault / DEMONSTRATION_KEY
    if store.is_founded(settings.vault):
        if not file.exists() and not is_key_set():
            raise store.VaultLockedError(
                f"{file}, the worthless key of the demonstration's vault, is gone. Restore it, or delete {settings.vault} and run"
                " `sna refresh --force`: everything in it is made again."
            )
        return
    settings.vault.mkdir(parents=True, exist_ok=True)
    settings.vault.chmod(0o700)
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{WORTHLESS}{key.generate()}\n")
    fresh.replace(file)
    # What was there before can only have been a demonstration's.
    found(settings, given_key(settings), why="Demonstration data: the vault of a county that does not exist", lost=True)


def released(settings: Settings) -> list[Anchor]:
    """The last line of the log that each release names, one anchor per line."""
    from orchestration.publication.releases import all_releases

    anchors = {}
    for release in all_releases(settings.published):
        if named := release.manifest.get("access_log"):
            anchors[named["hash"]] = Anchor(named["line"], named["hash"], f"release {release.id}")
    return [*anchors.values()]


def to_release(settings: Settings) -> dict[str, object] | None:
    """What the next release says of the log: its last line, or what the release before said where that is not in it any more."""
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
    """What can be said against the log without the key, in one sentence; None where there is nothing."""
    if not store.is_founded(settings.vault):
        outside = released(settings)
        return f"{_left(settings, outside)}, and {settings.vault / store.FILE} is gone: restore it." if outside else None
    try:
        access_log.require_continued(settings.vault, None, released(settings))
    except access_log.LogBrokenError as error:
        return str(error)
    return None


def _left(settings: Settings, outside: list[Anchor]) -> str:
    """What speaks of an earlier vault; empty where nothing does. A founding that was interrupted is none."""
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
    """Whether the environment of this command holds a key, or names its file."""
    return bool(os.environ.get(key.VARIABLE) or os.environ.get(key.FILE_VARIABLE))
