"""A release is whole, verified and switched in one step; a reader keeps what it has open."""

import codecs
import csv
import json
from datetime import datetime

import duckdb
import pandas as pd
import pytest

from orchestration.publication import publish, releases
from orchestration.publication.publish import PublicationError
from orchestration.publication.release import FILE
from orchestration.publication.releases import current_release
from tests.press import make_press


def test_the_stable_path_leads_to_the_release(press):
    release = press.publish()
    assert press.read("select sum(value) from sna_marts.sna.figures") == [(45,)]
    manifest = json.loads((press.published / "manifest.json").read_text())
    assert manifest["tables"]["sna.figures"]["rows"] == 10
    assert manifest["release_id"] == release.id
    assert press.read("select release_id, environment from meta.release") == [(release.id, "demonstration")]
    assert current_release(press.published) == release


@pytest.mark.parametrize("name", ["it's a home", pytest.param('100% "sure" [1]; #2 é', marks=pytest.mark.slow)])
def test_a_folder_may_have_any_name(tmp_path, name):
    (folder := tmp_path / name).mkdir()
    press = make_press(folder)
    first = press.publish()
    press.change("update marts.offences set offences = 2")
    press.publish("c")
    assert press.read("select sum(value) from sna_marts.sna.figures") == [(45,)]
    releases.roll_back(press.published, first)
    assert current_release(press.published).id == first.id


def test_comments_come_along(press):
    press.publish()
    described = press.read("select description from meta.dictionary where column_name = 'offences'")
    assert described == [("How many, it's a count",)]


def test_every_table_of_the_release_itself_is_described(press):
    press.publish()
    undescribed = press.read("select schema_name, table_name from duckdb_tables() where comment is null")
    assert undescribed == [("meta", "dictionary"), ("sna", "figures")]


def test_parquet_and_csv_hold_the_same(press):
    folder = press.publish().folder
    same = f"select count(*) from '{folder}/parquet/sna/figures.parquet' join '{folder}/csv/sna/figures.csv' using (value)"
    assert duckdb.sql(same).fetchall() == [(10,)]


def test_content_hashes_ignore_order_and_time_but_nothing_else(press):
    first = press.publish().manifest["content"]
    press.change("create or replace table sna.figures as select 'T01' as table_id, 9 - range as value from range(10)")
    assert press.publish().manifest["content"] == first
    press.change("update sna.figures set value = 0 where value = 1")
    assert press.publish().manifest["content"] != first


def test_an_open_reader_keeps_its_release_and_a_new_one_sees_the_new(press):
    press.publish()
    old = duckdb.connect(str((press.published / FILE).resolve()), read_only=True)
    press.change("delete from sna.figures where value > 0")
    press.publish()
    assert old.execute("select count(*) from sna.figures").fetchall() == [(10,)]
    old.close()
    assert press.read("select count(*) from sna.figures") == [(1,)]


def test_a_record_level_column_is_refused_and_nothing_changes(press):
    release = press.publish()
    press.change("create table marts.people as select 'x' as person_key")
    with pytest.raises(PublicationError, match=r"marts\.people\.person_key"):
        press.publish()
    assert current_release(press.published) == release
    assert [p.name for p in (press.published / "releases").iterdir()] == [release.id]


def test_a_copy_that_differs_is_not_published(press, monkeypatch):
    write = publish._write

    def tampered(*arguments):
        tables = write(*arguments)
        con = duckdb.connect(str(arguments[1] / FILE))
        con.execute("delete from sna.figures")
        con.close()
        return tables

    monkeypatch.setattr(publish, "_write", tampered)
    with pytest.raises(PublicationError, match=r"does not hold what it should: sna\.figures"):
        press.publish()
    assert current_release(press.published) is None


def test_a_release_of_a_past_date_never_becomes_current(press):
    current = press.publish()
    past = press.publish(as_at="2024-05-01")
    assert current_release(press.published) == current
    assert (press.published / "as-at" / "2024-05-01").resolve() == past.folder.resolve()


