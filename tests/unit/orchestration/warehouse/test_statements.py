"""Statements of a report's prose: what each kind computes, what it may read, and what its settings may say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT, SettingsError
from orchestration.warehouse.statements import model, sql

REPORT = model.Report(
    id="sna-2024",
    title="Needs assessment",
    first_year="2019/20",
    last_year="2022/23",
    windows={"cohort_end": "2022-09-30"},
)
OFFENCES = """
create schema marts;
create table marts.offences as
    select * from (values
        ('2019/20', 'Derby', 'Robbery', 40), ('2019/20', 'Erewash', 'Robbery', 10), ('2019/20', 'Derby', 'Homicide', 2),
        ('2020/21', 'Derby', 'Robbery', 50), ('2020/21', 'Erewash', 'Robbery', 20), ('2020/21', 'Derby', 'Homicide', 1),
        ('2021/22', 'Derby', 'Robbery', 60), ('2021/22', 'Erewash', 'Robbery', 15), ('2021/22', 'Derby', 'Homicide', 1),
        ('2022/23', 'Derby', 'Robbery', 70), ('2022/23', 'Erewash', 'Robbery', 15), ('2022/23', 'Derby', 'Homicide', 3)
    ) as t (financial_year, district, offence_type, offences);
"""
DERBY = "district = 'Derby'"
ROBBERY = "offence_type = 'Robbery'"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(OFFENCES)
        yield connection


def statement(**fields: Any) -> model.Statement:
    common = {"id": "N001", "sentence": "{value}", "mart": "offences", "measure": "offences"}
    return model.Statement.model_validate({**common, **fields})


def computed(con: duckdb.DuckDBPyConnection, one: model.Statement) -> Any:
    rows = con.execute(sql.measured(REPORT, one)).fetchall()
    if not rows:
        return None
    ((report_id, claim_id, numerator, denominator, words),) = rows
    assert (report_id, claim_id) == ("sna-2024", "N001")
    return words if words is not None else round(numerator / denominator, 4)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "number"}, 287),
        ({"kind": "number", "period": "last"}, 88),
        ({"kind": "number", "period": "last-1..last", "per": "month"}, 6.8333),
        ({"kind": "number", "per": "year"}, 71.75),
        ({"kind": "number", "measure": "district", "aggregate": "distinct"}, 2),
        ({"kind": "number", "aggregate": "max"}, 70),
        ({"kind": "number", "aggregate": "max to mean", "of": ROBBERY, "period": "last"}, 1.6471),
        ({"kind": "number", "pick": "greatest"}, 88),
        ({"kind": "number", "pick": "least"}, 52),
        ({"kind": "number", "pick": "largest change"}, 19),
        ({"kind": "number", "pick": "greatest", "over": "district"}, 227),
        ({"kind": "share", "where": DERBY}, 79.0941),
        ({"kind": "share", "where": DERBY, "of": ROBBERY, "period": "first"}, 80),
        ({"kind": "share", "where": DERBY, "pick": "mean"}, 78.9545),
        ({"kind": "share", "where": DERBY, "of": ROBBERY, "period": "first", "unit": "one in"}, 1.25),
        ({"kind": "share", "measure": "2 * offences", "of_measure": "offences", "unit": "rate"}, 2),
        ({"kind": "change", "against": "first", "period": "last"}, 69.2308),
        ({"kind": "change", "against": "last", "period": "first", "fall": True}, 40.9091),
        ({"kind": "change", "against": "first", "period": "last", "unit": "count"}, 36),
        (
            {"kind": "change", "against": "first", "period": "last", "unit": "percentage points"}
            | {"of": ROBBERY, "where": DERBY, "of_measure": "offences"},
            2.3529,
        ),
        ({"kind": "change", "against": "first", "period": "last", "unit": "text"}, "increasing"),
        ({"kind": "change", "against": "last-1", "period": "last", "unit": "text", "each": "district"}, "increasing; no change"),
        ({"kind": "trend", "of": DERBY}, "increasing"),
        ({"kind": "trend", "of": "district = 'Erewash'"}, "fluctuating"),
        ({"kind": "trend", "of": "district = 'Erewash'", "period": "last-1..last"}, "neither"),
        ({"kind": "trend", "each": "offence_type", "period": "first..last-2"}, "decreasing; increasing"),
        ({"kind": "leader", "by": "district"}, "Derby"),
        ({"kind": "leader", "by": "district", "order": "least"}, "Erewash"),
        ({"kind": "leader", "by": "financial_year", "of": DERBY, "top": 2}, "2021/22, 2022/23"),
        ({"kind": "leader", "by": "financial_year", "of": "district = 'Erewash'", "place": 2}, "2021/22, 2022/23"),
        ({"kind": "leader", "by": "financial_year", "each": "district"}, "2020/21; 2022/23"),
        ({"kind": "leader", "by": "financial_year", "of": ROBBERY, "where": DERBY, "of_measure": "offences"}, "2022/23"),
        ({"kind": "rank", "by": "district", "member": "Erewash"}, 2),
        ({"kind": "comparison", "where": DERBY, "than": "district = 'Erewash'"}, "higher"),
        ({"kind": "comparison", "where": DERBY, "than": "district = 'Erewash'", "each": "financial_year"}, "higher"),
        ({"kind": "comparison", "where": DERBY, "than": f"not {DERBY}", "aggregate": "min"}, "lower"),
        (
            {"kind": "comparison", "where": "offence_type = 'Homicide'", "of_measure": "offences"}
            | {"of": "district = 'Erewash'", "than": DERBY},
            "lower",
        ),
    ],
)
def test_what_each_kind_computes(con: duckdb.DuckDBPyConnection, fields: dict[str, Any], expected: Any) -> None:
    assert computed(con, statement(**fields)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "number", "period": "last"},
        {"kind": "share", "where": ROBBERY},
        {"kind": "change", "against": "first", "period": "last"},
        {"kind": "trend", "of": DERBY},
        {"kind": "leader", "by": "district"},
        {"kind": "comparison", "where": DERBY, "than": "district = 'Erewash'"},
    ],
)
def test_another_mart_makes_another_statement(con: duckdb.DuckDBPyConnection, fields: dict[str, Any]) -> None:
    one = statement(**fields)
    before = computed(con, one)
    con.execute(f"update marts.offences set offences = 1 where {DERBY} and financial_year = '2022/23'")
    con.execute("update marts.offences set offences = 900 where district = 'Erewash' and financial_year = '2021/22'")
    after = computed(con, one)
    assert None not in (before, after)
    assert before != after


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "number"},
        {"kind": "number", "pick": "greatest"},
        {"kind": "share", "where": DERBY},
        {"kind": "change", "against": "last-1", "period": "last"},
        {"kind": "change", "against": "last-1", "period": "last", "unit": "text"},
        {"kind": "trend"},
        {"kind": "leader", "by": "district"},
        {"kind": "rank", "by": "district", "member": "Derby"},
        {"kind": "comparison", "where": DERBY, "than": "district = 'Erewash'"},
    ],
)
def test_nothing_is_computed_of_a_period_with_a_year_that_is_missing(
    con: duckdb.DuckDBPyConnection, fields: dict[str, Any]
) -> None:
    con.execute("delete from marts.offences where financial_year = '2021/22'")
    assert computed(con, statement(**fields)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "number"},
        {"kind": "share", "where": DERBY},
        {"kind": "change", "against": "first", "period": "last"},
        {"kind": "trend", "of": DERBY},
        {"kind": "leader", "by": "financial_year"},
    ],
)
def test_a_later_year_changes_nothing(con: duckdb.DuckDBPyConnection, fields: dict[str, Any]) -> None:
    before = computed(con, statement(**fields))
    con.execute("insert into marts.offences values ('2023/24', 'Erewash', 'Robbery', 1000), ('2023/24', 'Derby', 'Robbery', 1)")
    assert computed(con, statement(**fields)) == before


def test_a_sum_is_not_known_where_its_sender_withholds_a_part(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""create table marts.probation_cases as select * from (values
        ('2022/23', 'Derby', 7, null), ('2022/23', 'Erewash', null, 'c'), ('2022/23', 'Bolsover', 2, null)
    ) as t (financial_year, district, cases, symbol)""")
    common = {"kind": "number", "mart": "probation_cases", "measure": "cases", "period": "last"}
    cases = {"true": (None, 10_000), DERBY: (70_000, 10_000), "district = 'Erewash'": (None, 10_000), "false": (0, 10_000)}
    for where, expected in cases.items():
        ((*_, numerator, denominator, _words),) = con.execute(sql.measured(REPORT, statement(**common, where=where))).fetchall()
        assert (numerator, denominator) == expected, where
    share = statement(**common | {"kind": "share", "unit": "percent", "where": DERBY})
    assert [row[2:4] for row in con.execute(sql.measured(REPORT, share)).fetchall()] == [(100 * 70_000, None)]


