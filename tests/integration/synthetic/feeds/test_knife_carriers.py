"""The cohort of March 2024, counted from the delivered files by the definition in the SNA, not by the generator's code."""

import csv

import duckdb
import pytest

from tests.conftest import PRINTED

pytestmark = pytest.mark.xdist_group("synthetic")

POSSESSION = ("010/14", "010/91", "008/26", "008/27", "081/03", "090/01")


@pytest.fixture(scope="module")
def con(raw):
    force = raw / "derbyshire_constabulary"
    with duckdb.connect() as con:
        for feed in ("crimes", "suspects", "knife_intelligence", "lifestyle_factors"):
            con.execute(f"create table {feed} as from read_csv('{force}/{feed}/*.csv', all_varchar = true)")
        con.execute(
            f"""
            create table nominal as
            select "Nominal Reference" as nominal, count(*) as incidents, max(day) as last_day,
                any_value("Sex") as sex, any_value(strptime("Date of Birth", '%d/%m/%Y')::date) as born
            from (
                select suspects.*, strptime("Offence Date", '%d/%m/%Y')::date as day
                from suspects inner join crimes using ("Crime Reference")
                where "Domestic Abuse Flag" = 'N' and ("Knife Crime Flag" = 'Y' or "HO Sub Code" in {POSSESSION})
                    and strptime("Recorded Date Time", '%d/%m/%Y %H:%M') < '2024-04-01'
            )
            where day between '2022-04-01' and '2024-03-31'
            group by all
            """
        )
        con.execute("create table cohort as from nominal where incidents >= 2 and last_day >= '2023-04-01'")
        yield con


def test_56_nominals_by_number_of_offences(con):
    assert con.execute("select incidents, count(*) from cohort group by all order by all").fetchall() == [
        *((2, 32), (3, 16), (4, 6), (5, 2)),
    ]


def test_their_sex_and_age(con):
    assert con.execute("select sex, count(*) from cohort group by all order by all").fetchall() == [("F", 4), ("M", 52)]
    for day in ("last_day", "date '2024-03-31'"):
        ages = f"datediff('year', born, {day}) - (strftime({day}, '%m%d') < strftime(born, '%m%d'))::integer"
        assert con.execute(
            f"select count(*) filter (age between 15 and 17), count(*) filter (age < 25) from (select {ages} as age from cohort)"
        ).fetchall() == [(26, 40)]


def test_everybody_else_is_met_once_at_most(con):
    assert con.execute("select max(incidents) from nominal anti join cohort using (nominal)").fetchall() == [(1,)]


def test_their_lifestyle_factors_are_those_printed(con):
    with (PRINTED / "figures.csv").open() as file:
        printed = sorted(
            int(row["published"]) for row in csv.DictReader(file) if (row["table_id"], row["column_label"]) == ("T32", "Yes")
        )
    counted = con.execute(
        """
        select count(*) filter (answer = 'Y')
        from (
            unpivot (from lifestyle_factors semi join cohort on nominal = "Nominal Reference")
            on columns(* exclude ("Nominal Reference", "Assessed On")) into name factor value answer
        ) group by factor order by 1
        """
    ).fetchall()
    assert [n for (n,) in counted] == printed


def test_the_boy_of_the_case_study_has_every_factor_but_one(con):
    assert con.execute(
        """
        select incidents, sex, factor
        from (
            unpivot (from lifestyle_factors inner join cohort on nominal = "Nominal Reference")
            on columns(* exclude ("Nominal Reference", "Assessed On", nominal, incidents, last_day, sex, born))
            into name factor value answer
        )
        where answer = 'N' qualify count(*) over (partition by nominal) = 1
        """
    ).fetchall() == [(4, "M", "Victim of Knife or Violent Crime")]


def test_intelligence_is_about_more_than_the_cohort(con):
    ((reports, others),) = con.execute(
        """select count(*), count(*) filter ("Nominal Reference" not in (select nominal from cohort)) from knife_intelligence"""
    ).fetchall()
    assert 0.3 < others / reports < 0.8
