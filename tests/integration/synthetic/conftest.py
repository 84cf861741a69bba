"""The demonstration's deliveries, and an independent count of them."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from synthetic import DemoSummary
from tests import counties
from tests.conftest import PRINTED

HERE = Path(__file__).parent
SEEDS = HERE.parents[2] / "dbt_project" / "seeds"


@pytest.fixture(scope="session")
def demo() -> DemoSummary:
    return counties.demo()


@pytest.fixture(scope="session")
def raw(demo) -> Path:
    return demo.raw


@pytest.fixture(scope="session")
def sampled() -> Path:
    return counties.sampled()


@pytest.fixture(scope="module", params=[pytest.param("whole", marks=pytest.mark.slow), "sampled"])
def zone(request) -> Path:
    """A landing zone of the demonstration: whole in the full tier, and a sample of it every day."""
    return request.getfixturevalue("raw" if request.param == "whole" else "sampled")


def of_the_whole(test):
    """Mark a test of numbers that only the whole demonstration has."""
    return pytest.mark.slow(pytest.mark.parametrize("zone", ["whole"], indirect=True)(test))


@pytest.fixture(scope="session")
def count() -> Callable[[Path], duckdb.DuckDBPyConnection]:
    """Count the deliveries of a landing zone and put the figures beside the printed ones (tables counted and compared)."""

    def run(raw: Path) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        con.execute("set variable raw = ?", [str(raw)])
        con.execute("set variable seeds = ?", [str(SEEDS)])
        con.execute("set variable printed = ?", [str(PRINTED)])
        con.execute((HERE / "count.sql").read_text())
        return con

    return run
