"""Redaction of error messages that may quote a value, for logs, terminals and mails.

A database that cannot convert a text quotes it, and so do libraries. Such messages are not recorded: only the kind of the error
and the line that raised it are, by which a developer finds the statement.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path

import duckdb

from orchestration.home.environment import PROJECT

# Classes whose messages are of this project or its orchestrator, or speak of files, processes, tables and columns only.
_OWN = ("orchestration", "vault", "expectations", "dagster", "dagster_dbt", "dagster_shared", "click", "typer")
_SHOWN = (
    *(OSError, MemoryError, AssertionError, NotImplementedError, ImportError, RecursionError, RuntimeError),
    *(duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException, duckdb.SyntaxException, duckdb.IOException),
    *(duckdb.OutOfMemoryException, duckdb.ConnectionException, duckdb.DependencyException, duckdb.PermissionException),
    *(duckdb.TransactionException, duckdb.InterruptException),
)
# The same kinds as DuckDB and dbt name them within a message.
_SHOWN_KINDS = {
    *("Catalog Error", "Binder Error", "Parser Error", "Syntax Error", "IO Error", "Out of Memory Error", "Connection Error"),
    *(
        "Dependency Error",
        "Permission Error",
        "TransactionContext Error",
        "INTERRUPT Error",
        "Runtime Error",
        "Compilation Error",
    ),
    *("Database Error", "Parsing Error", "Dbt Runtime Error", "Dbt Internal Error"),
}
_KIND = re.compile(r"\b([A-Z][A-Za-z]*(?: (?:of )?[A-Z][A-Za-z]*)*? ?(?:Error|Exception))\b(?: in [^\n]*\n|:)")


class RedactedError(RuntimeError):
    """An unexpected error, with its kind and place in place of its message."""


def redacted(error: Exception) -> Exception:
    """The error itself if its message quotes no value; else one that has only its kind and where it was raised."""
    if isinstance(error, _SHOWN) or type(error).__module__.partition(".")[0] in _OWN:
        return error
    return RedactedError(f"{type(error).__name__}{_place(error)}. Its message may quote data and is not recorded.")


def redacted_message(message: str) -> str:
    """A message of dbt up to the first kind of error whose message may quote a value, which is named."""
    for found in _KIND.finditer(message):
        if found[1] not in _SHOWN_KINDS:
            return f"{message[: found.end(1)]}, whose message may quote data and is not recorded."
    return message


def _place(error: Exception) -> str:
    """The innermost line of this project that the error came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(PROJECT) and "site-packages" not in path.parts:
            return f" at {path.relative_to(PROJECT)}, line {frame.lineno}"
    return ""
