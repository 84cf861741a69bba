"""No nominal of the index can be found in anything that leaves the vault, or in the warehouse."""

import re

import duckdb
import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.landing_log.log import loads_in_use, read
from orchestration.warehouse.ledger import rows_in_use

pytestmark = pytest.mark.xdist_group("county")

CUSTODY = {feed: contract for feed, contract in load_contracts().items() if contract.custody == "vault"}


@pytest.fixture(scope="module")
def secrets(county) -> set[str]:
    """Pseudonyms and references of everybody in the feeds of the vault, and the references of the reports."""
    loads = loads_in_use(read(county.settings.landing))
    found = set()
    with duckdb.connect() as con:
        for feed, contract in CUSTODY.items():
            rows = rows_in_use(contract, [load for load in loads if (load.agency, load.feed) == feed])
            found |= {key for (key,) in con.execute(f"select distinct person_key from ({rows})").fetchall()}
            folder = county.raw / "/".join(feed)
            con.execute(f"create or replace table delivered as from read_csv('{folder}/*.csv', all_varchar = true)")
            found |= {name for (name,) in con.execute('select distinct "Nominal Reference" from delivered').fetchall()}
            if "report_reference" in contract.by_name:
                found |= {name for (name,) in con.execute('select distinct "Report Reference" from delivered').fetchall()}
    assert len(found) > 500
    return found


def _words(path) -> set[bytes]:
    return set(re.findall(rb"[A-Za-z0-9-]+", path.read_bytes()))


def test_custody_is_the_vaults():
    assert {feed for _, feed in CUSTODY} >= {"knife_intelligence", "lifestyle_factors"}


def test_nothing_published_holds_any_of_them(county, secrets):
    release = (county.settings.published / "current").resolve()
    with duckdb.connect() as con:
        con.execute("create table secret (text varchar)")
        con.executemany("insert into secret values (?)", [[secret] for secret in secrets])
        con.execute(f"attach '{release / 'sna_marts.duckdb'}' as published (read_only)")
        tables = con.execute(
            """select format('{}.{}.{}', database_name, schema_name, table_name) from duckdb_tables()
               where database_name = 'published'"""
        ).fetchall()
        files = [f"'{path}'" for path in release.rglob("*") if path.suffix in (".parquet", ".csv")]
        assert len(tables) > 40 and len(files) == 2 * len(tables)
        for (name,) in [*tables, *((file,) for file in files)]:
            # Every value of every row, as words.
            found = con.execute(
                f"""select count(*) from (
                        select unnest(regexp_extract_all(row::varchar, '[A-Za-z0-9-]+')) as word from {name} as row
                    ) where word in (select text from secret)"""
            ).fetchall()
            assert found == [(0,)], name


def test_no_log_page_or_target_holds_any_of_them(county, secrets):
    settings = county.settings
    looked_at = 0
    patterns = {secret.encode() for secret in secrets}
    for folder in (settings.data_docs, settings.dbt_target, settings.dagster_home, settings.vault, settings.published):
        for path in folder.rglob("*") if folder.exists() else ():
            # DuckDB and Parquet compress what they hold; they are read as tables above.
            if path.is_file() and path.suffix not in (".duckdb", ".parquet"):
                looked_at += 1
                assert not _words(path) & patterns, path
    for record in settings.landing.rglob("load.json"):
        assert not _words(record) & patterns, record
    assert looked_at > 50


def test_the_warehouse_knows_their_deliveries_and_no_row(county, tmp_path):
    with duckdb.connect(str(county.settings.warehouse), read_only=True) as con:
        for agency, feed in CUSTODY:
            name = load_contracts()[agency, feed].relation
            assert con.execute("select count(*) from duckdb_views() where contains(sql, ?)", [f"/{feed}/"]).fetchall() == [(0,)]
            assert con.execute(
                "select count(*) from information_schema.tables where table_name in (?, ?)", [name, f"stg_{name}"]
            ).fetchall() == [(0,)]
            ((deliveries,),) = con.execute("select count(*) from ledger.delivery where in_use and feed = ?", [feed]).fetchall()
            assert deliveries > 0
        # What was published is the only table about the index.
        columns = con.execute(
            """select table_schema || '.' || table_name from information_schema.columns
               where column_name in ('report_reference', 'assessed_on', 'victim_of_violence', 'lifestyle_score')"""
        ).fetchall()
        assert columns == []


def test_a_landed_file_of_theirs_is_its_owners_alone(county):
    for agency, feed in CUSTODY:
        assert (county.settings.landing / agency / feed).stat().st_mode & 0o777 == 0o700


def test_the_vault_of_the_demonstration_is_its_owners_alone(county):
    vault = county.settings.vault
    assert vault.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in vault.iterdir()} == dict.fromkeys(
        ("access.log", "demonstration.key", "vault.duckdb"), 0o600
    )


def test_small_counts_are_withheld_in_the_marts(county):
    minimum = "select min(minimum_cell) from marts.hkci_cohort"
    for table in ("hkci_cohort", "hkci_factors"):
        assert county.query(f"select count(*) from marts.{table} where nominals between 1 and ({minimum}) - 1") == [(0,)]
        assert county.query(f"select count(*) from marts.{table} where (nominals is null) <> (nominals_symbol is not null)") == [
            (0,)
        ]
    cells = county.query(
        "select category, nominals from marts.hkci_cohort where cohort = 'Crime' and breakdown = 'Sex' order by all"
    )
    assert cells == [("Female", None), ("Male", None)]


def test_a_withheld_count_that_follows_from_a_printed_share_says_so(county):
    """93% of 56 men and boys are 52, so 4 are not; 11% and 4% are 6 and 2. Two ethnicity groups have only their sum."""
    symbols = county.query(
        """select category, nominals_symbol from marts.hkci_cohort
           where cohort = 'Crime' and nominals is null order by breakdown, category"""
    )
    derivable, withheld = [("4", "d"), ("5", "d"), ("Female", "d"), ("Male", "d")], [("Asian", "c"), ("Not recorded", "c")]
    assert sorted(symbols) == sorted(derivable + withheld)


def test_t32_and_the_prose_are_computed(county):
    statuses = county.query(
        "select table_id, status, count(*) from sna.reconciliation where table_id in ('T32', 'P6.3') group by all"
    )
    assert sorted(statuses) == [("P6.3", "match", 7), ("T32", "match", 26)]