def test_marts_that_withhold_numbers_are_those_with_a_symbol_for_it() -> None:
    described = [
        one
        for path in (DBT_PROJECT / "models" / "marts").rglob("*__models.yml")
        for one in yaml.safe_load(path.read_text())["models"]
    ]
    assert {one["name"] for one in described if "symbol" in {column["name"] for column in one["columns"]}} == sql.WITHHOLDING


def test_a_count_of_none_is_zero_where_others_were_delivered(con: duckdb.DuckDBPyConnection) -> None:
    assert computed(con, statement(kind="number", where="offence_type = 'Arson'")) == 0
    assert computed(con, statement(kind="number", of="offence_type = 'Arson'")) is None


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{value} from {first} to {last}", "{value} from 2019/20 to 2022/23"),
        ("{last-2}, {last+1.calendar}", "2020/21, 2023"),
        ("{cohort_end}", "2022-09-30"),
    ],
)
def test_years_of_a_sentence_are_those_of_the_report(template: str, text: str) -> None:
    assert REPORT.text(template) == text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the report of the demonstration's area that a test may change."""
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))
    shutil.copytree(areas.AREAS / "derbyshire", tmp_path / "derbyshire")
    return tmp_path / "derbyshire" / "reports" / "sna-2024"


def test_what_is_computed_does_not_read_what_was_printed(folder: Path) -> None:
    before = sql.variables("derbyshire")["statements"]
    claims = folder / "claims.csv"
    claims.write_text(claims.read_text().replace("N002,Foreword,3.45,", "N002,Foreword,99,"))
    after = sql.variables("derbyshire")["statements"]
    assert before["printed"] != after["printed"]
    assert {name: before[name] for name in before if name != "printed"} == {
        name: after[name] for name in after if name != "printed"
    }


