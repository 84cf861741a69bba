"""Each definition's totals beside an independent count of the landed files, and a definition that is added as rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.home.environment import DBT_PROJECT
from orchestration.home.settings import Settings
from tests.counties import County

# The definitions as their owners word them, typed here once more: no rule of the project's seeds is read.
HOMICIDE = ["001/01", "001/02", "004/01", "004/02", "004/10"]
GRIEVOUS = ["002/00", "005/01", "005/04", "005/08", "008/01", "008/02", "008/33", "010/11"]
WEAPONS = ["010/14", "010/91", "008/26", "008/27", "081/03", "090/01"]
ROBBERY = ["034/01", "034/02", "034/11", "034/12"]
SERIOUS = [*HOMICIDE, *GRIEVOUS, *WEAPONS, *ROBBERY]
SEXUAL = ["17A", "19C", "20A"]
INJURY = ["2", "5D", "5E", "8N", "8P", "8S", "8T"]
PUBLIC = ["Street", "Open space", "Car park", "Licensed premises", "Public transport", "Shop"]
YOUNG = range(25)


def of_classes(crimes: pd.DataFrame, *classes: str) -> pd.Series:
    return crimes["ho_class"].isin(classes)


def counted(crimes: pd.DataFrame, young: set[str]) -> dict[str, pd.Series]:
    """Whether each definition counts each crime; `young` are the crimes with a victim or suspect under 25."""
    knife, domestic, slavery = (crimes[flag] == "Y" for flag in ("knife", "domestic_abuse", "modern_slavery"))
    code = crimes["ho_sub_code"]
    plain = ~domestic & ~slavery
    lesser = code.isin(["008/06", "008/34", "105/01"])
    threats = of_classes(crimes, "3B", "8Q", "59", "66", "9A")
    violence = of_classes(crimes, *INJURY, *SEXUAL, "104", "105A", "34A", "34B")
    return {
        "sna-2024": code.isin(SERIOUS) & plain,
        "sna-2024-domestic-abuse": code.isin(SERIOUS) & ~slavery,
        "knife-enabled": knife & of_classes(crimes, "1", "4.1", "4.2", "2", "5D", "8N", "8P", "8S", "3B", "34A", "34B", *SEXUAL),
        "duty-section-13": domestic
        | violence
        | threats
        | of_classes(crimes, "1", "4.1", "4.2", "4.10", "56B", "58B", "58C", "106")
        | of_classes(crimes, "10A", "10B", "10C", "10D", "81", "90"),
        "under-25-public-place": (violence | of_classes(crimes, "1", "4.1", "4.2", "3B"))
        & ~domestic
        & crimes["location_type"].isin(PUBLIC)
        & crimes["crime_reference"].isin(young),
        "hotspot-2024": code.isin([*SERIOUS, "008/06", "008/34", "008/11", "008/75"]) & plain,
        "school-2024": (code.isin(SERIOUS) | lesser | knife) & plain,
        "hkci-2024": (code.isin(WEAPONS) | knife) & ~domestic,
    }


def landed(settings: Settings, feed: str) -> pd.DataFrame:
    """Accepted rows of the deliveries in use of a feed of the force."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        in_use = {load for (load,) in con.execute("select load_id from ledger.delivery where in_use").fetchall()}
    files = (settings.landing / "derbyshire_constabulary" / feed).glob("*/*/accepted.parquet")
    return pd.concat([pd.read_parquet(file) for file in files if file.parent.name in in_use])


def assert_totals_are_the_independent_count(county: County) -> None:
    crimes, victims, suspects = (landed(county.settings, feed) for feed in ("crimes", "victims", "suspects"))
    people = pd.concat([victims, suspects])
    of_each = counted(crimes, set(people.loc[people["age"].isin(YOUNG), "crime_reference"]))
    youngest = victims.groupby("crime_reference")["age"].min()
    months = crimes["recorded_at"].dt.strftime("%Y-%m")
    bands = [-1, 9, 17, 24, 34, 59, 129]
    ages = pd.cut(crimes["crime_reference"].map(youngest), bands, labels=["Under 10", "10-17", "18-24", "25-34", "35-59", "60+"])
    ages = ages.astype(object).fillna("Unknown")
    counts = {
        (definition, *key): number
        for definition, mask in of_each.items()
        for key, number in crimes[mask].groupby([months[mask], crimes.loc[mask, "knife"] == "Y", ages[mask]]).size().items()
    }
    published = county.query(
        """select definition_id, strftime(month_start, '%Y-%m'), is_knife_crime, youngest_victim_age_group, sum(offences)::int
           from marts.violence_by_definition group by all"""
    )
    assert {tuple(key): number for *key, number in published} == counts
    assert {definition for definition, *_ in counts} == set(of_each)
    yearly = county.query(
        "select definition_id, sum(offences)::int from marts.violence_by_definition_yearly where is_total group by all"
    )
    assert dict(yearly) == {definition: int(mask.sum()) for definition, mask in of_each.items()}


