"""Gate 2: for every rule a damage to sound facts that makes it fail, and none that nothing can break."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import pytest

from expectations.models import Model, Models
from expectations.suites import facts, grain
from expectations.verdicts import Verdict
from tests.integration.expectations.damages import definitions, national

Judge = Callable[..., Verdict]

ONCE = "Every landed row is in the fact once"
MEMBER = "Every reference to a dimension finds its member"
GRAIN = "Every table has one row per its grain"
OFFENCE, VICTIM, SUSPECT, OUTCOME = (f"conformed.fct_{name}" for name in ("offence", "victim", "suspect", "outcome"))
STREET, STREET_OUTCOME = "conformed.fct_street_crime", "conformed.fct_street_outcome"
BRIDGE = "conformed.bridge_victim_suspect"

CALLS, NIGHT = "conformed.fct_ambulance_call", "conformed.fct_nte_crime"
# Fact, what its codes mean, their column and dimension, and its rows.
CODED = [
    (OFFENCE, "LSOA", "lsoa_code", "dim_lsoa", 1440),
    (OFFENCE, "ward", "ward_code", "dim_ward", 1440),
    (STREET, "LSOA", "lsoa_code", "dim_lsoa", 600),
    (STREET_OUTCOME, "LSOA", "lsoa_code", "dim_lsoa", 50),
]

CRIMES_BY_NIGHT = 660

EXPLAIN = "A year is the sum of its"
OTHERS = [
    (
        *("conformed.unmapped_label", "Every label of every agency has a meaning here"),
        *("insert into {0} values ('royal_derby_hospital/ed_assaults', 'sex', 'Femme', 3)", 3),
    ),
    (OFFENCE, "Hours run from 0 to 23", "update {0} set committed_hour = 24 where rowid < 3", 3),
    (OFFENCE, "Days of the week run from 1 to 7", "update {0} set committed_day_of_week = 0 where rowid = 0", 1),
    (OFFENCE, "Every offence has an hour", "update {0} set committed_hour = null where rowid = 0", 1),
    (
        OFFENCE,
        "Every serious violence offence has a type",
        "update {0} set is_serious_violence = true, offence_type = null where rowid = 0",
        1,
    ),
    (
        *(OFFENCE, "No serious violence offence has a reason to be excluded"),
        *("update {0} set is_serious_violence = true, exclusion_reason = 'Domestic abuse' where rowid = 0", 1),
    ),
    (
        *(OFFENCE, "Every other offence has a reason to be excluded"),
        *("update {0} set is_serious_violence = false, exclusion_reason = null where rowid = 0", 1),
    ),
    (OFFENCE, f"{EXPLAIN} districts, with Unknown", "update {0} set district_code = 'E1' where rowid = 0", 1),
    (OFFENCE, f"{EXPLAIN} wards, with Unknown", "update {0} set ward_code = 'E1' where rowid = 0", 1),
    (
        *(OFFENCE, f"{EXPLAIN} days, April to March"),
        *(
            "update {0} set financial_year = '2022/23' where rowid = 1439",
            2,
        ),
    ),
    (
        *(OFFENCE, "At most 5% of a year's offences have no known district"),
        *("update {0} set district_code = 'Unknown' where recorded_at < '2022-06-01'", 124),
    ),
    (VICTIM, "Ages run from 0 to 120 or are unknown", "update {0} set age = 121 where rowid < 2", 2),
    (SUSPECT, "Ages run from 0 to 120 or are unknown", "update {0} set age = -1 where rowid = 0", 1),
    (
        VICTIM,
        "At most 0.5% of persons belong to no offence",
        "update {0} set crime_reference = 'x' || rowid where rowid < 20",
        20,
    ),
    (
        SUSPECT,
        "At most 0.5% of persons belong to no offence",
        "update {0} set crime_reference = 'x' || rowid where rowid < 20",
        20,
    ),
    (
        *(OUTCOME, "Every offence without an outcome record is there once, as not yet complete"),
        *("delete from {0} where rowid in (select rowid from {0} where outcome_sequence = 0 limit 3)", 3),
    ),
    (
        OUTCOME,
        "At most 0.5% of outcomes have a code outside the framework",
        "update {0} set outcome_key = 'Unknown' where rowid < 9",
        9,
    ),
    *(
        (
            *(subject, f"The look-up knows at least 50% of a month's {place}s"),
            f"update {{0}} set {column} = (select min({column}) from conformed.{dimension});"
            f"update conformed.{dimension} set district_code = 'Unknown'",
            rows,
        )
        for subject, place, column, dimension, rows in CODED
    ),
    (
        *(CALLS, "The look-up knows at least 50% of a month's wards"),
        *("update conformed.dim_ward set ward_code = 'E' || rowid", 1440),
    ),
    (NIGHT, "Some crime by night is in an area of the night-time economy", "delete from {0}", CRIMES_BY_NIGHT),
    (
        *(OFFENCE, "Every month has offences of codes that the seed offence_code knows"),
        *("update conformed.dim_offence set is_inferred = true", 1440),
    ),
    (BRIDGE, "Every victim is paired with every suspect of the offence once", "delete from {0} where rowid = 0", 1),
    *national.FACTS,
    *definitions.FACTS,
]
FOR_INFORMATION = [
    *definitions.FOR_INFORMATION,
    (CALLS, "The look-up of wards was delivered", "update conformed.dim_ward set is_inferred = true", 1440),
    (
        *(NIGHT, "The areas of the night-time economy were delivered"),
        *("delete from conformed.dim_nte_area", CRIMES_BY_NIGHT),
    ),
    *(
        (
            *(subject, f"The look-up of {place}s was delivered"),
            f"update {{0}} set {column} = (select min({column}) from conformed.{dimension});"
            f"update conformed.{dimension} set is_inferred = true",
            rows,
        )
        for subject, place, column, dimension, rows in CODED
    ),
    (OUTCOME, "Every outcome belongs to an offence", "update {0} set crime_reference = 'x' where rowid = 0", 1),
    (
        *(STREET, "No month's anti-social behaviour looks loaded twice"),
        *("update {0} set is_suspected_double_load = true where rowid < 7", 7),
    ),
]


@pytest.mark.parametrize(("subject", "rule", "damage", "rows"), OTHERS)
def test_damaged_facts_fail(
    con: duckdb.DuckDBPyConnection, judge: Judge, subject: str, rule: str, damage: str, rows: int
) -> None:
    assert judge("facts", subject, rule).success
    con.execute(damage.format(subject))
    verdict = judge("facts", subject, rule)
    assert (verdict.success, verdict.crashed, verdict.failing_rows) == (False, False, rows)
    assert json.loads(verdict.sample)
    assert "engineer" in verdict.remedy or "Ask " in verdict.remedy


@pytest.mark.parametrize(("subject", "rule", "damage", "rows"), FOR_INFORMATION)
def test_ordinary_oddities_are_information(
    con: duckdb.DuckDBPyConnection, judge: Judge, subject: str, rule: str, damage: str, rows: int
) -> None:
    con.execute(damage.format(subject))
    verdict = judge("facts", subject, rule)
    assert (verdict.success, verdict.failing_rows) == (True, rows)
    assert verdict.observed.startswith("for information: ")


def again(con: duckdb.DuckDBPyConnection) -> None:
    """Undo a damage, and begin with sound facts again."""
    con.execute("rollback")
    con.execute("begin")


def members(fact: Model, models: Models) -> dict[str, str]:
    """Column → SQL of a member of its dimension, of all references of a fact."""
    found = {}
    for column, reference in fact.references.items():
        dimension, _, key = reference.partition(".")
        found[column] = f"(select min({key or models[dimension].grain[0]}) from {models[dimension].subject})"
    return found


def test_a_fact_that_loses_a_row_fails(con: duckdb.DuckDBPyConnection, models: Models, judge: Judge) -> None:
    for fact in (model for model in models.values() if model.feeds):
        if not con.execute(f"delete from {fact.subject} where rowid = 0 returning 1").fetchall():
            # A feed of which the county has no row: one that was landed is not in the fact.
            con.execute(f"insert into landing.{fact.feeds[0].replace('/', '__')} default values")
        verdict = judge("facts", fact.subject, ONCE)
        assert (verdict.success, verdict.crashed, verdict.failing_rows) == (False, False, 1), fact.subject
        again(con)


def test_a_reference_without_its_member_fails(con: duckdb.DuckDBPyConnection, models: Models, judge: Judge) -> None:
    for fact in (model for model in models.values() if model.feeds):
        for column in fact.references:
            nowhere = "date '1900-01-01'" if "date" in column else "'1900-01-01'"
            if not con.execute(f"update {fact.subject} set {column} = {nowhere} where rowid = 0 returning 1").fetchall():
                values = members(fact, models) | {column: nowhere}
                con.execute(f"insert into {fact.subject} ({', '.join(values)}) values ({', '.join(values.values())})")
            verdict = judge("facts", fact.subject, MEMBER)
            assert (verdict.success, verdict.crashed, verdict.failing_rows) == (False, False, 1), (fact.subject, column)
            again(con)


def test_a_doubled_row_of_any_table_fails(con: duckdb.DuckDBPyConnection, models: Models, judge: Judge) -> None:
    """All of them at once: each is named."""
    assert judge("facts", "conformed.*", GRAIN).success
    # A view shows what tables hold, and cannot be damaged.
    tables = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    doubled = [
        model.subject
        for model in models.values()
        if (model.stage, model.schema) == ("facts", "conformed")
        and (model.subject,) in tables
        and con.execute(f"insert into {model.subject} select * from {model.subject} where rowid = 0 returning 1").fetchall()
    ]
    assert {OFFENCE, "conformed.dim_lsoa", "conformed.dim_age_band"} <= set(doubled)
    suite = grain.suite(models, "facts")
    # Staging shows what was landed, and is not damaged here.
    found = con.execute(f"select table_name from ({suite.sql}) where rows_repeated = 1").fetchall()
    assert sorted(name for (name,) in found if (name,) in tables) == sorted(doubled)
    assert judge("facts", suite.subject, GRAIN).failing_rows == len(found)


def test_keys_of_nothing_are_compared_too(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute("insert into conformed.fct_outcome by name select null as crime_reference, 1 as outcome_sequence from range(2)")
    verdict = judge("facts", "conformed.*", GRAIN)
    assert (verdict.success, verdict.failing_rows) == (False, 1)
    assert json.loads(verdict.sample)[0]["table_name"] == OUTCOME


def test_every_rule_has_a_damage(con: duckdb.DuckDBPyConnection, models: Models) -> None:
    declared = {(suite.subject, rule.name) for suite in facts.suites(con, models) for rule in suite.rules}
    of_each = {(model.subject, rule) for model in models.values() if model.feeds for rule in (ONCE, MEMBER)}
    assert declared == {case[:2] for case in (*OTHERS, *FOR_INFORMATION)} | of_each | {("conformed.*", GRAIN)}


def test_demonstration_data_have_no_orphans(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute("update ledger.build set environment = 'demonstration'")
    assert judge("facts", VICTIM, "Every person belongs to an offence").success
    for subject in (VICTIM, OUTCOME):
        con.execute(f"update {subject} set crime_reference = 'x' where rowid = 0")
    for subject, rule in ((VICTIM, "Every person belongs to an offence"), (OUTCOME, "Every outcome belongs to an offence")):
        verdict = judge("facts", subject, rule)
        assert (verdict.success, verdict.failing_rows) == (False, 1)


def test_rejected_crimes_and_missing_months_explain_orphans(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    rule = "At most 0.5% of persons belong to no offence"
    con.execute(f"update {VICTIM} set crime_reference = 'gone' || crime_reference where load_id = 'victims3'")
    assert not judge("facts", VICTIM, rule).success
    con.execute("update ledger.delivery set rows_rejected = 60 where load_id = 'crimes3'")
    assert judge("facts", VICTIM, rule).success
    con.execute("update ledger.delivery set rows_rejected = 0")
    con.execute("update ledger.delivery set in_use = false where load_id = 'crimes3'")
    assert judge("facts", VICTIM, rule).success


def test_persons_of_crimes_that_were_never_delivered_are_no_fault(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    con.execute("update ledger.build set environment = 'demonstration'")
    con.execute("update ledger.delivery set in_use = false where feed = 'crimes'")
    con.execute("delete from conformed.fct_offence")
    assert judge("facts", VICTIM, "Every person belongs to an offence").success
    assert judge("facts", OUTCOME, "Every outcome belongs to an offence").success


def test_the_remedy_names_the_owner_of_the_feed(con: duckdb.DuckDBPyConnection, judge: Judge) -> None:
    assert judge("facts", OFFENCE, "Hours run from 0 to 23").remedy.startswith("Ask The owner for ")
