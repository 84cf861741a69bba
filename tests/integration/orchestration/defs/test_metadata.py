"""What the catalogue shows after a refresh is what the warehouse holds."""

from collections import Counter

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.definitions import build_defs
from orchestration.home.instance import open_instance


@pytest.fixture(scope="module")
def materialised(small_county):
    """Asset key → its latest materialisation, for every asset of the refreshed small_county but feeds not delivered."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME"):
            patch.setenv(name, "")
        keys = build_defs(small_county.settings).resolve_asset_graph().materializable_asset_keys
        with open_instance(small_county.settings) as instance:
            records = instance.get_asset_records(list(keys))
    found = {record.asset_entry.asset_key: record.asset_entry.last_materialization for record in records}
    latest = {key: event for key, event in found.items() if event is not None}
    # The small county has no feeds for runs of the vault.
    assert {key for key in keys - latest.keys() if key.path[0] not in ("deliveries", "vault")} == set()
    return {key: event.asset_materialization for key, event in latest.items()}


def test_every_table_shows_the_rows_that_it_holds(small_county, materialised):
    shown = Counter[str]()
    with duckdb.connect(str(small_county.settings.warehouse), read_only=True) as con:
        views = con.execute("select view_name from duckdb_views() where schema_name = 'conformed'").fetchall()
    for key, event in materialised.items():
        if key.path[0] in ("deliveries", "landing_zone", "staging", "published"):
            continue
        if key.path[0] == "conformed" and (key.path[1],) in views:
            continue  # its rows follow the deliveries, built or not
        contract = load_contracts().get(tuple(key.path[1:])) if key.path[0] == "landing" else None
        # The warehouse has no view of a feed of the vault; the agencies that send a feed type share its view.
        if contract is None or contract.custody == "warehouse":
            name = contract.relation if contract else "__".join(key.path[1:])
            shown[f"{key.path[0]}.{name}"] += event.metadata["dagster/row_count"].value
    assert {name.split(".")[0] for name in shown} == {"landing", "reference", "conformed", "marts", "sna"}
    con = duckdb.connect(str(small_county.settings.warehouse), read_only=True)
    held = {name: con.execute(f"select count(*) from {name}").fetchall()[0][0] for name in shown}
    con.close()
    assert shown == held


def test_every_table_and_view_shows_its_columns_with_their_types(materialised):
    for key, event in materialised.items():
        if key.path[0] in ("staging", "conformed", "marts", "sna", "reference"):
            columns = event.metadata["dagster/column_schema"].value.columns
            assert columns and all(column.type not in ("", "?") for column in columns), key
        if key.path[0] in ("marts", "sna"):
            assert all(column.description for column in columns), key


def test_the_release_lists_its_tables(small_county, materialised):
    (release,) = (event.metadata for key, event in materialised.items() if key.path == ["published", "release"])
    listed = {record.data["table"]: record.data["rows"] for record in release["tables"].value.records}
    assert listed["sna.figures"] == small_county.query("select count(*) from sna.figures")[0][0]
    assert sum(listed.values()) == release["dagster/row_count"].value


def test_the_landing_log_shows_the_rows_of_its_latest_period(small_county, materialised):
    con = duckdb.connect(str(small_county.settings.warehouse), read_only=True)
    accepted = con.execute("select agency, feed, period, sum(rows_accepted)::int from ledger.delivery where in_use group by all")
    held = {(agency, feed, period): rows for agency, feed, period, rows in accepted.fetchall()}
    con.close()
    for key, event in materialised.items():
        if key.path[0] == "deliveries":
            assert event.metadata["dagster/partition_row_count"].value == held.get((*key.path[1:], event.partition), 0), key
