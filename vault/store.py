"""The vault's file: DuckDB encrypted with AES-GCM, opened with the key in `SNA_VAULT_KEY` or not at all.

The cipher is OpenSSL's, from the extension httpfs; DuckDB's own fallback is not fit for writing and is refused. The key is bound
as a parameter, so it stands in no statement, message or log, and nothing is ever spilled to a temporary file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import database
from orchestration.settings import VAULT_LIMIT, memory_limit

if TYPE_CHECKING:
    import duckdb

KEY = "SNA_VAULT_KEY"
MIN_KEY_CHARACTERS = 32
FILE = "vault.duckdb"
CATALOGUE = "vault"


class VaultClosed(RuntimeError):
    """The vault cannot be opened; the message says why and what to do, and never holds the key."""


def key_from_environment() -> str:
    """The key in `SNA_VAULT_KEY`.

    Raises:
        VaultClosed: there is none, or it has fewer than 32 characters.
    """
    key = os.environ.get(KEY, "")
    if len(key) < MIN_KEY_CHARACTERS:
        stands = f"holds {len(key)} characters" if key else "is not set"
        raise VaultClosed(
            f"{KEY} {stands}; the vault opens with a key of at least {MIN_KEY_CHARACTERS} characters only. Keep it in a"
            " secret store, apart from the data: without it nobody can read the vault again."
        )
    return key


@contextmanager
def opened(folder: Path, key: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory to which the vault in `folder` is attached as `vault`; made where it is missing.

    The folder is its owner's alone, and so is the file.

    Raises:
        VaultClosed: wrong key, no encryption library, or another process has the vault open.
        NotEnoughMemory: what is done with the connection needs more than `SNA_VAULT_MEMORY_LIMIT`; nothing of it is kept on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    file = folder / FILE
    con = _engine()
    try:
        with database.explained("vault", VAULT_LIMIT):
            _attach(con, file, key)
            file.chmod(0o600)
            yield con
            con.execute(f"checkpoint {CATALOGUE}")
    finally:
        con.close()


def rewrite(folder: Path, key: str) -> None:
    """Write the vault anew and put it in the place of the old file, so that nothing deleted is left in it.

    Raises:
        VaultClosed: as `opened`.
    """
    fresh = folder / f".{FILE}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    with opened(folder, key) as con:
        con.execute(f"attach '{str(fresh).replace(chr(39), chr(39) * 2)}' as fresh (encryption_key $key)", {"key": key})
        con.execute(f"copy from database {CATALOGUE} to fresh")
        con.execute("checkpoint fresh")
    fresh.chmod(0o600)
    fresh.replace(folder / FILE)


def _engine() -> duckdb.DuckDBPyConnection:
    import duckdb
    import duckdb_extensions

    con = database.connect(limit=memory_limit(VAULT_LIMIT))
    try:
        duckdb_extensions.import_extension("httpfs")
        con.execute("load httpfs")
    except (duckdb.Error, ImportError, OSError) as error:
        con.close()
        raise VaultClosed(f"The extension httpfs, whose cipher the vault is written with, cannot be loaded: {error}") from error
    if con.execute("select current_setting('force_mbedtls_unsafe')").fetchall() != [(False,)]:
        con.close()
        raise VaultClosed("DuckDB is set to force_mbedtls_unsafe, with which nothing may be written to the vault.")
    return con


def _attach(con: duckdb.DuckDBPyConnection, file: Path, key: str) -> None:
    import duckdb

    try:
        con.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as {CATALOGUE} (encryption_key $key)", {"key": key})
    except duckdb.Error as error:
        if database.is_out_of_memory(error):
            raise
        raise VaultClosed(_why(file, str(error))) from None


def _why(file: Path, message: str) -> str:
    if "encryption key" in message.lower():
        return f"{KEY} is not the key that {file} was written with."
    if "lock" in message.lower():
        return f"Another process has {file} open; try again when it has finished."
    return f"{file} cannot be opened: {message.splitlines()[0]}"