def test_totals_of_each_definition_are_those_of_an_independent_count(small_county: County) -> None:
    assert_totals_are_the_independent_count(small_county)


def test_totals_of_five_years_are_those_of_an_independent_count(county: County) -> None:
    assert_totals_are_the_independent_count(county)


IN_FORCE = "sna-2024-domestic-abuse"
BUILT = (
    *("violence_definition", "violence_definition_rule", "dim_definition", "dim_definition_rule", "bridge_offence_code_rule"),
    *("bridge_offence_definition", "violence_by_definition", "violence_by_definition_yearly"),
    *("fct_offence", "offences_yearly", "figures", "reconciliation"),
)


def append(seed: Path, row: dict[str, str]) -> None:
    with seed.open(newline="", encoding="utf-8") as file:
        columns = next(csv.reader(file))
    assert row.keys() <= set(columns)
    with seed.open("a", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerow(row)


@pytest.fixture(scope="module")
def changed(
    dbt: Callable[..., Any], settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The mini county as a project builds it that has one definition more, `blades`, and another one in force."""
    folder = tmp_path_factory.mktemp("definitions")
    project, before = folder / "dbt_project", folder / "before.duckdb"
    shutil.copytree(DBT_PROJECT, project)
    reference = project / "seeds" / "reference"
    append(
        reference / "violence_definition.csv",
        {"definition_id": "blades", "definition_name": "Blades with the knife flag", "owner": "A board", "version": "1"},
    )
    rule = {
        "definition_id": "blades",
        "effect": "count",
        "ho_class": "10D",
        "offence_type": "Possession of weapons offences",
    }
    rule |= {"knife_flag": "only", "domestic_abuse": "out", "modern_slavery": "in", "public_place": "in"}
    append(reference / "violence_definition_rule.csv", rule | {"valid_from": "2023-04-01"})
    shutil.copy(settings.warehouse, before)
    command = ("build", "--full-refresh", "--exclude-resource-type", "unit_test", "--select", *BUILT)
    try:
        result = dbt(*command, project=project, definition_id=IN_FORCE)
        assert result.success, result.exception
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            yield con
    finally:
        before.replace(settings.warehouse)


@pytest.mark.xdist_group("definitions")
def test_a_definition_is_added_with_rows_of_seeds_alone(changed: duckdb.DuckDBPyConnection) -> None:
    expected = changed.execute(
        """select strftime(recorded_at, '%Y-%m'), count(*) from landing.police__crimes
           where ho_class = '10D' and knife = 'Y' and domestic_abuse = 'N' and recorded_at >= '2023-04-01'
           group by all order by all"""
    ).fetchall()
    mart = "from marts.violence_by_definition where definition_id = 'blades'"
    found = changed.execute(
        f"select strftime(month_start, '%Y-%m'), sum(offences)::int {mart} group by all order by all"
    ).fetchall()
    total = changed.execute(
        """select offences from marts.violence_by_definition_yearly
           where definition_id = 'blades' and financial_year = '2023/24' and is_total"""
    ).fetchone()
    assert len(expected) == 12
    assert found == expected
    assert total == (sum(number for _, number in expected),)


@pytest.mark.xdist_group("definitions")
def test_another_definition_in_force_changes_the_marts_and_compares_no_table_of_the_report(
    changed: duckdb.DuckDBPyConnection,
) -> None:
    serious = changed.execute(
        "select count(*) from landing.police__crimes where list_contains(?, ho_sub_code) and modern_slavery = 'N'", [SERIOUS]
    ).fetchone()
    counted = changed.execute("select sum(offences)::int from marts.offences_yearly").fetchone()
    compared = changed.execute(
        """select table_id, status = 'missing', reason like 'Made with the definition sna-2024; %'
           from sna.reconciliation where table_id in ('T01', 'T10', 'T36')"""
    ).fetchall()
    assert counted == serious
    assert {row[1:] for row in compared if row[0] != "T36"} == {(True, True)}
    assert True not in {made for table, _, made in compared if table == "T36"}
