"""Counts of the delivered files are the published tables of places. Knows nothing of how they were made."""

from pathlib import Path

import duckdb
import duckdb_extensions
import pytest
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.xdist_group("synthetic")

HERE = Path(__file__).parent
PROJECT = HERE.parents[3]
COUNTS = PROJECT / "synthetic" / "records" / "place_counts.csv"


@pytest.fixture(scope="module")
def con(raw):
    with duckdb.connect() as con:
        duckdb_extensions.import_extension("spatial", con=con)
        con.execute("load spatial")
        con.execute("set variable raw = ?", [str(raw)])
        con.execute("set variable seeds = ?", [str(PROJECT / "dbt_project" / "seeds" / "reference")])
        con.execute("create table delivered_population (lsoa varchar, people integer)")
        con.executemany("insert into delivered_population values (?, ?)", residents(raw))
        con.execute((HERE / "count_places.sql").read_text())
        yield con


def residents(raw):
    """(LSOA, residents) of the workbook, whose table has its header in the fourth row."""
    book = CalamineWorkbook.from_path(str(raw / "ons" / "population" / "2022.xlsx"))
    _, _, _, header, *rows = book.get_sheet_by_name("Mid-2022 LSOA 2021").to_python()
    return [(row[header.index("LSOA 2021 Code")], row[header.index("Total")]) for row in rows]


def test_every_count_of_a_place_is_the_published_one(con):
    differing = con.execute(
        f"""
        with printed as (
            select table_id, coalesce(row_group, '') as row_group, replace(row_label, 'Awsorth', 'Awsworth') as row_label,
                column_label, value::double as value
            from read_csv('{COUNTS}', all_varchar = true)
        )
        select table_id, row_group, row_label, column_label, printed.value, place.value
        from printed left join place using (table_id, row_group, row_label, column_label)
        where printed.value is distinct from place.value order by all
        """
    ).fetchall()
    assert differing == []


def test_counts_are_those_of_the_publication_wherever_it_has_them(con):
    differing = con.execute(
        f"""
        select * from read_csv('{PROJECT}/areas/derbyshire/reports/sna-2024/figures.csv', all_varchar = true) as printed
        inner join read_csv('{COUNTS}', all_varchar = true) as counts
            on printed.table_id = counts.table_id and coalesce(printed.row_group, '') = coalesce(counts.row_group, '')
            and printed.row_label = counts.row_label and printed.column_label = counts.column_label
        where printed.published != counts.value
        """
    ).fetchall()
    assert differing == []


def test_no_other_ward_is_as_violent_as_the_fifteen(con):
    ((most,),) = con.execute(
        f"""
        select max(value) from place
        where column_label = 'SV totals per population: Total' and row_label not in (
            select replace(row_label, 'Awsorth', 'Awsworth') from read_csv('{COUNTS}', all_varchar = true) where table_id = 'T26'
        )
        """
    ).fetchall()
    assert most < 94


@pytest.mark.parametrize(
    ("ward", "streets", "most_elsewhere", "hours", "quiet"),
    [
        ("Arboretum", 4, 10, {(day, hour) for day in (6, 7) for hour in range(4)}, 4),
        ("St Leonard's", 3, 6, {(day, hour) for day in (6, 7) for hour in range(1, 4)}, 2),
    ],
)
def test_violence_gathers_in_a_few_streets_and_hours(con, ward, streets, most_elsewhere, hours, quiet):
    by_street = con.execute(
        "select street, count(*) as n from hot where ward = ? and street is not null group by street order by n desc", [ward]
    ).fetchall()
    assert by_street[streets - 1][1] > 2 * most_elsewhere
    assert by_street[streets][1] <= most_elsewhere
    busiest = [name for name, _ in by_street[:streets]]
    cells = con.execute(
        """
        select isodow(committed), hour(committed), count(*) from hot where ward = ? and list_contains(?, street) group by all
        """,
        [ward, busiest],
    ).fetchall()
    assert {(day, hour) for day, hour, n in cells if n > quiet} == hours


def test_every_point_is_in_its_ward(con, raw):
    ((outside,),) = con.execute(
        f"""
        with boundary as (
            select feature.properties."WD25NM" as ward, st_geomfromgeojson(to_json(feature.geometry)) as shape
            from (select unnest(features) as feature from read_json('{raw}/ons/ward_boundaries/*.geojson',
                maximum_object_size = 100000000))
        ),
        sampled as (select * from crime where ward is not null and hash(reference) % 40 = 0)
        select count(*) filter (not st_within(st_transform(point, 'EPSG:27700', 'OGC:CRS84'), shape))
        from sampled inner join boundary using (ward)
        """
    ).fetchall()
    assert outside == 0


def test_offences_at_schools_fall_into_term_and_a_few_into_the_holidays(con):
    ((august, all_year),) = con.execute("select count(*) filter (month(committed) = 8), count(*) from at_school").fetchall()
    assert 0 < august < all_year / 24
