"""A release of the small county: what is in it, what is not, and the commands that look at it."""

import json
import re

import duckdb
import pytest

from expectations.privacy import PRIVATE_COLUMNS


def test_delivered_is_accepted_plus_rejected(small_county):
    con = duckdb.connect(str(small_county.settings.warehouse), read_only=True)
    wrong = con.execute("select count(*) from ledger.delivery where rows_delivered != rows_accepted + rows_rejected").fetchall()
    landed = con.execute("select sum(rows_accepted) from ledger.delivery where in_use and feed = 'crimes'").fetchall()
    counted = con.execute("select count(*) from conformed.fct_offence").fetchall()
    con.close()
    assert wrong == [(0,)]
    assert landed == counted


def test_nothing_about_one_person_is_published(small_county):
    columns = {name for (name,) in small_county.query("select column_name from meta.dictionary")}
    assert not columns & set(PRIVATE_COLUMNS)


def test_no_nominal_reference_or_date_of_birth_leaves_the_door(small_county):
    """Look for the identifiers of real rows in every byte that was written."""
    sample = (small_county.raw / "derbyshire_constabulary/victims/2019-05.csv").read_text().splitlines()[1:40]
    nominals = {re.search(r"N\d{8}", line).group().encode() for line in sample}
    assert nominals
    for path in small_county.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not any(nominal in content for nominal in nominals), path


def test_every_published_column_is_described(small_county):
    undescribed = small_county.query(
        """select schema_name || '.' || table_name || '.' || column_name from meta.dictionary
           where schema_name in ('sna', 'marts') and (description is null or description = '')"""
    )
    assert undescribed == []


def test_the_manifest_names_what_the_release_is_made_of(small_county):
    manifest = json.loads((small_county.settings.published / "manifest.json").read_text())
    assert manifest["environment"] == "demonstration"
    assert manifest["definition_id"] == "sna-2024"
    assert len([d for d in manifest["deliveries"] if d["feed"] == "derbyshire_constabulary/crimes"]) == 2
    assert all(re.fullmatch(r"[0-9a-f]{64}", d["file_sha256"]) for d in manifest["deliveries"])


def test_a_second_refresh_has_nothing_to_do(small_county):
    before = small_county.release()
    done = small_county.sna("refresh")
    assert done.returncode == 0
    assert "Nothing new" in done.stdout
    assert small_county.release() == before


def test_a_home_that_was_copied_has_nothing_to_do(own_small_county):
    before = own_small_county.release()
    done = own_small_county.sna("refresh")
    assert done.returncode == 0, done.stderr
    assert "Nothing new" in done.stdout
    assert own_small_county.release() == before


@pytest.mark.parametrize("command", ["status", "feeds", "quarantine"])
def test_looking_works(small_county, command):
    done = small_county.sna(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_wrong_usage_exits_2(small_county):
    assert small_county.sna("refresh", "--as-at", "yesterday").returncode == 2
    assert small_county.sna("quarantine", "no/feed").returncode == 2
