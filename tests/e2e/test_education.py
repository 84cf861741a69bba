"""Schools, young people and children's social care in the published release."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("kind", ["Permanent exclusion", "Suspension"])
def test_an_authority_is_shown_beside_region_england_and_the_mean_of_its_neighbours(county, kind):
    found = county.query(
        f"""select compared_with, areas_counted from marts.exclusion_rates
            where area = 'Derbyshire County' and exclusion_kind = '{kind}' and academic_year = '2015/16' order by all"""
    )
    # One neighbour had no value then: the mean is of the others.
    assert found == [("Derbyshire County", 1), ("East Midlands", 1), ("England", 1), ("Statistical neighbours", 9)]


def test_symbols_of_the_department_are_kept(county):
    symbols = county.query(
        """select symbol, count(*) > 0 from marts.exclusion_reasons where exclusions is null group by all
           union all select symbol, count(*) > 0 from marts.children_in_need where value is null group by all order by all"""
    )
    assert symbols == [("c", True), ("x", True)]


def test_graphs_that_are_lost_have_their_dimensions(county):
    assert county.query(
        "select place_kind, count(distinct place) from marts.neet where source = 'Local authorities' group by all order by all"
    ) == [("Area", 2), ("Locality", 7), ("Ward", 18)]
    assert county.query("select count(distinct academic_year), count(distinct phase) from marts.school_exclusions") == [(6, 3)]


def test_a_total_that_contradicts_its_parts_is_an_erratum(county):
    assert county.query(
        """select published, computed, status, citation from sna.reconciliation
           where table_id = 'T71' and row_group = 'All' and row_label = 'Child Protection plans' and column_label = '2021/22'"""
    ) == [("5995", "5595", "erratum", "D148")]


def test_the_wards_of_the_city_are_those_of_the_ward_dimension(county):
    """C75 is a map: each ward of the return has the code that the other marts have."""
    rows = county.query("select distinct place, ward_code from marts.neet where place_kind = 'Ward'")
    assert len(rows) == 18 and "Chaddesden West" in dict(rows)
    assert set(rows) <= set(county.query("select ward_name, ward_code from marts.wards"))
