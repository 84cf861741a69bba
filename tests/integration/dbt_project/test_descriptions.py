"""A column that several tables have is described once, in `dbt_project/models/columns.md`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

# Column -> tables in which the name means something else, described beside the table: names to change; none is to be added.
OTHER_MEANINGS = {
    "age_band": {"age_band"},
    "age_group": {"fct_probation_age_sentence_count", "probation_cases_by_age_and_sentence"},
    "age_range": {"fct_reoffending", "reoffending"},
    "area": {
        "area",
        "children_in_need",
        "dim_area",
        "exclusion_reasons",
        "monthly_trends",
        "neet",
        "violence_ratios_by_time",
        "yearly_trends",
    },
    "basis": {"bridge_lsoa_neighbour"},
    "breakdown": {"children_in_need", "fct_children_in_need"},
    "category": {"children_in_need", "fct_children_in_need"},
    "caveat": {"outcome_maturity"},
    "cohort": {"dim_intervention", "fct_reoffending", "interventions", "outcome_maturity", "reoffending"},
    "confidence": {"serious_violence_definition"},
    "counted": {"monthly_count", "monthly_trends", "yearly_trends"},
    "district": {"interventions", "violence_ratios_by_time"},
    "district_code": {"fct_intervention_district", "interventions", "violence_ratios_by_time"},
    "factor": {"lifestyle_factor"},
    "feed": {"profile_indicator"},
    "financial_year": {
        "dim_hotspot_window",
        "hotspot_autocorrelation",
        "hotspot_concentration",
        "hotspot_hexagons",
        "hotspot_lsoas",
    },
    "harm_days": {"crime_harm", "crime_harm_by_person"},
    "indicator": {"district_profile", "profile_indicator"},
    "is_latest": {"outcome_maturity"},
    "kind": {"fct_prison_safety", "prison_safety"},
    "last_day": {"dim_hotspot_window"},
    "life_stage": {"crime_harm_by_person"},
    "lower_limit": {"poisson_limits"},
    "measure": {"sna_chart"},
    "months": {"time_to_next_offence"},
    "offence_group": {
        "fct_school_age_offence",
        "fct_youth_justice_return",
        "school_proximity",
        "school_proximity_terms",
        "youth_justice_offences",
    },
    "offence_type": {"fct_contextual_indicator", "hotspot_violence_definition", "offence_type", "serious_violence_definition"},
    "p": {"driver_correlation", "hotspot_autocorrelation", "place_autocorrelation", "place_clustering"},
    "people": {"repeat_people_top"},
    "period": {"sna_table"},
    "phase": {"dim_intervention", "interventions"},
    "place": {"dim_intervention", "fct_neet_rate", "interventions", "neet"},
    "place_kind": {"fct_neet_rate", "neet"},
    "positive_percent": {"outcome_maturity"},
    "rate_per_1000": {"contextual_indicators", "fct_prison_safety", "prison_safety"},
    "reason": {"erratum", "reconciliation"},
    "scheme": {"age_band"},
    "scope": {"victim_offender_overlap"},
    "section": {"hotspot_ward", "hotspot_wards"},
    "smoothed_rate": {"place_clustering"},
    "source": {
        "dim_intervention",
        "interventions",
        "profile_indicator",
        "reference_document",
        "reference_documents",
        "sna_table",
    },
    "status": {"reconciliation"},
    "suspects": {"fct_knife_carrier_count", "hkci_cohort", "victim_offender_overlap"},
    "symbol": {"fct_linked_people_count", "repeat_people_linked"},
    "title": {"sna_chart"},
    "upper_limit": {"poisson_limits"},
    "verdict": {"contextual_indicators"},
    "victims": {"victim_offender_overlap"},
    "years": {"violence_ratios_by_time"},
}
Described = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def described(manifest: dict[str, Any]) -> Described:
    """Column -> table -> what the manifest has of the column."""
    found: Described = defaultdict(dict)
    for node in manifest["nodes"].values():
        for name, column in node.get("columns", {}).items():
            found[name][node["name"]] = column
    assert "financial_year" in found
    return found


@pytest.fixture(scope="session")
def blocks(manifest: dict[str, Any]) -> dict[str, str]:
    """Text of each block of the project's own."""
    return {block["name"]: block["block_contents"] for block in manifest["docs"].values() if block["package_name"] != "dbt"}


def test_a_column_of_several_tables_has_one_description(described: Described, blocks: dict[str, str]) -> None:
    several = {column for column, tables in described.items() if len(tables) > 1}
    assert sorted(several - blocks.keys()) == []
    inline = {
        column: {table for table, about in described[column].items() if not about["description"].startswith(blocks[column])}
        for column in several
    }
    assert {column: tables for column, tables in inline.items() if tables} == OTHER_MEANINGS


def test_a_block_of_a_column_is_used_by_name_and_never_copied(described: Described, blocks: dict[str, str]) -> None:
    copied = [
        f"{table}.{column}"
        for column, tables in described.items()
        for table, about in tables.items()
        if about["description"].startswith(blocks.get(column, "-")) and about["doc_blocks"] != [f"doc.serious_violence.{column}"]
    ]
    assert not copied


def test_every_block_describes_a_column(described: Described, blocks: dict[str, str]) -> None:
    assert blocks.keys() - described.keys() == {"landing"}
