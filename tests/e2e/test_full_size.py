"""The whole way at full size: sixty-one months, from a landing zone to a reconciled release, through the command line only."""

import json
import re
import time

import duckdb
import pytest

from orchestration.publish import PRIVATE_COLUMNS
from orchestration.releases import SYNTHETIC_BANNER
from tests.conftest import reconciled


def counts(county, where="true"):
    return dict(county.query(f"select status, count(*) from sna.reconciliation where {where} group by all"))


def test_the_refresh_said_what_it_did(county):
    told = (county.raw.parent / "refresh.txt").read_text()
    assert SYNTHETIC_BANNER in told
    match, errata = reconciled().values()
    figures = f"{match:,} match, {errata:,} errata, 0 differ, 0 missing, of {match + errata:,} printed"
    assert re.search(rf"figures +{figures}", told), told
    assert str(county.settings.published / "sna_marts.duckdb") in told


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


def test_delivered_is_accepted_plus_rejected(county):
    con = duckdb.connect(str(county.settings.warehouse), read_only=True)
    wrong = con.execute("select count(*) from ledger.delivery where rows_delivered != rows_accepted + rows_rejected").fetchall()
    landed = con.execute("select sum(rows_accepted) from ledger.delivery where in_use and feed = 'crimes'").fetchall()
    counted = con.execute("select count(*) from conformed.fct_offence").fetchall()
    con.close()
    assert wrong == [(0,)]
    assert landed == counted


def test_nothing_about_one_person_is_published(county):
    columns = {name for (name,) in county.query("select column_name from meta.dictionary")}
    assert not columns & set(PRIVATE_COLUMNS)


def test_no_nominal_reference_or_date_of_birth_leaves_the_door(county):
    """Look for the identifiers of real rows in every byte that was written."""
    sample = (county.raw / "derbyshire_constabulary/victims/2023-07.synthetic.csv").read_text().splitlines()[1:40]
    nominals = {re.search(r"N\d{8}", line).group().encode() for line in sample}
    assert nominals
    for path in county.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not any(nominal in content for nominal in nominals), path


def test_every_published_column_is_described(county):
    undescribed = county.query(
        """select schema_name || '.' || table_name || '.' || column_name from meta.dictionary
           where schema_name in ('sna', 'marts') and (description is null or description = '')"""
    )
    assert undescribed == []


def test_the_manifest_names_what_the_release_is_made_of(county):
    manifest = json.loads((county.settings.published / "manifest.json").read_text())
    assert manifest["synthetic"] is True
    assert manifest["definition_id"] == "sna-2024"
    assert len([d for d in manifest["deliveries"] if d["feed"] == "derbyshire_constabulary/crimes"]) == 61
    assert all(re.fullmatch(r"[0-9a-f]{64}", d["file_sha256"]) for d in manifest["deliveries"])


def test_a_second_refresh_has_nothing_to_do(county):
    before = county.release()
    started = time.monotonic()
    told = county.sna("refresh")
    assert told.returncode == 0
    assert "Nothing new" in told.stdout
    assert county.release() == before
    assert time.monotonic() - started < 60  # a refresh that did work after all would say so above; this only ends a hang


def test_the_same_deliveries_give_the_same_content_in_another_home(county, own_county):
    for path in (own_county.settings.warehouse, own_county.settings.published / "current"):
        path.unlink()
    told = own_county.sna("refresh", cwd=own_county.home)
    assert told.returncode == 0, told.stderr
    first, second = (json.loads((c.settings.published / "manifest.json").read_text())["content"] for c in (county, own_county))
    assert first == second


def test_reconcile_answers_by_table(county):
    told = county.sna("reconcile", "--table", "T15")
    assert told.returncode == 0
    assert "D053" in told.stdout
    assert county.sna("reconcile", "--table", "T99").returncode == 2


@pytest.mark.parametrize("command", ["status", "feeds", "quarantine"])
def test_looking_works(county, command):
    told = county.sna(command)
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip()


def test_wrong_usage_exits_2(county):
    assert county.sna("refresh", "--as-at", "yesterday").returncode == 2
    assert county.sna("quarantine", "no/feed").returncode == 2


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
