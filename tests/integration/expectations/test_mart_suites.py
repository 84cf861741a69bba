"""Gate 3: for every rule a damage to sound marts that makes it fail, and none that nothing can break."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import pytest

from expectations.models import Models
from expectations.suites import agencies, marts
from expectations.suites.marts import NO_MORE_IN_A_YEAR, SAME_IN_A_YEAR, YEARS
from expectations.verdicts import Verdict
from tests.integration.expectations import damages

Judge = Callable[..., Verdict]

FIGURES, RECONCILIATION, STATEMENTS = "sna.figures", "sna.reconciliation", "sna.statements"
AGAIN = "insert into {0} select * from {0} where rowid = 0"
GRAIN = "Every table has one row per its grain"
CALIBRATED = "The calibrated demonstration reproduces every published figure or its erratum"
STATED = "The calibrated demonstration reproduces every printed statement or its erratum"
# A demonstration that is to reproduce the printed report.
DEMONSTRATION = "update ledger.build set environment = 'demonstration', report_first = '2019-04', report_last = '2024-03'"

YEARLY = [
    (
        FIGURES,
        name,
        f"update {{0}} set value = value + 100000 where unit = 'count' and column_label like '2023%' and ({YEARS[part]})",
    )
    for name, part, _ in (*SAME_IN_A_YEAR, *NO_MORE_IN_A_YEAR)
]
OTHERS = [
    (
        *("marts.offences_monthly", "No total of 100 or more changes by over 60% on the same months of the year before"),
        "update {0} set offences = offences * 3 where financial_year = '2023/24'",
    ),
    (FIGURES, "No figure is there twice", AGAIN),
    (FIGURES, "Every figure has a value, or a symbol in its place", "update {0} set value_text = null where rowid = 0"),
    (
        FIGURES,
        "Every share is from 0 to 100 %",
        "update {0} set value = 101 where table_id = 'T28' and row_label = 'Violence with injury'",
    ),
    (FIGURES, "No count is negative", "update {0} set value = -1 where table_id = 'T04'"),
    (
        FIGURES,
        "T07: hours and days, with hour 00, add up to the volumes of T01",
        "delete from {0} where table_id = 'T07' and row_label = '13'",
    ),
    (FIGURES, "T11: the victims by offence type are those of T10", "update {0} set value = value + 1 where table_id = 'T11'"),
    (FIGURES, "T21: the suspects by offence type are those of T20", "update {0} set value = value + 1 where table_id = 'T21'"),
    (
        *(FIGURES, "T08, T09: no hour has more offences with victims of an age than T07 has offences"),
        "update {0} set value = 1000 where table_id = 'T09' and row_label = '23'",
    ),
    (RECONCILIATION, "Every erratum cites its proof", "update {0} set status = 'erratum', citation = null where rowid = 0"),
    (
        *(STATEMENTS, "Every erratum of a statement says how we know"),
        "update {0} set status = 'erratum', proof = null where rowid = 0",
    ),
    (
        "marts.*",
        "No published table has a column of persons or single records",
        "alter table marts.offences add column person_key varchar",
    ),
]
RATES, TRIANGLE = "marts.outcome_rates", "marts.outcome_maturity"
MATURITY = [
    (
        RATES,
        "The recorded basis equals the outcomes",
        "update {0} set other_records = other_records + 1 where breakdown = 'All offences'",
    ),
    (
        *(RATES, "Every breakdown adds up to all offences"),
        "delete from {0} where rowid = (select min(rowid) from {0} where breakdown = 'District')",
    ),
    *(
        (TRIANGLE, f"The triangle's last diagonal has every {what}", f"update {{0}} set {column} = 0 where is_latest")
        for what, column in (
            ("offence", "offences"),
            ("closed offence", "closed_offences"),
            ("positive offence", "positive_offences"),
        )
    ),
    (
        *(TRIANGLE, "No cohort has fewer outcomes at a greater age"),
        "update {0} set closed_offences = 0 where months_since_recording = 5 and cohort = '2022/23 Q1'",
    ),
    (
        *(TRIANGLE, "Positive are no more than closed, and closed no more than all offences"),
        "update {0} set closed_offences = offences + 1 where is_latest",
    ),
    (TRIANGLE, "A cell is observable once all its offences are so old", "update {0} set is_observable = true"),
    (TRIANGLE, "What is not observable yet is empty and never 0", "update {0} set closed_percent = 0 where not is_observable"),
    (
        *(TRIANGLE, "Quarters and years hold the offences of their months"),
        "update {0} set offences = offences + 1 where cohort_kind = 'Quarter'",
    ),
]
AGENCIES = [
    (FIGURES, name, f"update {{0}} set value = value + 1 where unit = 'count' and ({agencies.SUMS[part]})")
    for name, part, _ in agencies.SAME
]
WEIGHED = ("marts.crime_harm_weights", "Every offence has a weight")
CASES = [*YEARLY, *OTHERS, *MATURITY, *AGENCIES, *damages.CASES]


@pytest.mark.parametrize(("subject", "rule", "damage"), CASES)
def test_damaged_marts_fail(con: duckdb.DuckDBPyConnection, judge: Judge, subject: str, rule: str, damage: str) -> None:
    assert judge("marts", subject, rule).success
    con.execute(damage.format(subject))
    verdict = judge("marts", subject, rule)
    assert (verdict.success, verdict.crashed) == (False, False)
    assert verdict.failing_rows > 0
    assert json.loads(verdict.sample)
    assert "engineer" in verdict.remedy or "force" in verdict.remedy


def test_a_mart_that_loses_a_row_fails(con: duckdb.DuckDBPyConnection, models: Models, judge: Judge) -> None:
    for mart in models.values():
        for count in mart.counts:
            lost = con.execute(
                f"delete from {mart.subject} where rowid ="
                f" (select min(rowid) from {mart.subject} where {count.measure} > 0 and {count.rows}) returning 1"
            ).fetchall()
            if not lost:
                # Of a feed of which the county has no row: the mart counts one that is not in the fact.
                con.execute(f"insert into {mart.subject} ({count.measure}) values (1)")
            verdict = judge("marts", mart.subject, f"Every {count.what} is counted once")
            assert (verdict.success, verdict.crashed) == (False, False), mart.subject
            assert verdict.failing_rows > 0
            con.execute("rollback")
            con.execute("begin")


def test_a_doubled_row_of_any_mart_fails(con: duckdb.DuckDBPyConnection, models: Models, judge: Judge) -> None:
    assert judge("marts", "marts.*", GRAIN).success
    con.execute("insert into marts.wards select * from marts.wards where rowid < 2")
    con.execute(AGAIN.format(FIGURES))
    verdict = judge("marts", "marts.*", GRAIN)
    assert (verdict.success, verdict.failing_rows) == (False, 3)
    assert {line["table_name"] for line in json.loads(verdict.sample)} == {"marts.wards", FIGURES}


def test_every_rule_has_a_damage(con: duckdb.DuckDBPyConnection, models: Models) -> None:
    declared = {(suite.subject, rule.name) for suite in marts.suites(con, models) for rule in suite.rules}
    reconciled = {
        (RECONCILIATION, "The figures agree with the publication"),
        (STATEMENTS, "The statements agree with the publication"),
    }
    totals = {(mart.subject, f"Every {count.what} is counted once") for mart in models.values() for count in mart.counts}
    assert declared == {case[:2] for case in CASES} | totals | reconciled | {WEIGHED, ("marts.*", GRAIN)}


def test_every_mart_that_counts_is_judged(models: Models) -> None:
    # They describe areas, or hold rates as an agency sent them, and count nothing.
    describing = {"deprivation", "wards", "youth_justice_rates"} | damages.NOT_COUNTING
    counting_nothing = {model.table for model in models.values() if model.schema == "marts" and not model.counts}
    assert {table for table in counting_nothing if not table.startswith("dim_")} == describing


def test_offences_without_a_weight_are_reported_and_fail_nothing(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    assert judge("marts", *WEIGHED).failing_rows == 0
    con.execute("update marts.crime_harm_weights set harm_days = null where ho_sub_code = '034/11'")
    ((robberies,),) = con.execute("select offences from marts.crime_harm_weights where ho_sub_code = '034/11'").fetchall()
    verdict = judge("marts", *WEIGHED)
    assert (verdict.success, verdict.failing_rows) == (True, robberies)
    assert "harm_version" in verdict.remedy


def test_real_data_may_differ_from_the_publication(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    verdict = judge("marts", RECONCILIATION, "The figures agree with the publication")
    assert verdict.success
    assert verdict.failing_rows > 0


@pytest.mark.parametrize(("status", "passes"), [("match", True), ("erratum", True), ("differs", False), ("missing", False)])
def test_demonstration_data_must_agree(con: duckdb.DuckDBPyConnection, judge: Judge, status: str, passes: bool) -> None:
    con.execute(DEMONSTRATION)
    con.execute("update sna.reconciliation set status = 'match'")
    con.execute("update sna.reconciliation set status = ? where table_id = 'T03' and row_label = 'Homicide'", [status])
    verdict = judge("marts", RECONCILIATION, CALIBRATED)
    assert (verdict.success, verdict.failing_rows) == (passes, 0 if passes else 5)


@pytest.mark.parametrize(("status", "passes"), [("match", True), ("erratum", True), ("not computable", True), ("differ", False)])
def test_statements_of_a_demonstration_may_wait_but_not_differ(
    con: duckdb.DuckDBPyConnection, judge: Judge, status: str, passes: bool
) -> None:
    con.execute(DEMONSTRATION)
    con.execute("update sna.statements set status = 'match'")
    con.execute("update sna.statements set status = ? where claim_id = 'N007'", [status])
    verdict = judge("marts", STATEMENTS, STATED)
    assert (verdict.success, verdict.failing_rows) == (passes, 0 if passes else 1)


def test_statements_of_real_data_may_differ(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute("update sna.statements set status = 'differ' where claim_id = 'N007'")
    verdict = judge("marts", STATEMENTS, "The statements agree with the publication")
    assert verdict.success
    assert verdict.failing_rows > 0


def test_a_table_whose_feed_was_not_delivered_may_be_missing_but_not_differ(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute(DEMONSTRATION)
    con.execute("update ledger.feed set deliveries_in_use = 0 where feed = 'victims'")
    con.execute("update sna.reconciliation set status = if(table_id = 'T10', 'missing', 'match')")
    assert judge("marts", RECONCILIATION, CALIBRATED).success
    con.execute("update sna.reconciliation set status = 'differs' where table_id = 'T10'")
    assert not judge("marts", RECONCILIATION, CALIBRATED).success


def test_a_table_made_with_another_definition_may_be_missing(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute(DEMONSTRATION)
    con.execute("update sna.reconciliation set status = if(table_id = 'T10', 'missing', 'match')")
    assert not judge("marts", RECONCILIATION, CALIBRATED).success
    con.execute("update conformed.dim_definition set is_in_force = definition_id = 'duty-section-13'")
    assert judge("marts", RECONCILIATION, CALIBRATED).success
    con.execute("update sna.reconciliation set status = 'missing' where table_id = 'T36'")
    assert not judge("marts", RECONCILIATION, CALIBRATED).success


def test_a_year_that_has_only_begun_is_compared_with_the_same_months(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute("delete from marts.offences_monthly where month_start >= '2023-06-01'")
    subject, rule, _ = OTHERS[0]
    assert judge("marts", subject, rule).success
