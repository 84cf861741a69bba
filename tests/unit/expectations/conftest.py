"""A gate on tiny tables: `ask(con, stage)` returns the verdicts by expectation, of some subjects or of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from expectations.verdicts import Verdict
from orchestration.warehouse.validation import context

Ask = Callable[..., dict[tuple[str, str], Verdict]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run a gate and key its verdicts by (subject, expectation), which must be unique."""
    from expectations import gate

    def run(con: duckdb.DuckDBPyConnection, stage: str, *subjects: str) -> dict[tuple[str, str], Verdict]:
        verdicts = gate.run(stage, con, tmp_path / "data_docs", context({}), subjects or None)  # type: ignore[arg-type]
        keyed = {(verdict.subject, verdict.expectation): verdict for verdict in verdicts}
        assert len(keyed) == len(verdicts)
        return keyed

    return run
