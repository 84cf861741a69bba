"""The vault's file: DuckDB encrypted with AES-GCM, created once by its own command, and opened only with its key.

The cipher is OpenSSL's, from the extension httpfs; DuckDB's own fallback is not fit for writing and is refused. The key is bound
as a parameter, so no statement, message or log contains it, and nothing is ever spilled to a temporary file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

FILE = "vault.duckdb"
CATALOGUE = "vault"


class VaultLockedError(RuntimeError):
    """The vault cannot be opened; the message says why and what to do, and never contains the key."""


@dataclass(frozen=True)
class Engine:
    """How DuckDB is opened for the vault.

    Attributes:
        connect: opens a database in memory, with a memory limit and no folder to spill to.
        explained: a block in which an error that came from too little memory is replaced by one that says what to do.
        is_out_of_memory: whether too little memory was the reason of an error.
    """

    connect: Callable[[], duckdb.DuckDBPyConnection]
    explained: Callable[[], AbstractContextManager[None]]
    is_out_of_memory: Callable[[BaseException], bool]


def is_founded(folder: Path) -> bool:
    """Whether there is a vault in a folder."""
    return (folder / FILE).exists()


def found(folder: Path, key: str, first: Callable[[duckdb.DuckDBPyConnection], object], engine: Engine) -> None:
    """Create the vault in `folder`, complete with what `first` writes into it, or not at all.

    Only the owner can read the folder and the file.

    Raises:
        VaultLockedError: there is one already, or no encryption library.
    """
    if is_founded(folder):
        raise VaultLockedError(f"There is already a vault in {folder}.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _sweep(folder)
    fresh = folder / f".{FILE}.{os.getpid()}"
    con = _connect(engine)
    try:
        _attach(con, fresh, key, engine)
        first(con)
        con.execute(f"checkpoint {CATALOGUE}")
        con.execute(f"detach {CATALOGUE}")
    finally:
        con.close()
    _put_in_place(fresh, folder / FILE)


@contextmanager
def opened(folder: Path, key: str, engine: Engine) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory to which the vault in `folder` is attached as `vault`.

    Raises:
        VaultLockedError: there is none, wrong key, no encryption library, or another process has the vault open.
        Exception: what `engine.explained` makes of too little memory; nothing of what was done is kept on disk.
    """
    file = folder / FILE
    if not is_founded(folder):
        raise VaultLockedError(f"There is no vault in {folder}. Create one with `sna hkci init`, which also generates its key.")
    con = _connect(engine)
    try:
        with engine.explained():
            _attach(con, file, key, engine)
            file.chmod(0o600)
            yield con
            con.execute(f"checkpoint {CATALOGUE}")
    finally:
        con.close()


def rewrite(folder: Path, key: str, engine: Engine) -> None:
    """Write the vault to a new file and replace the old one, so that no trace of deleted rows remains.

    Raises:
        VaultLockedError: as `opened`.
    """
    fresh = folder / f".{FILE}.{os.getpid()}"
    with opened(folder, key, engine) as con:
        _sweep(folder)
        # Without the write-ahead log of the old file, which has the name of that of the new one.
        con.execute(f"checkpoint {CATALOGUE}")
        con.execute(f"attach '{str(fresh).replace(chr(39), chr(39) * 2)}' as fresh (encryption_key $key)", {"key": key})
        con.execute(f"copy from database {CATALOGUE} to fresh")
        con.execute("checkpoint fresh")
        con.execute("detach fresh")
        # While the old one is still held: nothing can be written to it that the new one lacks.
        _put_in_place(fresh, folder / FILE)


def _put_in_place(fresh: Path, file: Path) -> None:
    fresh.chmod(0o600)
    for path in (fresh, fresh.parent):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    fresh.replace(file)


def _sweep(folder: Path) -> None:
    """Remove what a process left that was killed while it wrote the file."""
    for left in folder.glob(f".{FILE}.*"):
        left.unlink()


def _connect(engine: Engine) -> duckdb.DuckDBPyConnection:
    import duckdb
    import duckdb_extensions

    con = engine.connect()
    try:
        duckdb_extensions.import_extension("httpfs")
        con.execute("load httpfs")
    except (duckdb.Error, ImportError, OSError) as error:
        con.close()
        raise VaultLockedError(
            f"The extension httpfs, whose cipher the vault is written with, cannot be loaded: {error}"
        ) from error
    if con.execute("select current_setting('force_mbedtls_unsafe')").fetchall() != [(False,)]:
        con.close()
        raise VaultLockedError(
            "DuckDB has the setting force_mbedtls_unsafe, which is not safe for writing to the vault; unset it."
        )
    return con


def _attach(con: duckdb.DuckDBPyConnection, file: Path, key: str, engine: Engine) -> None:
    import duckdb

    try:
        con.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as {CATALOGUE} (encryption_key $key)", {"key": key})
    except duckdb.Error as error:
        if engine.is_out_of_memory(error):
            raise
        raise VaultLockedError(_why(file, str(error))) from None


def _why(file: Path, message: str) -> str:
    if "encryption key" in message.lower():
        return f"This is not the key that {file} was written with. Nothing was changed."
    if "lock" in message.lower():
        return f"Another process has {file} open; try again when it has finished."
    return (
        f"{file} cannot be opened: {message.splitlines()[0]} Restore it from a backup; if there is none, move it away and"
        " create another with `sna hkci init`, which continues the access log."
    )
