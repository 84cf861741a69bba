"""Older releases keep only Parquet, and become whole again when readers get them."""

import codecs
import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.publication import archive, publish, release_files, release_retention, releases
from orchestration.publication.diff import difference
from orchestration.publication.integrity import SEAL, seal, verify
from orchestration.publication.release import FILE, DamagedReleaseError
from orchestration.publication.releases import all_releases, current_release, read_release, roll_back, switching


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch):
    """What is tested here is what a killed process leaves, not what a power cut does."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def change(press, value):
    press.change(f"update marts.offences set offences = {value}")


def published(press, values):
    """A release for each of these numbers of offences."""
    made = []
    for value in values:
        change(press, value)
        made.append(press.publish(f"{value:064d}"))
    return made


def files(release):
    return {path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*") if path.is_file()}


def is_complete(release):
    names = files(release)
    return FILE in names and any(name.startswith("csv/") for name in names)


def disk_bytes(folder):
    """What a folder takes on the disk; a file with several names counts once."""
    blocks = {path.stat().st_ino: path.stat().st_blocks for path in folder.rglob("*") if not path.is_symlink()}
    return 512 * sum(blocks.values())


def test_the_current_and_the_previous_release_are_complete_and_older_ones_keep_their_parquet(press):
    made = published(press, range(4))
    assert [is_complete(release) for release in made] == [False, False, True, True]
    older = files(made[0])
    assert {"manifest.json", "manifest.sha256", "archived.json"} == {name for name in older if "/" not in name}
    assert {name for name in made[0].manifest["files"] if name.startswith("parquet/")} == {n for n in older if "/" in n}
    assert [verify(release.folder) for release in made] == [[]] * 4


@pytest.mark.slow
def test_24_releases_take_less_than_four_times_one(press):
    for number in range(6):
        press.change(
            f"create table marts.t{number} as select range as id, md5(range::varchar) as word, random() as x from range(2000)"
        )
    (first,) = published(press, [1])
    one = disk_bytes(first.folder)
    published(press, range(2, 25))
    assert len(all_releases(press.published)) == 24
    assert disk_bytes(press.published) < 4 * one


def test_a_table_that_has_not_changed_is_stored_once(press):
    one, two, three = published(press, (1, 2, 2))
    figures, offences = "parquet/sna/figures.parquet", "parquet/marts/offences.parquet"

    def inodes(name):
        return [(release.folder / name).stat().st_ino for release in (one, two, three)]

    assert len(set(inodes(figures))) == 1
    assert len(set(inodes(offences))) == 2 and inodes(offences)[1] == inodes(offences)[2]


def test_without_hard_links_every_release_has_its_own_files(press, monkeypatch):
    def refuse(*_):
        raise OSError("Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    made = published(press, range(4))
    assert [verify(release.folder) for release in made] == [[]] * 4
    assert (made[3].folder / "parquet/sna/figures.parquet").stat().st_nlink == 1


def test_a_damaged_parquet_file_is_not_passed_on(press):
    (first,) = published(press, [1])
    (first.folder / "parquet/sna/figures.parquet").write_bytes(b"x")
    (second,) = published(press, [2])
    assert verify(second.folder) == []
    (third,) = published(press, [3])
    assert is_complete(first) and is_complete(third)


def test_a_rollback_to_an_archived_release_makes_its_files_again(press):
    made = published(press, range(5))
    before = made[0].manifest
    roll_back(press.published, made[0])
    assert is_complete(made[0])
    assert press.read("select offences from marts.offences") == [(0,)]
    assert press.read("select release_id from meta.release") == [(made[0].id,)]
    assert press.read("select comment from duckdb_columns() where column_name = 'offences' and schema_name = 'marts'") == [
        ("How many, it's a count",)
    ]
    assert json.loads((press.published / "manifest.json").read_text()) == before
    assert verify(made[0].folder) == []
    assert not list((press.published / "releases").glob(".*"))
    # It stays complete while it is current, and is archived again when it is not.
    published(press, [7, 8])
    assert [is_complete(release) for release in made] == [False] * 5
    assert verify(made[0].folder) == []


def test_a_release_without_byte_order_marks_is_restored_without(press, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(release_files, "BYTE_ORDER_MARK", "")
        (first,) = published(press, [1])
    file = first.folder / "csv/marts/offences.csv"
    content = file.read_bytes()
    listed = first.folder / "manifest.json"
    listed.write_text(json.dumps({k: v for k, v in first.manifest.items() if k != release_files.MARKED}))
    (first.folder / SEAL).write_text(seal(first.folder))
    published(press, [1, 2])
    assert not is_complete(first)
    roll_back(press.published, read_release(press.published, first.id))
    assert verify(first.folder) == []
    assert file.read_bytes() == content
    # The file of the next release is not shared with it, for all that its rows are the same.
    (after,) = published(press, [1])
    assert (after.folder / "csv/marts/offences.csv").read_bytes() == codecs.BOM_UTF8 + content


def test_what_is_damaged_in_an_archived_release_is_named_and_readers_keep_theirs(press):
    made = published(press, range(3))
    file = made[0].folder / "parquet/marts/offences.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    problem = "File parquet/marts/offences.parquet has been changed since it was published."
    assert problem in verify(made[0].folder)
    with pytest.raises(DamagedReleaseError, match=r"offences\.parquet has been changed"):
        roll_back(press.published, made[0])
    assert current_release(press.published).id == made[2].id
    assert releases.rollback(press.published) is None
    file.unlink()
    assert "File parquet/marts/offences.parquet is missing." in verify(made[0].folder)


def test_a_changed_file_of_a_restored_release_is_found(press):
    made = published(press, range(3))
    roll_back(press.published, made[0])
    file = made[0].folder / FILE
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert verify(made[0].folder) == [f"File {FILE} has been changed since it was published."]


def test_a_release_whose_parquet_does_not_hold_its_values_stays_complete(press):
    first, second = published(press, (1, 2))
    con = duckdb.connect()
    file = first.folder / "parquet/marts/offences.parquet"
    con.execute(f"copy (select 'Derby' as district, 9 as offences) to '{file}' (format parquet)")
    assert archive.archive(first) == ["File parquet/marts/offences.parquet has been changed since it was published."]
    assert is_complete(first) and not first.is_archived and second.current


@pytest.mark.slow
def test_releases_are_compared_whether_archived_or_not(press):
    press.change("alter table marts.offences alter offences type bigint")
    made = published(press, range(3))
    with_archived = difference(made[0], made[2])
    with switching(press.published):
        archive.restore(made[0])
    restored = difference(made[0], made[2])
    assert with_archived.revisions == restored.revisions
    assert [row[:6] for row in restored.revisions if row[0] == "marts.offences"] == [
        ("marts.offences", "changed", '{"district":"Derby"}', "offences", "0", "2")
    ]


@pytest.mark.slow
def test_the_newest_release_of_a_past_date_is_complete(press):
    published(press, [1])
    past = [press.publish("2", as_at=date) for date in ("2024-05-01", "2024-06-01")]
    published(press, [2])
    assert [is_complete(release) for release in past] == [False, True]
    assert verify(past[0].folder) == []


def test_an_older_reader_reads_on_when_its_release_is_archived(press):
    (first,) = published(press, [1])
    reader = first.open()
    published(press, (2, 3))
    assert not is_complete(first)
    assert reader.execute("select offences from marts.offences").fetchall() == [(1,)]
    reader.close()


class Killed(BaseException):
    """The process has ended: nothing after it has an effect."""


class Steps:
    """Lets so many changes of the disk happen, and none afterwards."""

    WATCHED = ((Path, "unlink"), (Path, "replace"), (Path, "mkdir"), (Path, "write_text"), (shutil, "rmtree"))

    def __init__(self, monkeypatch, allowed):
        self.left = allowed
        for owner, name in self.WATCHED:
            monkeypatch.setattr(owner, name, self.watched(getattr(owner, name)))
        monkeypatch.setattr(release_files, "write", self.watched(release_files.write))

    def watched(self, original):
        def step(*arguments, **options):
            if self.left == 0:
                raise Killed
            self.left -= 1
            return original(*arguments, **options)

        return step


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["publish", "rollback"])
def test_killed_between_any_two_steps_readers_have_one_release_and_the_next_time_completes(press, monkeypatch, doing):
    """Publication with what it archives, and a rollback with what it restores."""
    published(press, range(5))
    for steps in range(200):
        change(press, 100 + steps)
        before, others = current_release(press.published), all_releases(press.published)
        target = next(release for release in others if release.is_archived)
        with monkeypatch.context() as patched:
            counted = Steps(patched, steps)
            try:
                if doing == "publish":
                    press.publish(f"{100 + steps:064d}", keep=4)
                else:
                    roll_back(press.published, target)
            except Killed:
                pass
        current = current_release(press.published)
        assert is_complete(current) and verify(current.folder) == []
        assert press.read("select release_id from meta.release") == [(current.id,)]
        if current.id != before.id and doing == "rollback":
            assert current.id == target.id
        assert all(verify(release.folder) == [] for release in all_releases(press.published))
        if counted.left:
            break
        with switching(press.published):
            publish.sweep(press.published)
            for surplus in release_retention.releases_to_archive(press.published):
                archive.archive(surplus)
        assert all(is_complete(r) or r.is_archived for r in all_releases(press.published))
    assert 10 < steps < 150
    assert read_release(press.published, current.id).current
