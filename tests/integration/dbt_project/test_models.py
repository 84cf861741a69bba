"""dbt's own unit tests, and what the models make of a county that delivered nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pytest

from orchestration.home.settings import Settings
from tests import counties

# Shares and rates that have no limits, and why. Whoever adds one that has none says why here.
SENT_AS_A_RATE = "the agency sends the rate and no counts"
OF_ONE_PERSON = "occurrences of one person do not come independently of each other"
NO_SAMPLE = "a list of nominals, not a sample of more"
MEAN_OF_WEIGHTS = "a mean of sentencing weights, which a few grave offences decide; the offences are counted beside it"
A_BOUND = "where the rate can end at most, a limit itself"
COMPARED_WITH = "what each row, which has limits, is compared with"
HOW_COMPLETE = "how much of what was recorded is known, of which nothing is a sample"
WITHOUT_LIMITS = {
    "care_leaver_plans.percent_of_care_leavers": SENT_AS_A_RATE,
    "contextual_indicators.rate_per_1000": SENT_AS_A_RATE,
    "crime_harm.harm_days_per_offence": MEAN_OF_WEIGHTS,
    "crime_harm.harm_days_per_offence_not_proactive": MEAN_OF_WEIGHTS,
    "crime_harm_by_person.harm_days_per_occurrence": MEAN_OF_WEIGHTS,
    "crime_harm_by_person.harm_days_per_occurrence_not_proactive": MEAN_OF_WEIGHTS,
    "crime_harm.illustrative_harm_percent": HOW_COMPLETE,
    "crime_harm_by_person.illustrative_harm_percent": HOW_COMPLETE,
    "exclusion_rates.percent_of_pupils": SENT_AS_A_RATE,
    "hkci_cohort.share_percent": NO_SAMPLE,
    "hkci_factors.share_percent": NO_SAMPLE,
    "hotspot_accuracy.hot_area_percent": "a share of the map, not a sample of more",
    "hotspot_accuracy.selected_hit_rate_percent": "what hit_rate_percent, which has limits, is compared with",
    "hotspot_lsoas.smoothed_rate_per_1000": "drawn towards its neighbours' mean; the rate beside it has limits",
    "neet.rate_per_1000": SENT_AS_A_RATE,
    "neet.percent_of_young_people": SENT_AS_A_RATE,
    "outcome_rates.positive_percent_at_most": A_BOUND,
    "outcome_rates.previous_year_positive_percent": COMPARED_WITH,
    "prison_safety.rate_per_1000": SENT_AS_A_RATE,
    "prison_safety.previous_year_rate_per_1000": SENT_AS_A_RATE,
    "relative_outcomes.comparator_events_percent": COMPARED_WITH,
    "relative_outcomes.known_percent": HOW_COMPLETE,
    "relative_outcomes.relative_rate_highest": A_BOUND,
    "relative_outcomes.relative_rate_lowest": A_BOUND,
    "relative_rates.comparator_rate_per_1000": COMPARED_WITH,
    "relative_rates.known_percent": HOW_COMPLETE,
    "relative_rates.relative_rate_highest": A_BOUND,
    "relative_rates.relative_rate_lowest": A_BOUND,
    "repeat_people.repeat_occurrences_percent": OF_ONE_PERSON,
    "repeat_people_linked.repeat_nominal_occurrences_percent": OF_ONE_PERSON,
    "repeat_people_linked.repeat_people_occurrences_percent": OF_ONE_PERSON,
    "repeat_people_top.occurrences_percent": OF_ONE_PERSON,
    "school_absence.percent_of_possible_days": SENT_AS_A_RATE,
    "violence_ratios_by_time.per_100_offences_of_all": COMPARED_WITH,
    "youth_justice_rates.rate_per_1000": SENT_AS_A_RATE,
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The mini county."""
    with duckdb.connect(str(counties.mini().warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture
def nothing() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse in which nothing was delivered."""
    with duckdb.connect(str(counties.empty().warehouse), read_only=True) as connection:
        yield connection


@pytest.mark.slow
def test_conformance_rules_on_tiny_tables(dbt) -> None:
    outcome = dbt("test", "--selector", "unit_tests")
    assert [r.node.name for r in outcome.result.results if r.status != "pass"] == []
    assert len(outcome.result.results) >= 20


@pytest.mark.slow
def test_a_seed_may_have_other_columns_than_the_table_that_it_was_loaded_into(dbt, settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("alter table reference.bank_holiday drop column source")
    assert dbt("seed", "--select", "bank_holiday").success
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        assert con.execute("select count(source) > 0 from reference.bank_holiday").fetchone() == (True,)


@pytest.mark.slow
def test_nothing_delivered_is_missing_and_not_zero(nothing: duckdb.DuckDBPyConnection) -> None:
    assert nothing.execute("select count(*) from sna.figures").fetchone() == (0,)
    assert nothing.execute("select distinct status from sna.reconciliation").fetchall() == [("missing",)]
    reason = nothing.execute("select distinct reason from sna.reconciliation where table_id = 'T63'").fetchall()
    assert reason == [("Nothing to compute it from: needs mhclg/imd_2019",)]


@pytest.mark.slow
def test_every_mart_of_nothing_is_empty(nothing: duckdb.DuckDBPyConnection) -> None:
    marts = nothing.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    counts = {name: nothing.execute(f"select count(*) from marts.{name}").fetchone() for (name,) in marts}
    # Limits of counts are of no delivery, nor are members of dimensions and what is known of the whole country.
    known = {"dim_age_group", "dim_definition", "dim_district", "dim_lsoa", "dim_offence", "dim_offence_type", "dim_ward"}
    assert {name for name, count in counts.items() if count != (0,)} == {"poisson_limits", "series_breaks"} | known


def test_every_chart_has_a_mart_with_its_columns(con: duckdb.DuckDBPyConnection) -> None:
    charts = con.execute("select chart_id, query from sna.charts order by chart_id").fetchall()
    assert [chart for chart, _ in charts] == [f"C{number:02}" for number in range(1, 81)]
    for _, query in charts:
        con.execute(query)


def test_unknown_is_a_member_of_the_dimensions(con: duckdb.DuckDBPyConnection) -> None:
    members = {
        "dim_district": "district_code = 'Unknown'",
        "dim_ward": "ward_code = 'Unknown'",
        "dim_lsoa": "lsoa_code = 'Unknown'",
        "dim_outcome": "outcome_key = 'Unknown'",
        "dim_ethnicity": "ethnicity_code = 'Unknown'",
        "dim_age_band": "age_band = 'Unknown' and age_group = 'Unknown' and age is null",
        "dim_relationship": "relationship = 'Not recorded'",
        "dim_weapon": "weapon = 'Not recorded'",
    }
    for dimension, member in members.items():
        assert con.execute(f"select count(*) from conformed.{dimension} where {member}").fetchone() == (1,), dimension


def test_every_age_has_one_band_and_one_group(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("select count(*), count(distinct age_key) from conformed.dim_age_band").fetchone() == (131, 131)


def test_every_published_table_is_described(con: duckdb.DuckDBPyConnection) -> None:
    described = con.execute("select table_id, section from reference.sna_table order by all").fetchall()
    published = con.execute("select distinct table_id, section from reference.published_figure order by all").fetchall()
    assert described == published


def test_every_figure_of_the_hotspots_names_its_wider_definition(con: duckdb.DuckDBPyConnection) -> None:
    silent = con.execute(
        """select table_id, row_label, column_label from sna.reconciliation
           where table_id in ('T26', 'T27') and not coalesce(contains(note, 'hotspot-2024'), false)"""
    ).fetchall()
    assert silent == []
    noted = con.execute("select distinct table_id from sna.reconciliation where note is not null order by all").fetchall()
    assert noted == [("T26",), ("T27",)]


def test_every_erratum_corrects_a_published_figure(con: duckdb.DuckDBPyConnection) -> None:
    strays = con.execute(
        """select erratum.* from reference.erratum as erratum
           anti join reference.published_figure as figure
               on erratum.table_id = figure.table_id and erratum.row_label = figure.row_label
               and erratum.column_label = figure.column_label and erratum.printed = figure.published
               and erratum.corrected <> figure.published"""
    ).fetchall()
    assert strays == []


def test_every_share_and_rate_has_limits_or_a_reason_for_none(con: duckdb.DuckDBPyConnection) -> None:
    columns = con.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts'"
    ).fetchall()
    names = {f"{table}.{column}" for table, column, _ in columns}
    rates = {
        f"{table}.{column}"
        for table, column, kind in columns
        if kind.startswith(("DOUBLE", "DECIMAL", "BIGINT"))
        and re.search(r"percent|share|rate|(^|_)per_", column)
        # A change has a verdict instead; ranks and limits are no rates.
        and not re.search(r"^change_\w+_percent$|_rank$|_(lower|upper)_95$", column)
    }
    assert {name for name in rates if not {f"{name}_lower_95", f"{name}_upper_95"} <= names} == set(WITHOUT_LIMITS)
