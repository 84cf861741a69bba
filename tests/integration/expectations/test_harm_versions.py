"""Another edition of the harm index restates every year, and touches no fact."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.home.settings import Settings
from orchestration.warehouse.dbt import _invoke

HARM = """
    select financial_year, harm_version, sum(harm_days), sum(weighted_offences), sum(offences), count(distinct harm_version)
    from marts.crime_harm group by financial_year, harm_version order by all
"""
PEOPLE = """
    select financial_year, string_agg(distinct harm_version), sum(occurrences)
    from marts.crime_harm_by_person group by financial_year order by all
"""
FACT = "select count(*), bit_xor(hash(offence)) from conformed.fct_offence as offence"


@pytest.fixture
def own_home(home: Settings, tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "raw", tmp_path / "home")
    settings.home.mkdir()
    shutil.copy(home.warehouse, settings.warehouse)
    return settings


def ask(settings: Settings, *queries: str) -> list[list[tuple[Any, ...]]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        return [con.execute(query).fetchall() for query in queries]


@pytest.mark.slow
def test_changing_the_version_restates_the_whole_series(own_home: Settings) -> None:
    before, people, fact = ask(own_home, HARM, PEOPLE, FACT)
    assert [row[:2] for row in before] == [("2022/23", "2023"), ("2023/24", "2023")]
    command = ["build", "--select", "dim_harm_weight+", "--exclude-resource-type", "unit_test", "test"]
    _invoke(own_home, command, variables={"harm_version": "2026"})
    after, people_after, fact_after = ask(own_home, HARM, PEOPLE, FACT)
    (robberies,) = ask(
        own_home,
        """select financial_year, 365 * count(*), count(*) from conformed.fct_offence
           where is_serious_violence and offence_type like 'Robbery%' group by all order by all""",
    )
    # Of the edition of 2026 nothing is known here but murder, of which there is none, and robbery.
    assert [(year, harm, weighted) for year, _, harm, weighted, *_ in after] == robberies
    assert [row[1] for row in after] == ["2026", "2026"]
    assert [(row[0], row[4]) for row in after] == [(row[0], row[4]) for row in before]
    assert [row[2] for row in after] != [row[2] for row in before]
    assert [(year, number) for year, _, number in people_after] == [(year, number) for year, _, number in people]
    assert {version for _, version, _ in people_after} == {"2026"}
    assert fact_after == fact
