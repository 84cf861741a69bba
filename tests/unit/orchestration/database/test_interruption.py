"""A signal during a query ends the work; it is neither a fault of a file, nor a rule that crashed, nor a failed step."""

import duckdb
import pytest

from expectations import gate
from orchestration.database.interruption import raise_interruption
from orchestration.ingest.files.readers import of_content
from tests.unit.orchestration.conftest import StoppedError


def test_duckdb_makes_an_error_of_it(stopped):
    """The reason for the module: it can go when DuckDB passes on what the handler raised."""
    with pytest.raises(RuntimeError, match="interrupted") as error:
        stopped()
    with pytest.raises(StoppedError):
        raise_interruption(error.value)
    with pytest.raises(StoppedError):
        of_content(error.value)


@pytest.mark.parametrize("cause", [None, ValueError("a cause")])
def test_other_errors_are_left_to_their_handlers(cause):
    error = RuntimeError("Query interrupted")
    error.__cause__ = cause
    raise_interruption(error)
    assert of_content(error).code == "D10"


def test_no_rule_of_a_gate_crashes_by_it(monkeypatch, stopped, tmp_path):
    monkeypatch.setitem(gate.SUITES, "feeds", stopped)
    with duckdb.connect() as con, pytest.raises(StoppedError):
        gate.run("feeds", con, tmp_path, None)
