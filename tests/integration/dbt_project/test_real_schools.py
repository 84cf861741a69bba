"""The Department for Education's own files, through dbt: phases, points, districts, and a join that makes no pair too many."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import spatial_extension

from orchestration import warehouse
from orchestration.contracts import load_contracts
from orchestration.dbt import _invoke
from orchestration.ingest.load import load, plan
from orchestration.ingest.recognise import deliver
from orchestration.settings import Settings

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
KEY = b"a key for tests only"
FILES = (*sorted((DATA / "schools").rglob("*school*.?sv")), *sorted((DATA / "ons_geography" / "boundaries" / "ward").glob("*")))

pytestmark = pytest.mark.skipif(not (DATA / "schools").is_dir(), reason=f"the publishers' files are not in {DATA}")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A warehouse of real schools and wards, and no crime; with the SQL that dbt made of the fact."""
    base = tmp_path_factory.mktemp("real_schools")
    settings, contracts = Settings(base / "raw", base / "home"), load_contracts()
    for path in FILES:
        deliver(path, settings.raw, contracts)
    with warehouse.connect(settings) as con:
        for contract in contracts.values():
            name = f"landing.{warehouse.table_name(contract)}"
            columns = (*contract.landed, ("_load_id", "VARCHAR"), ("_row", "INTEGER"))
            con.execute(f"create table {name} (" + ", ".join(f'"{n}" {t}' for n, t in columns) + ")")
            now = datetime.now(UTC)
            for record in load(plan(settings.raw, base, contract, KEY), contract, base, KEY, now=now):
                con.execute(f"insert into {name} by name from read_parquet('{record.accepted}')")
    built = _invoke(settings, ["build", "--select", "+fct_school_age_offence", "--exclude-resource-type", "unit_test", "test"])
    (sql,) = (result.node.compiled_code for result in built.result if result.node.name == "fct_school_age_offence")
    con = duckdb.connect(str(settings.warehouse))
    spatial_extension.Plugin("spatial_extension", {}).configure_connection(con)
    yield con, sql
    con.close()


def test_544_of_the_581_schools_of_derby_and_derbyshire_have_a_point(real):
    con, _ = real
    found = con.execute(
        "select count(*), count(latitude), count(*) filter (district_code = 'Unknown' and latitude is not null) "
        "from conformed.dim_school where la_code in ('830', '831')"
    ).fetchone()
    assert found == (581, 544, 0)


def test_names_agree_with_phases(real):
    con, _ = real
    phase = "select phase, count(*) from conformed.dim_school where la_code in ('830', '831') and school_name {} group by all"
    assert set(dict(con.execute(phase.format("like '%Primary School'")).fetchall())) == {"Primary"}
    by_phase = dict(con.execute(phase.format("is not null")).fetchall())
    assert {"Primary", "Secondary", "Special", "Nursery", "Pupil referral unit"} == set(by_phase)


def test_the_districts_are_where_the_schools_say_they_are(real):
    con, _ = real
    towns = {"Chesterfield": "E07000034", "Ilkeston": "E07000036", "Buxton": "E07000037", "Swadlincote": "E07000039"}
    for town, district in towns.items():
        found = con.execute(
            "select distinct district_code from conformed.dim_school where la_code = '830' and latitude is not null "
            f"and school_name like '{town}%'"
        ).fetchall()
        assert found == [(district,)], town


def test_no_pair_is_made_that_is_not_near(real):
    con, sql = real
    plan = "\n".join(text for _, text in con.execute(f"explain {sql}").fetchall())
    assert "SPATIAL_JOIN" in plan
    assert "CROSS_PRODUCT" not in plan and "NESTED_LOOP_JOIN" not in plan and "BLOCKWISE_NL_JOIN" not in plan