def test_another_report_of_the_same_statements_moves_every_year() -> None:
    first = model.edition("derbyshire", "sna-2024")
    second = model.edition("derbyshire", "sna-2025")
    assert (len(first.claims), len(second.claims)) == (357, 0)
    one = next(one for section in first.sections for one in section.statements if one.id == "N006")
    assert "'2021/22'" in sql.measured(first.report, one)
    assert "'2023/24'" in sql.measured(first.report, one)
    assert "'2022/23'" in sql.measured(second.report, one)
    assert "'2024/25'" in sql.measured(second.report, one)
    assert second.report.text(one.sentence) == first.report.text(one.sentence).replace("2021/22", "2022/23")
    stated = [second.report.text(one.sentence) for section in second.sections for one in section.statements]
    assert not [sentence for sentence in stated if "2019" in sentence]


def test_a_report_that_was_not_printed_is_stated_once_its_last_year_is_whole(con: duckdb.DuckDBPyConnection) -> None:
    edition = model.edition("derbyshire", "sna-2025")
    con.execute("create table marts.offences_yearly as select '2024/25' as financial_year, 11 as months")
    assert con.execute(sql._sentences(edition)).fetchall() == []
    con.execute("update marts.offences_yearly set months = 12")
    assert len(con.execute(sql._sentences(edition)).fetchall()) == 357


def test_each_report_has_its_windows_and_says_whose_tables_and_charts_it_makes(folder: Path) -> None:
    about = folder / "report.yaml"
    about.write_text(about.read_text().replace("  outcomes_end: 2024-04-30\n", ""))
    windows = duckdb.sql(sql.variables("derbyshire")["report_windows"]).fetchall()
    assert windows == [
        *[("sna-2024", "sna-2024", 0, True, "2019/20", "2023/24", 3, None, "2024-06-30", "2024-03-31", "2024-06-30", "2024-04")],
        ("sna-2025", "sna-2024", 1, False, "2020/21", "2024/25", 3)
        + ("2025-04-30", "2025-06-30", "2025-03-31", "2025-06-30", "2025-03"),
    ]
    default = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]["report_windows"]
    assert [len(row) for row in duckdb.sql(default).fetchall()] == [len(windows[0])]
    (folder / "claims.csv").unlink()
    assert [row[3] for row in duckdb.sql(sql.variables("derbyshire")["report_windows"]).fetchall()] == [False, False]


