"""The floor reads deliveries by their contracts, whatever columns and headers they come with."""

from dataclasses import replace

import duckdb
import pytest

from orchestration.home import creation
from orchestration.home.settings import Settings
from orchestration.ingest.values.pseudonyms import MACROS, pseudonym
from orchestration.ingest.values.tokens import MACROS as TOKEN_MACROS
from orchestration.warehouse.ledger import SCHEMA
from tests.bench import floor
from tests.bench.differences import differences
from tests.unit.orchestration.ingest.conftest import CONTRACTS, KEY, Desk, row, rows, text


@pytest.fixture
def con():
    with duckdb.connect() as made:
        made.execute(SCHEMA + MACROS + TOKEN_MACROS)
        yield made


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "raw", tmp_path / "home" / "landing")


@pytest.fixture
def read(con, tmp_path, monkeypatch):
    """Reads a feed and returns its landed rows, each as a dictionary."""
    monkeypatch.setenv("SNA_PSEUDONYM_KEY", KEY.decode())
    creation.make(tmp_path / "home", "derbyshire", "demonstration")

    def landed(contract):
        floor.land(con, contract, Settings(tmp_path / "raw", tmp_path / "home"), tmp_path / "out")
        found = con.execute(f"select * exclude (agency) from landing.{contract.relation} order by _load_id, _row")
        names = [column[0] for column in found.description]
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]

    return landed


def test_a_column_that_a_file_lacks_is_blank(desk, read):
    desk.put("crimes", text(rows("crimes", 1)), "2023-07.csv")
    desk.put("crimes", text([made | {"Street": "Sadler Gate"} for made in rows("crimes", 2)]), "2023-08.csv")
    assert [made["street"] for made in read(CONTRACTS["crimes"])] == [None, "Sadler Gate", "Sadler Gate"]


def test_a_column_may_come_under_another_header(desk, read):
    contract = CONTRACTS["outcomes"]
    columns = tuple(replace(c, aliases=("Result",)) if c.name == "outcome_code" else c for c in contract.columns)
    desk.put("outcomes", text([row("outcomes")]).replace("Outcome Code", "Result"))
    assert [made["outcome_code"] for made in read(replace(contract, columns=columns))] == ["1A"]


def test_of_an_upsert_feed_the_latest_row_of_a_key_is_in_use(desk, read):
    desk.put("outcomes", text([row("outcomes", Outcome_Code="1A"), row("outcomes", 2)]), "2023-07.csv")
    desk.put("outcomes", text([row("outcomes", Outcome_Code="8")]), "2023-08.csv")
    desk.put("outcomes", text([row("outcomes", 3)]), "2023-09.csv")
    desk.put("outcomes", text([row("outcomes", 4)]), "2023-09.v2.csv")
    made = {made["crime_reference"][-1]: made["outcome_code"] for made in read(CONTRACTS["outcomes"])}
    assert made == {"1": "8", "2": "1A", "4": "1A"}


def test_people_are_pseudonymised_and_have_an_age_instead_of_a_date_of_birth(desk, read):
    desk.put("victims", text([row("victims", Nominal_Reference="N00000007", Date_of_Birth="03/07/2001")]))
    (made,) = read(CONTRACTS["victims"])
    assert (made["person_key"], made["age"]) == (pseudonym(KEY, "N00000007"), 21)
    assert not {"nominal_reference", "date_of_birth"} & made.keys()


def test_a_feed_without_deliveries_has_an_empty_view(read):
    assert read(CONTRACTS["crimes"]) == []


def test_a_feed_in_the_custody_of_the_vault_has_no_view(con, desk, read):
    contract = CONTRACTS["lifestyle_factors"]
    with pytest.raises(duckdb.CatalogException):
        read(contract)


def test_models_are_built_after_what_they_depend_on():
    def node(kind, *parents, materialized="table"):
        return {"resource_type": kind, "config": {"materialized": materialized}, "depends_on": {"nodes": parents}}

    nodes = {
        "model.a": {**node("model", "model.b"), "alias": "a"},
        "model.b": {**node("model", "seed.c", materialized="ephemeral"), "alias": "b"},
        "seed.c": {"resource_type": "seed", "config": {"materialized": "seed"}, "depends_on": {"macros": []}, "alias": "c"},
        "test.d": {**node("test", "model.a"), "alias": "d"},
    }
    assert [made["alias"] for made in floor.in_order(nodes)] == ["c", "a"]


def test_tables_that_differ_are_named_with_their_rows():
    release = {"marts.a": {"rows": 3, "content": "x"}, "marts.b": {"rows": 1, "content": "y"}}
    made = {
        "marts.a": {"rows": 3, "content": "z"},
        "marts.b": {"rows": 1, "content": "y"},
        "marts.c": {"rows": 2, "content": "w"},
    }
    assert differences(release, made) == [
        {"table": "marts.a", "rows_release": 3, "rows_floor": 3},
        {"table": "marts.c", "rows_release": None, "rows_floor": 2},
    ]
