"""The stand-ins for open data have the publishers' formats and belong to the same county."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.xdist_group("synthetic")

ROOT = Path(__file__).parents[4]
PRINTED = ROOT / "areas" / "derbyshire" / "reports" / "sna-2024" / "figures.csv"
REAL = ROOT / ".." / "shared" / "data"
IMD = "imd2019/File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"
needs_real_files = pytest.mark.skipif(not REAL.exists(), reason="the publishers' own files are not on this machine")


def sheet(path):
    return CalamineWorkbook.from_path(path).get_sheet_by_name("IMD2019").to_python()


def test_deprivation_reproduces_to_the_digit(raw):
    _, *rows = sheet(raw / "mhclg" / "imd_2019" / "2019.xlsx")
    ranks = [row[4] for row in rows]
    assert len(set(ranks)) == len(rows) == 642
    assert all(row[5] == -(-row[4] * 10 // 32844) for row in rows)
    printed = duckdb.sql(f"select row_label, column_label, published from '{PRINTED}' where table_id = 'T63'").fetchall()
    assert len(printed) == 20
    for district, column, figure in printed:
        members = [row for row in rows if district in (row[3], "Overall")]
        part = sum((row[5] <= 5) == column.startswith("Most") for row in members)
        share = (Decimal(100 * part) / len(members)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert share == Decimal(str(figure)), (district, column)


def test_the_workbook_opens_with_an_empty_sheet(raw):
    book = CalamineWorkbook.from_path(raw / "mhclg" / "imd_2019" / "2019.xlsx")
    assert book.sheet_names == ["Notes", "IMD2019"]
    assert book.get_sheet_by_name("Notes").to_python() == []


def test_the_map_is_the_map_of_the_crimes(raw):
    with duckdb.connect() as con:
        con.execute(f"create table look as from read_csv('{raw}/ons/lsoa_ward_district/2024.csv', all_varchar = true)")
        assert con.execute("select count(*), count(distinct WD24CD), count(distinct LAD24CD) from look").fetchall() == [
            (642, 176, 9)
        ]
        strangers = con.execute(
            f"""
            from read_csv('{raw}/derbyshire_constabulary/crimes/*.csv', all_varchar = true) as crime
            anti join look on crime."LSOA Code" = LSOA21CD and crime."Ward Code" = WD24CD and "Ward Name" = WD24NM
                and replace(crime."District", 'Derby City', 'Derby') = LAD24NM
            where crime."LSOA Code" is not null
            """
        ).fetchall()
    assert strangers == []


def test_wards_hold_their_crimes(raw):
    from duckdb_extensions import import_extension

    with duckdb.connect() as con:
        import_extension("spatial", con=con)
        con.execute("load spatial")
        for path in sorted((raw / "ons" / "ward_boundaries").iterdir()):
            district = path.name[5:14]
            features = json.loads(path.read_text())["features"]
            assert {feature["properties"]["LAD25CD"] for feature in features} == {district}
        con.execute(
            f"""
            create table ward as
            select feature.properties.WD25CD as code, st_geomfromgeojson(feature.geometry::json) as shape
            from (select unnest(features) as feature from read_json('{raw}/ons/ward_boundaries/*.geojson'))
            """
        )
        ((wards, placed, inside),) = con.execute(
            f"""
            select (select count(*) from ward), count(*),
                count(*) filter (st_contains(shape, st_transform(
                    st_point("Easting"::double, "Northing"::double), 'EPSG:27700', 'OGC:CRS84'
                )))
            from read_csv('{raw}/derbyshire_constabulary/crimes/2021-05.csv', all_varchar = true)
            inner join ward on ward.code = "Ward Code"
            """
        ).fetchall()
    assert wards == 176
    assert inside > 0.999 * placed > 3000


def test_the_archive_is_of_the_same_crimes(raw):
    with duckdb.connect() as con:
        for kind in ("street", "outcomes"):
            files = f"{raw}/police_uk/{kind}/*.csv"
            con.execute(f"create table {kind} as from read_csv('{files}', all_varchar = true)")
        for month in ("2023-04", "2024-03"):
            ((crimes,),) = con.execute(
                f"""
                select count(*) from read_csv('{raw}/derbyshire_constabulary/crimes/{month}.csv', all_varchar = true)
                where "LSOA Code" is not null
                """
            ).fetchall()
            ids = f"""select count(distinct "Crime ID") from street where "Month" = '{month}'"""
            assert con.execute(ids).fetchall() == [(crimes,)]
        ((asb, blank, repeated, rows, months),) = con.execute(
            """
            select count(*) filter ("Crime type" = 'Anti-social behaviour'), count(*) filter ("Crime ID" is null),
                count("Crime ID") - count(distinct "Crime ID"), count(*), count(distinct "Month")
            from street
            """
        ).fetchall()
        assert months == 12
        assert asb == blank == 15000
        assert 0.01 < repeated / rows < 0.03
        known = """select count(*) from outcomes semi join street using ("Crime ID")"""
        assert con.execute(known).fetchall()[0][0] > 40_000


def test_searches_are_of_the_london_month(raw):
    files = f"{raw}/police_uk/stop_and_search/*.csv"
    with duckdb.connect() as con:
        con.execute(
            f"create table search as select *, parse_filename(filename)[:7] as month from read_csv('{files}', filename = true)"
        )
        con.execute("""create view local as select *, ("Date"::timestamptz at time zone 'Europe/London') as moment from search""")
        wrong = "select count(*) from local where strftime(moment, '%Y-%m') != month"
        assert con.execute(wrong).fetchall() == [(0,)]
        weapons = """count(*) filter ("Object of search" = 'Offensive weapons')"""
        found = f"""{weapons[:-1]} and "Outcome linked to object of search")"""
        assert con.execute(f"select count(*), {weapons}, {found} from search").fetchall() == [(2602, 503, 79)]


@needs_real_files
@pytest.mark.parametrize(
    ("feed", "real"),
    [
        ("street/2024-01-derbyshire", "police_uk/2024-01/2024-01-derbyshire-street.csv"),
        ("outcomes/2024-01-derbyshire", "police_uk/2023-04/2023-04-city-of-london-outcomes.csv"),
        ("stop_and_search/2024-01-derbyshire", "police_uk/2023-04/2023-04-city-of-london-stop-and-search.csv"),
    ],
)
def test_headers_are_the_archives_own(raw, feed, real):
    ours = (raw / "police_uk" / f"{feed}.csv").read_text().splitlines()[0]
    assert ours == (REAL / real).read_text().splitlines()[0]


@needs_real_files
def test_open_headers_are_the_publishers_own(raw):
    lookup = "ons_geography/LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv"
    ours = (raw / "ons" / "lsoa_ward_district" / "2024.csv").read_bytes().splitlines()[0]
    assert ours == (REAL / lookup).read_bytes().splitlines()[0]
    assert sheet(raw / "mhclg" / "imd_2019" / "2019.xlsx")[0] == sheet(REAL / IMD)[0]


@needs_real_files
def test_boundaries_carry_the_publishers_properties(raw):
    ours = json.loads((raw / "ons" / "ward_boundaries" / "2025-E06000015.geojson").read_text())
    real = json.loads((REAL / "ons_geography" / "boundaries" / "ward" / "E06000015.geojson").read_text())
    assert ours["crs"] == real["crs"]
    assert set(ours["features"][0]["properties"]) <= set(real["features"][0]["properties"])
    assert len(ours["features"]) == len(real["features"])
