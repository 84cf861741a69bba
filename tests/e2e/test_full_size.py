"""The whole way at full size: sixty-one months, from a landing zone to a reconciled release, through the command line only."""

import json
import re
import shutil

import duckdb

from orchestration.publication.releases import DEMONSTRATION_BANNER
from tests.conftest import reconciled
from tests.counties import County


def counts(county, where="true"):
    return dict(county.query(f"select status, count(*) from sna.reconciliation where {where} group by all"))


def test_the_refresh_said_what_it_did(county):
    printed = (county.raw.parent / "refresh.txt").read_text()
    assert DEMONSTRATION_BANNER in printed
    match, errata = reconciled().values()
    figures = f"{match:,} match, {errata:,} errata, 0 differ, 0 missing, of {match + errata:,} printed"
    assert re.search(rf"figures +{figures}", printed), printed
    assert str(county.settings.published / "sna_marts.duckdb") in printed


def test_every_figure_matches_or_is_a_known_erratum(county):
    assert counts(county) == reconciled()


def test_every_erratum_says_how_we_know(county):
    assert county.query("select count(*) from sna.reconciliation where status = 'erratum' and length(reason) < 20") == [(0,)]
    # Of a discrepancy, of the study of the police tables, or of the table itself where its own words show it.
    pattern = "D[0-9]{3}|calibration [0-9]|^T[0-9]{2}$"
    assert county.query(
        f"select count(*) from sna.reconciliation where status = 'erratum' and not regexp_matches(citation, '{pattern}')"
    ) == [(0,)]
    ((reason,),) = county.query(
        """select distinct reason from sna.reconciliation
           where table_id = 'T15' and column_label = '2023/24' and row_label like 'Repeat victims%occ%'"""
    )
    assert "back" in reason


def test_deprivation_reproduces_to_the_digit(county):
    assert counts(county, "table_id = 'T63'") == {"match": 20}


def test_the_forgotten_hour_is_there(county):
    ((offences,),) = county.query("select sum(value) from sna.figures where table_id = 'T07' and row_label = '00'")
    assert offences == 811


def test_two_homes_with_keys_of_their_own_publish_equal_tables(county, tmp_path):
    """Whatever is published of pseudonyms and tokens is counts, and no tie among them is broken by a key."""
    # Copied: another test may make links to the deliveries, which changes them as far as a refresh can see.
    raw = shutil.copytree(county.raw, tmp_path / "raw")
    other = County(raw, tmp_path / "home", {"SNA_PSEUDONYM_KEY": "another key than that of the county"}).make_home()
    done = other.sna("refresh")
    assert done.returncode == 0, done.stderr
    one, two = (json.loads((c.settings.published / "manifest.json").read_text())["tables"] for c in (county, other))
    assert one.keys() == two.keys()
    assert [name for name in one if not name.startswith("meta.") and one[name] != two[name]] == []


def test_reconcile_answers_by_table(county):
    done = county.sna("reconcile", "--table", "T15")
    assert done.returncode == 0
    assert "D053" in done.stdout
    assert county.sna("reconcile", "--table", "T99").returncode == 2


def test_people_under_two_references_are_found_and_counted(county):
    rows = county.query("select role, nominals, people, repeat_people >= repeat_nominals from marts.repeat_people_linked")
    # Five years, the one that has begun, and all of them.
    assert len(rows) == 2 * (5 + 1 + 1)
    assert all(people <= nominals and more for _, nominals, people, more in rows if people is not None)
    assert any(people is not None and people < nominals for _, nominals, people, _ in rows)
    # Counted apart from the vault.
    assert county.query(
        """select count(*) from marts.repeat_people_linked as linked join marts.repeat_people as counted using (role, period)
           where linked.nominals <> counted.individuals or linked.repeat_nominals <> counted.repeat_individuals"""
    ) == [(0,)]


def test_names_and_dates_of_birth_land_as_tokens(county):
    (file,) = county.settings.landing.glob("derbyshire_constabulary/nominals/*/*/accepted.parquet")
    columns = duckdb.sql(f"describe from read_parquet('{file}')").fetchall()
    tokens = [name for name, *_ in columns if "_token" in name]
    assert {name for name, *_ in columns} == {"person_key", "sex", "_load_id", "_row", *tokens}
    for name in ("person_key", *tokens):
        broken = f"select count(*) from read_parquet('{file}') where not regexp_full_match({name}, '[0-9a-f]{{32}}')"
        assert duckdb.sql(broken).fetchone() == (0,), name
