"""A release is whole, verified and switched in one step; a reader keeps what it has open."""

import json

import duckdb
import pytest

from orchestration import publish
from orchestration.publish import PublicationError

ABOUT = {"build_id": "b" * 64, "definition_id": "sna-2024", "synthetic": True, "deliveries": []}


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    con = duckdb.connect(str(path))
    con.execute("""
        create schema sna; create schema marts; create schema ledger; create schema ops;
        create table sna.figures as select 'T01' as table_id, range as value from range(10);
        create table marts.offences as select 'Derby' as district, 7 as offences;
        comment on column marts.offences.offences is 'How many, it''s a count';
        create table ledger.feed as select 'police_uk' as agency;
        create table ledger.build as select 'b' as build_id;
        create table ops.stage as select 'marts' as stage, 'token' as token;
        create table ops.verdict as select 'marts' as stage, 'token' as token, 'sna.figures' as subject, 'x' as expectation,
            '' as column_name, true as success, false as crashed, '' as observed, 0 as failing_rows, '[]' as sample, '' as remedy;
    """)
    con.close()
    return path


def change(warehouse, sql):
    con = duckdb.connect(str(warehouse))
    con.execute(sql)
    con.close()


def read(published, sql):
    con = duckdb.connect(str(published / publish.FILE), read_only=True)
    try:
        return con.execute(sql).fetchall()
    finally:
        con.close()


def test_the_stable_path_leads_to_the_release(warehouse, tmp_path):
    release = publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    assert read(tmp_path / "out", "select sum(value) from sna_marts.sna.figures") == [(45,)]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["tables"]["sna.figures"]["rows"] == 10
    assert manifest["release_id"] == release.folder.name
    assert read(tmp_path / "out", "select release_id, is_synthetic from meta.release") == [(release.folder.name, True)]
    assert publish.current_release(tmp_path / "out") == release


def test_comments_come_along(warehouse, tmp_path):
    publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    described = read(tmp_path / "out", "select description from meta.dictionary where column_name = 'offences'")
    assert described == [("How many, it's a count",)]


def test_parquet_and_csv_hold_the_same(warehouse, tmp_path):
    folder = publish.publish(warehouse, tmp_path / "out", about=ABOUT).folder
    same = f"select count(*) from '{folder}/parquet/sna/figures.parquet' join '{folder}/csv/sna/figures.csv' using (value)"
    assert duckdb.sql(same).fetchall() == [(10,)]


def test_content_hashes_ignore_order_and_time_but_nothing_else(warehouse, tmp_path):
    def contents():
        return publish.publish(warehouse, tmp_path / "out", about=ABOUT).manifest["content"]

    first = contents()
    change(warehouse, "create or replace table sna.figures as select 'T01' as table_id, 9 - range as value from range(10)")
    assert contents() == first
    change(warehouse, "update sna.figures set value = 0 where value = 1")
    assert contents() != first


def test_an_open_reader_keeps_its_release_and_a_new_one_sees_the_new(warehouse, tmp_path):
    publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    old = duckdb.connect(str((tmp_path / "out" / publish.FILE).resolve()), read_only=True)
    change(warehouse, "delete from sna.figures where value > 0")
    publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    assert old.execute("select count(*) from sna.figures").fetchall() == [(10,)]
    old.close()
    assert read(tmp_path / "out", "select count(*) from sna.figures") == [(1,)]


def test_a_record_level_column_is_refused_and_nothing_changes(warehouse, tmp_path):
    release = publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    change(warehouse, "create table marts.people as select 'x' as person_key")
    with pytest.raises(PublicationError, match=r"marts\.people\.person_key"):
        publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    assert publish.current_release(tmp_path / "out") == release
    assert [p.name for p in (tmp_path / "out" / "releases").iterdir()] == [release.folder.name]


def test_a_copy_that_differs_is_not_published(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "_copy_comments", lambda con: con.execute("select 1"))
    write = publish._write

    def tampered(*arguments):
        tables = write(*arguments)
        change(arguments[1] / publish.FILE, "delete from sna.figures")
        return tables

    monkeypatch.setattr(publish, "_write", tampered)
    with pytest.raises(PublicationError, match=r"sna\.figures"):
        publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    assert publish.current_release(tmp_path / "out") is None


def test_a_release_of_a_past_date_never_becomes_current(warehouse, tmp_path):
    current = publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    past = publish.publish(warehouse, tmp_path / "out", about=ABOUT, as_at="2024-05-01")
    assert publish.current_release(tmp_path / "out") == current
    assert (tmp_path / "out" / "as-at" / "2024-05-01").resolve() == past.folder.resolve()


def test_what_an_interrupted_publication_left_is_swept(warehouse, tmp_path):
    left = tmp_path / "out" / "releases" / ".writing-old"
    left.mkdir(parents=True)
    (left / publish.FILE).write_text("half")
    publish.publish(warehouse, tmp_path / "out", about=ABOUT)
    assert not left.exists()
