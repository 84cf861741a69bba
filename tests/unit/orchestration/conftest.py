"""A warehouse of two small tables, and what publishes it; a query that a signal meets."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.press import Press, make_press

LONG_QUERY = "select sum(hash(i)::hugeint) from range(100000000000) t(i)"


class StoppedError(BaseException):
    """Like what Dagster's handler raises in a run that somebody stopped: no `Exception`."""


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return make_press(tmp_path)


@pytest.fixture
def stopped() -> Iterator[Callable[..., Any]]:
    """A function, whatever its arguments, that runs a query of DuckDB during which a signal's handler raises `StoppedError`."""

    def handler(*_: Any) -> None:
        raise StoppedError

    def query(*_: Any, **__: Any) -> Any:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        # With more threads DuckDB looks for signals less often.
        with duckdb.connect(config={"threads": 1}) as con:
            return con.execute(LONG_QUERY).fetchall()

    before = signal.signal(signal.SIGALRM, handler)
    yield query
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
