"""Signals that arrive while DuckDB works.

DuckDB runs Python's signal handlers during a query. What a handler raises (`KeyboardInterrupt`, or Dagster's class for a run that
was stopped) it replaces by `RuntimeError("Query interrupted")`, which is an `Exception`: code that makes a fault of a file, a
failed model or a failed step out of any error would take a person's Ctrl-C for one, and continue.
"""

from __future__ import annotations


def raise_interruption(error: BaseException) -> None:
    """Raise what a signal handler raised, where an error came from that; do nothing where it did not.

    Raises:
        BaseException: the cause of the error, which is no `Exception`.
    """
    cause = error.__cause__
    if cause is not None and not isinstance(cause, Exception):
        raise cause from None
