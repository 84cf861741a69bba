"""What runs drew into the vault since a moment is gone from it; what runs of before drew stays."""

from datetime import UTC, datetime

import pytest

from orchestration.vault_runs.access import ENGINE
from tests.unit.vault.conftest import KEY
from vault import access_log, erasure, index, store
from vault.people import SQL

SINCE = datetime(2024, 5, 1, 9, tzinfo=UTC)
RUNS = {"2024-03-31.1": "2024-04-10 10:00:00", "2024-03-31.2": "2024-05-02 10:00:00"}


@pytest.fixture
def drawn(folder):
    """A run of before that a run of since replaced, each with one person, and the linkage of the later one."""
    with store.opened(folder, KEY, ENGINE) as con:
        index.prepare(con)
        con.execute((SQL / "linkage.sql").read_text(encoding="utf-8"))
        for run_id, at in RUNS.items():
            con.execute(
                """insert into vault.hkci.run by name
                   select ? as run_id, date '2024-03-31' as reference_date, ?::timestamp as ran_at, 'somebody' as ran_by,
                   'a test' as reason, 1 as log_line, '' as input_fingerprint, '' as policy_fingerprint,
                   false as is_synthetic""",
                [run_id, at],
            )
            con.execute(
                """insert into vault.hkci.entry by name select ? as run_id, 'Crime' as cohort, 1 as entry_number, ? as person_key,
                   1 as incidents, 1 as recent_incidents, 0 as reports, '' as age_group, '' as sex, '' as ethnicity_code,
                   '' as ethnicity_group, '' as area, '' as movement, '' as why, date '2099-01-01' as expires_on""",
                [run_id, f"person of {run_id}"],
            )
            con.execute("insert into vault.hkci.told values (?, 'Crime', ?, date '2099-01-01')", [run_id, f"person of {run_id}"])
            con.execute(
                "insert into vault.linkage.run values (?, ?::timestamp, 'somebody', 'a test', 1, '', 0.9, false)", [run_id, at]
            )
        con.execute("update vault.hkci.run set replaced_by = '2024-03-31.2' where run_id = '2024-03-31.1'")
        con.execute("insert into vault.linkage.person values ('one', 'one'), ('two', 'one')")
        con.execute("insert into vault.linkage.pair values (1, 'one', 'two', 9, 0.9, 'same', 'same', 'same', 'same')")
    return folder


def rows(folder, query):
    with store.opened(folder, KEY, ENGINE) as con:
        return con.execute(query).fetchall()


def test_runs_of_since_are_gone_and_runs_of_before_count_again(drawn):
    assert erasure.erase(drawn, KEY, SINCE, ENGINE, why="Purge: a decision") == 2
    assert rows(drawn, "select run_id, replaced_by from vault.hkci.run") == [("2024-03-31.1", None)]
    assert rows(drawn, "select person_key from vault.hkci.entry") == [("person of 2024-03-31.1",)]
    assert rows(drawn, "select person_key from vault.hkci.told") == [("person of 2024-03-31.1",)]
    assert rows(drawn, "select run_id from vault.linkage.run") == [("2024-03-31.1",)]
    assert rows(drawn, "select * from vault.linkage.pair") == rows(drawn, "select * from vault.linkage.person") == []


def test_the_erasure_is_logged_with_its_reason_and_names_nobody(drawn):
    erasure.erase(drawn, KEY, SINCE, ENGINE, why="Purge: a decision")
    (line,) = access_log.read(drawn)
    assert (line.action, line.why, line.what) == ("erase", "Purge: a decision", "runs since 2024-05-01")


def test_a_vault_without_runs_is_left_as_it_is(drawn):
    assert erasure.erase(drawn, KEY, datetime(2025, 1, 1, tzinfo=UTC), ENGINE, why="Purge: a decision") == 0
    assert len(rows(drawn, "from vault.hkci.run")) == 2 and len(rows(drawn, "from vault.linkage.person")) == 2
    with store.opened(drawn, KEY, ENGINE) as con:
        con.execute("drop schema vault.hkci cascade; drop schema vault.linkage cascade")
    assert erasure.erase(drawn, KEY, SINCE, ENGINE, why="Purge: a decision") == 0