def test_a_clock_that_was_set_back_does_not_reorder_releases(press, monkeypatch):
    first = press.publish()

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2001, 2, 3, tzinfo=tz)

    monkeypatch.setattr(publish, "datetime", Earlier)
    second, third = press.publish(), press.publish()
    assert first.id < second.id < third.id
    assert third.manifest["published_at"] == "2001-02-03T00:00:00+00:00"


def test_what_an_interrupted_publication_left_is_swept(press):
    left = press.published / "releases" / ".writing-old"
    left.mkdir(parents=True)
    (left / FILE).write_text("half")
    press.publish()
    assert not left.exists()


@pytest.mark.parametrize(
    "damage",
    [
        "update sna.figures set value = value + 1",
        "delete from sna.figures",
        "alter table sna.figures rename value to amount",
        "drop table sna.figures",
        "create table marts.another as select 1 as n",
    ],
)
def test_a_file_that_is_not_what_was_written_is_not_published(press, monkeypatch, damage):
    hashes = publish.file_hashes

    def damaged(folder):
        with duckdb.connect(str(folder / FILE)) as con:
            con.execute(damage)
        return hashes(folder)

    monkeypatch.setattr(publish, "file_hashes", damaged)
    with pytest.raises(publish.PublicationError, match="does not hold what it should"):
        press.publish()
    assert current_release(press.published) is None
    assert not list(press.published.glob("releases/*"))


class TestMemory:
    """What a publication needs beyond its limit goes to the home, and never beside what readers see."""

    LARGE = "create or replace table sna.figures as select md5(range::varchar) as value, range as place from range(600000)"

    def test_it_spills_inside_the_home_and_publishes_the_same(self, press, monkeypatch):
        press.change(self.LARGE)
        content = press.publish().manifest["content"]
        monkeypatch.setenv("SNA_MEMORY_LIMIT", "40MB")
        seen = set()
        hashes = publish.content_hashes

        def watched(con, tables):
            seen.update(path.relative_to(press.warehouse.parent).as_posix() for path in press.warehouse.parent.rglob("*.tmp"))
            seen.update(path.relative_to(press.warehouse.parent).as_posix() for path in press.warehouse.parent.glob("spill/*"))
            return hashes(con, tables)

        monkeypatch.setattr(publish, "content_hashes", watched)
        assert press.publish().manifest["content"] == content
        assert seen == {"spill/publication"}
        assert list((press.warehouse.parent / "spill").iterdir()) == []

    def test_too_little_publishes_nothing(self, press, monkeypatch):
        current = press.publish()
        press.change(self.LARGE)
        monkeypatch.setenv("SNA_MEMORY_LIMIT", "8MB")
        with pytest.raises(duckdb.OutOfMemoryException):
            press.publish()
        assert current_release(press.published) == current
        assert not list(press.published.glob("releases/.writing-*"))


def test_csv_files_are_read_as_utf_8_by_excel_duckdb_pandas_and_python(press):
    text = "Café – £5, “quoted”"
    press.change(f"create or replace table marts.offences as select '{text}' as place, 3 as offences")
    file = press.publish().folder / "csv/marts/offences.csv"
    # Excel takes a file for UTF-8 by this mark alone.
    assert file.read_bytes().startswith(codecs.BOM_UTF8 + b"place,offences\n")
    assert duckdb.sql(f"from '{file}'").fetchall() == [(text, 3)]
    assert duckdb.sql(f"from '{file}'").columns == ["place", "offences"]
    for frame in (pd.read_csv(file), pd.read_csv(file, encoding="utf-8-sig")):
        assert frame.to_dict("records") == [{"place": text, "offences": 3}]
    with file.open(newline="", encoding="utf-8-sig") as opened:
        assert list(csv.DictReader(opened)) == [{"place": text, "offences": "3"}]
