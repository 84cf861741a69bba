"""What tests of all folders share: counties that do not exist, the seeds, where real files are."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from orchestration.home.environment import PROJECT
from tests import counties
from tests.counties import BIN, County

__all__ = ["BIN", "County"]

REAL_DATA = PROJECT.parent / "shared" / "data"
SEEDS = PROJECT / "dbt_project" / "seeds"
# What the needs assessment printed: the one report of the committed areas whose figures there are.
(PRINTED,) = (path.parent for path in (PROJECT / "areas").glob("*/reports/*/figures.csv"))

# Folders whose tests share what takes seconds to make or to import, which one worker does for all of them.
TOGETHER = {
    PROJECT / "tests" / "integration" / "reporting": "report",
    PROJECT / "tests" / "integration" / "expectations": "expectations",
    PROJECT / "tests" / "unit" / "expectations": "expectations",
}

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def seeded(name: str, folder: Path = PRINTED) -> list[dict[str, str]]:
    """Rows of a seed, or of a file of the printed report, such as `figures` or `errata`."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reconciled() -> dict[str, int]:
    """Printed figures by the status that they must have on the demonstration data."""
    printed, errata = len(seeded("figures")), len(seeded("errata"))
    return {"match": printed - errata, "erratum": errata}


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """What a test puts into the environment, as `Settings.export` does, is not there for the next one."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def small_county() -> County:
    """Two months of a county, refreshed by the command line; not to be changed by tests."""
    return counties.small()


@pytest.fixture(scope="session")
def county() -> County:
    """The demonstration's county, refreshed from nothing by the command line; not to be changed by tests."""
    return counties.whole()


@pytest.fixture
def own_small_county(small_county, tmp_path) -> County:
    """A copy of the small county that a test may change."""
    return small_county.copy(tmp_path)


@pytest.fixture
def own_county(county, tmp_path) -> County:
    """A copy of the refreshed county that a test may change."""
    return county.copy(tmp_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the whole county is of the full tier; some folders keep together. The order is that of `_rank`."""
    for item in items:
        if "county" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
        group = TOGETHER.get(item.path.parent)
        # Those that take minutes are spread over all workers.
        if group and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    """Long tests come before short ones, or one worker would have nothing to do while the other is at the last of them.

    A county may still be being built in the beginning. Then come tests that refresh one; the last are thousands of milliseconds.
    """
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & {"own_county", "own_small_county"}:
        return 1
    if fixtures & {"county", "small_county"}:
        return 2
    return 3 if {"unit", "orchestration"} <= set(item.path.parts) else 0
