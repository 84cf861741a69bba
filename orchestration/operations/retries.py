"""Retries of steps: passing faults are retried, everything else stops the run at once.

A refused delivery or a failed gate would fail again, and waiting would hide it from the person who has to correct it.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of the functions that are wrapped.

import errno
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import dagster as dg

from orchestration.database import connection
from orchestration.database.interruption import raise_interruption
from orchestration.home import redaction
from orchestration.operations import configuration

# On a run that a person watches at a terminal, who can act on an error faster than a retry would.
ATTENDED = "sna/attended"

# A disk, share or network that did not answer this time. A full disk, a missing right and a read-only home stay as they are.
PASSING = frozenset(
    {errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH}
    | {errno.ENETDOWN, errno.ENETUNREACH, errno.ECONNRESET, errno.ECONNABORTED, errno.ENOTCONN}
)
# DuckDB's words, which dbt passes on: another process has the warehouse open.
HELD = "Could not set lock on file"

Function = TypeVar("Function", bound=Callable[..., Any])


def may_pass(error: BaseException) -> bool:
    """Whether an error, or its cause, is a passing fault."""
    cause: BaseException | None = error
    while cause is not None:
        if HELD in str(cause) or (isinstance(cause, OSError) and cause.errno in PASSING):
            return True
        cause = cause.__cause__
    return False


def retried(function: Function) -> Function:
    """Let an asset's or check's function ask Dagster for another attempt when what stopped it may pass (operations.yaml)."""

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generator(context: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
            with _asking_again(context):
                yield from function(context, *args, **kwargs)

        return generator  # type: ignore[return-value]

    @functools.wraps(function)
    def plain(context: Any, *args: Any, **kwargs: Any) -> Any:
        with _asking_again(context):
            return function(context, *args, **kwargs)

    return plain  # type: ignore[return-value]


@contextmanager
def _asking_again(context: Any) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise_interruption(error)
        if message := connection.not_enough(error, context.op_execution_context.op.name):
            context.log.debug(str(error))  # names the models or the query
            raise connection.NotEnoughMemoryError(message) from None
        if ATTENDED in context.run.tags or not may_pass(error):
            if (known := redaction.redacted(error)) is error:
                raise
            raise known from None
        retries = configuration.load().retries
        if context.retry_number >= retries.step_attempts:
            raise
        wait = retries.step_wait_seconds * 2**context.retry_number
        context.log.warning(f"{type(error).__name__}: {error} Trying again in {wait} s.")
        raise dg.RetryRequested(max_retries=retries.step_attempts, seconds_to_wait=wait) from error
