"""Readers query without pause while releases are published and old ones are removed."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.publication.release import FILE
from orchestration.publication.releases import ids
from tests.press import make_press

KEEP = 3

# One number, written into two tables and the build id by each publication; one row per release that a reader sees.
QUERY = """
    select (select any_value(value) from sna.figures), (select count(distinct value) from sna.figures),
           (select sum(offences) from marts.offences), release_id, build_id
    from meta.release
"""


def read_without_pause(published: Path, result: Path, stop) -> None:
    """Open, query until another release is current, query once more, close; and so on until `stop` is set.

    Writes a JSON object: queries made, connections that outlived a switch, queries that began and ended while one publication
    was being written, releases seen, and everything that was wrong.
    """
    found = {"queries": 0, "outlived": 0, "during": 0, "releases": [], "wrong": []}

    def writing() -> set[str]:
        return {path.name for path in (published / "releases").glob(".writing-*")}

    # On a busy machine the publisher comes first, so that the test ends; who is polite is still never made to wait.
    os.nice(5)
    try:
        result.with_suffix(".ready").touch()
        while not stop.is_set():
            con = duckdb.connect(str(published / FILE), read_only=True)
            first, switched = None, False
            while not stop.is_set() and not switched:
                current = (published / "current").readlink()
                before = writing()
                seen = con.execute(QUERY).fetchone()
                found["during"] += bool(before & writing())
                found["queries"] += 1
                first = first or seen
                value, values, offences, release_id, build_id = seen
                if seen != first or values != 1 or not value == offences == int(build_id) or build_id[:8] not in release_id:
                    found["wrong"].append(seen)
                switched = (published / "current").readlink() != current
            if switched:
                # The publisher has gone on although this connection is open; and what is open stays as it was.
                found["outlived"] += 1
                if con.execute(QUERY).fetchone() != first:
                    found["wrong"].append("an open connection changed its release")
            found["releases"].append(first[3] if first else None)
            con.close()
            if found["outlived"] > 1 and found["during"]:
                result.with_suffix(".seen").touch()
    except Exception as error:
        found["wrong"].append(repr(error))
    result.write_text(json.dumps(found, default=str))


@pytest.mark.parametrize(("number_of_readers", "publications"), [(2, 8), pytest.param(8, 50, marks=pytest.mark.slow)])
def test_readers_never_wait_never_fail_and_never_see_two_releases(tmp_path, number_of_readers, publications):
    press = make_press(tmp_path)
    press.change("alter table sna.figures alter value type bigint; alter table marts.offences alter offences type bigint")

    def publish(number: int) -> None:
        press.change(f"update sna.figures set value = {number}; update marts.offences set offences = {number}")
        press.publish(f"{number:08d}", keep=KEEP)

    publish(0)
    processes = multiprocessing.get_context("spawn")
    stop = processes.Event()
    results = [tmp_path / f"reader-{number}.json" for number in range(number_of_readers)]
    readers = [processes.Process(target=read_without_pause, args=(press.published, path, stop)) for path in results]
    for reader in readers:
        reader.start()
    while not all(path.with_suffix(".ready").exists() for path in results):
        assert all(reader.is_alive() for reader in readers)
        time.sleep(0.05)
    number = 0
    # More only while a reader has not had its share of the machine yet.
    while number < publications or not all(path.with_suffix(".seen").exists() for path in results):
        assert all(reader.is_alive() for reader in readers)
        number += 1
        publish(number)
    stop.set()
    for reader in readers:
        reader.join()
    found = [json.loads(path.read_text()) for path in results]
    assert [f["wrong"] for f in found] == [[]] * number_of_readers
    # Every reader had a release open while the next one was published: neither waited for the other.
    assert all(f["outlived"] > 1 and f["during"] for f in found)
    assert all(len(set(f["releases"])) > 1 for f in found)
    assert len(ids(press.published)) == KEEP
