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
    """What needs the whole county is of the full tier; what needs a county comes last, for it may still be being built."""
    for item in items:
        if "county" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if {"county", "small_county"} & set(getattr(item, "fixturenames", ())):
        return 2
    return 0 if "unit" in item.path.parts else 1
