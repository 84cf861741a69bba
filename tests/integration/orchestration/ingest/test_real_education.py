"""The Department for Education's own files, taken by the feeds of this project as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.load_record import LoadRecord
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.recognition.recognition import Recognised, recognise
from tests.conftest import REAL_DATA
from tests.unit.orchestration.ingest.conftest import KEY, NOW

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the publishers' files are not in {REAL_DATA}"),
]


@pytest.fixture
def send(tmp_path: Path):
    def land(feed: str, files: dict[str, str]) -> list[LoadRecord]:
        made = load_contracts()["dfe", feed]
        for source, name in files.items():
            path = tmp_path / "raw" / "dfe" / feed / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((REAL_DATA / source).read_bytes())
        records = load(plan(tmp_path / "raw", tmp_path / "landing", made, KEY), made, tmp_path / "landing", KEY, now=NOW)
        assert [record.verdict for record in records] == ["accepted"] * len(files)
        assert all(record.rows_delivered == record.rows_accepted + record.rows_rejected for record in records)
        return records

    return land


def query(records: list[LoadRecord], sql: str) -> list[tuple[Any, ...]]:
    files = ", ".join(f"'{record.accepted}'" for record in records)
    return duckdb.connect().execute(f"with landed as (from read_parquet([{files}])) {sql}").fetchall()


@pytest.mark.slow
def test_the_interactive_tool(send):
    (record,) = send("lait", {"dfe_lait/bds_long_0.parquet": "2025-Q2.parquet"})
    assert (record.rows_accepted, record.rows_rejected) == (640_900, 170)  # the rows whose years are 0
    assert query([record], "select count(*) from landed where value is null and value_symbol is distinct from '-'") == [(0,)]
    rates = """select years, area, round(value, 3) from landed
               where measure = 'TotPermEx' and la_number in (830, 831) and years >= '2022' order by all"""
    assert query([record], rates) == [
        *(("2022/23", "Derby", 0.06), ("2022/23", "Derbyshire", 0.172)),
        *(("2023/24", "Derby", 0.07), ("2023/24", "Derbyshire", 0.207)),
    ]


def test_statistical_neighbours(send):
    records = send("statistical_neighbours", {"dfe_lait/sn_may_2025.xlsx": "2025.xlsx"})
    nearest = "select la_number, neighbour from landed where la_number in (830, 831) and place = 1 order by all"
    assert query(records, nearest) == [(830, 891), (831, 331)]
    assert query(records, "select count(*) from landed") == [(1530,)]


def test_two_releases_of_exclusions_by_reason(send):
    files = {"dfe_exclusions/SFR35_2017_reason_for_exclusion.csv": "2015-16.csv", "dfe_exclusions/reasons.csv": "2016-17.csv"}
    records = send("exclusion_reasons", files)
    assert [record.rows_accepted for record in records] == [6367 * 24, 7004 * 24]
    hidden = "select distinct counted_symbol from landed where counted is null"
    assert query(records, hidden) == [("x",)]
    derby = """select exclusion_kind, counted from landed
               where academic_year = '201516' and old_la_code = '831' and school_type = 'Total'
                   and reason = 'persistent_disruptive'
               group by all order by all"""
    assert query(records, derby) == [("fixed", 718), ("perm", 8)]


def test_children_in_need_and_looked_after_whatever_the_order_of_columns(send):
    folder = "dfe_childrens_social_care"
    records = send(
        "children_in_need",
        {
            f"{folder}/b1_children_in_need_2013_to_2025.csv": "2025-b1.csv",
            f"{folder}/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv": "2025-c1.csv",
            f"{folder}/c3_factors_identified_at_end_of_assessment_2018_to_2025.csv": "2025-c3.csv",
            f"{folder}/cla_number_and_rate_per_10k_children.csv": "2025-cla.csv",
            f"{folder}/la_conviction_health_outcome_cla.csv": "2025-health.csv",
        },
    )
    assert [record.rows_accepted for record in records] == [2132 * 8, 2132 * 10, 1312 * 40, 2505 * 3, 15_030 * 2]
    symbols = query(records, "select distinct value_symbol from landed where value is null order by all")
    assert {symbol for (symbol,) in symbols} >= {"c", "k", "u", "x", "z"}
    convicted = """select time_period, value, value_symbol from landed where old_la_code = '830' and measure = 'children_count'
                   and starts_with(breakdown, 'Convicted') and time_period >= '2022' order by all"""
    assert query(records, convicted) == [
        *(("2022", 9, None), ("2023", None, "c"), ("2024", 8, None), ("2025", 14, None)),
    ]
    county = """select new_la_code, value from landed where time_period = '2024' and old_la_code in ('830', '831')
                and category = 'Children looked after on 31 March each year' and measure = 'children_count' order by all"""
    assert query(records, county) == [("E06000015", 598), ("E10000007", 1056)]


def test_a_scorecard_whose_columns_differ_every_year(send):
    years = {"2021_vg_removed": "2021", "2022_final": "2022", "2023_final": "2023", "final": "2025"}
    records = send(
        "neet_scorecard", {f"dfe_neet/UD_NEETNK_LA_dashboard_{name}.csv": f"{year}.csv" for name, year in years.items()}
    )
    rates = """select calendar_year, percent from landed where old_la_code = '831' and measure = 'NEET_percent' order by all"""
    assert [(year, float(percent)) for year, percent in query(records, rates)] == [
        *(("2021", 5.3), ("2022", 4.5), ("2023", 4.2), ("2025", 7.6)),
    ]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("dfe_lait/sn_may_2025.xlsx", "dfe/statistical_neighbours/2025.xlsx"),
        ("dfe_neet/UD_NEETNK_LA_dashboard_2022_final.csv", "dfe/neet_scorecard/2022.csv"),
        ("dfe_childrens_social_care/b1_children_in_need_2013_to_2025.csv", "dfe/children_in_need/2025-b1.csv"),
    ],
)
def test_files_are_known_by_the_publishers_names(file, name):
    found = recognise(REAL_DATA / file, load_contracts())
    assert isinstance(found, Recognised), found
    assert f"{'/'.join(found.contract.id)}/{found.name}" == name