def test_a_sentence_that_says_which_way_a_number_went_has_the_other_way_too() -> None:
    ways = r"\b(increase|decrease|fallen|fell|risen|rose|dropped|declined|higher|lower)"
    said = [
        one.sentence
        for section in model.edition("derbyshire", "sna-2024").sections
        for one in section.statements
        if one.is_computed and one.unit_shown != "text" and re.search(ways, re.sub(r"lower-level", "", one.sentence))
    ]
    assert len(said) > 15
    assert [sentence for sentence in said if not re.search(r"\{[^{}|]+\|[^{}|]+\}", sentence)] == []


def test_figures_of_a_report_are_labelled_with_its_own_years() -> None:
    printed, later = (model.edition("derbyshire", report) for report in ("sna-2024", "sna-2025"))
    labels = [
        [made.report.text(label) for place, _ in sql._figures(made) for label in (place.row, place.column)]
        for made in (printed, later)
    ]
    years = re.compile(r"\b20\d\d\b")
    moved = [pair for pair in zip(*labels, strict=True) if years.search(pair[0]) and pair[0] != "LSOAs of 2011"]
    assert len(moved) > 60
    for before, after in moved:
        assert [int(year) + 1 for year in years.findall(before)] == [int(year) for year in years.findall(after)]


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("report.yaml", "id: sna-2024", "id: sna-2023", "its folder is 'sna-2024'"),
        ("report.yaml", "last_year: 2023/24", "last_year: 2023/25", "2023/25 is no financial year"),
        ("report.yaml", "last_year: 2023/24", "last_year: 2018/19", "after the last year"),
        ("report.yaml", "prison_day:", "prisons_day:", "windows.prisons_day is unknown"),
        ("report.yaml", "  cohort_end: 2022-09-30\n", "", "there is no {cohort_end} in report.yaml"),
        ("statements/03-2.yaml", "mart: offences", "mart: offense", "N075.mart: there is no mart 'offense'"),
        ("statements/03-2.yaml", "    by: financial_year\n", "", "by is missing of a statement of kind leader"),
        ("statements/03-2.yaml", "kind: leader", "kind: winner", "kind"),
        ("statements/03-2.yaml", "period: last", "period: 2023/24", "period"),
        ("statements/03-2.yaml", "    measure: offences\n", "    measures: offences\n", "measures is unknown"),
        ("statements/03-2.yaml", "in {last}: ", "in {final}: ", "N076.sentence: there is no {final}"),
        ("statements/03-2.yaml", "id: N076", "id: N075", "N075 occur twice"),
        ("statements/03-2.yaml", "id: N076", "id: N976", "N076, N976 are in claims.csv or statements"),
        ("statements/03-2.yaml", "{a decrease|an increase} of {value}%", "a decrease", "{value} is missing"),
        (
            *("statements/03-2.yaml", "of: \"district = 'Derby'\""),
            'of: "offences > (select max(published) from reference.published_figure)"',
            "'select' is not allowed",
        ),
        ("statements/14.yaml", "  - table: P14", "  - tables: P14", "figures"),
        ("statements/07.yaml", "row: Harm from {last-2}", "row: Harm from {final}", "there is no {final}"),
        ("statements/20-1.yaml", "not_computable: ", "kind: number\n    not_computable: ", "not computable, but has kind"),
        ("claims.csv", "3.46,arithmetic,D003,", "3.46,,D003,", "its proof"),
        ("claims.csv", ",3.46,arithmetic,D003,", ",3.46,guess,D003,", "proof"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(folder: Path, file: str, before: str, after: str, named: str) -> None:
    path = folder / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(SettingsError) as refused:
        sql.variables("derbyshire")
    assert named in str(refused.value)
    assert "reports" in str(refused.value)


def test_the_years_of_the_project_are_those_of_the_printed_report(folder: Path) -> None:
    about = folder / "report.yaml"
    about.write_text(about.read_text().replace("first_year: 2019/20", "first_year: 2018/19"))
    found = {name: value for name, value in sql.variables("derbyshire").items() if name not in ("statements", "printed")}
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    assert found.keys() == {name for name in project if name.startswith("report_")}
    changed = {name: value for name, value in found.items() if value != project[name]}
    assert changed == {"report_first_year": "2018/19", "report_windows": found["report_windows"]}


def test_the_latest_report_decides_where_none_was_printed(folder: Path) -> None:
    (folder / "claims.csv").unlink()
    found = sql.variables("derbyshire")
    assert found["report_last_year"] == "2024/25"
    with duckdb.connect() as con:
        assert con.execute(found["statements"]["printed"]).fetchall() == [("",) * 8]


def test_an_area_without_reports_states_nothing() -> None:
    assert sql.variables("nottinghamshire") == {}
