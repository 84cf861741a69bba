"""A run of the linkage in a vault, over an invented register of two thousand references."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.ingest.values.pseudonyms import pseudonym
from orchestration.vault_runs.access import ENGINE
from synthetic.feeds.nominals import register
from tests.integration.vault.registers import land
from vault import access_log, people, store
from vault.linkage import REPORTED, THRESHOLD

KEY = b"a key for tests only"
VAULT_KEY = hashlib.sha256(KEY).hexdigest()
REFERENCES, DAYS = 2_000, 3_000
WHY = "testing the linkage"


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """A run over a register in which everybody with two references was a victim of serious violence once under each."""
    folder = tmp_path_factory.mktemp("linkage")
    rng = np.random.default_rng(5)
    named, pairs = register(
        rng,
        pd.DataFrame(
            {
                "nominal": np.arange(REFERENCES),
                "born": (np.datetime64("1995-01-01") + rng.integers(0, DAYS, REFERENCES)).astype("datetime64[us]"),
                "sex": rng.choice(["M", "F"], REFERENCES),
                "once": True,
                "crime": np.arange(REFERENCES),
            }
        ),
    )
    truth = {frozenset(pseudonym(KEY, str(number)) for number in pair) for pair in pairs.tolist()}
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as con:
        land(con, named, KEY)
        years = [(key, year) for pair in truth for key, year in zip(sorted(pair), ("2022/23", "2023/24"), strict=True)]
        con.register("victim", pd.DataFrame(years, columns=["person_key", "financial_year"]))
        con.execute(
            """create schema conformed;
               create table conformed.fct_victim as select *, true as is_serious_violence from victim;
               create table conformed.fct_suspect as from conformed.fct_victim where false"""
        )
    store.found(folder / "vault", VAULT_KEY, lambda _: None, ENGINE)
    read = people.Register(warehouse, "from warehouse.people", "f" * 64, is_synthetic=True)
    with store.opened(folder / "vault", VAULT_KEY, ENGINE) as con:
        made = people.run(con, folder / "vault", read, why=WHY)
        yield SimpleNamespace(con=con, folder=folder / "vault", made=made, truth=truth)


def test_it_finds_who_has_two_references_and_stores_who_is_whose(linked):
    stored = dict(linked.con.execute("select person_key, linked_key from vault.linkage.person").fetchall())
    assert len(stored) == linked.made.references == REFERENCES
    assert len(set(stored.values())) == linked.made.people
    together = {pair for pair in linked.truth if len({stored[key] for key in pair}) == 1}
    assert len(together) >= 0.75 * len(linked.truth)
    assert REFERENCES - linked.made.people <= 1.05 * len(linked.truth)
    assert linked.con.execute("select run_id, input_fingerprint, threshold, is_synthetic from vault.linkage.run").fetchall() == [
        (linked.made.run_id, "f" * 64, THRESHOLD, True)
    ]


def test_people_who_are_met_again_are_counted_by_reference_and_by_person(linked):
    stored = dict(linked.con.execute("select person_key, linked_key from vault.linkage.person").fetchall())
    counts = {
        (row["role"], row["period"]): row for row in (dict(zip(people.COUNTED, row, strict=True)) for row in linked.made.counts)
    }
    assert set(counts) == {("victim", period) for period in ("2022/23", "2023/24", "All years")}
    keys = [key for pair in linked.truth for key in pair]
    of_person = pd.Series([stored[key] for key in keys]).value_counts()
    whole = counts["victim", "All years"]
    assert (whole["occurrences"], whole["nominals"], whole["repeat_nominals"]) == (len(keys), len(keys), 0)
    assert (whole["people"], whole["repeat_people"]) == (len(of_person), (of_person > 1).sum())
    assert whole["repeat_people_occurrences"] == of_person[of_person > 1].sum() > len(keys) / 2
    assert counts["victim", "2022/23"]["occurrences"] == len(linked.truth)


def test_precision_and_recall_are_those_of_a_count_of_the_pairs(linked):
    results = people.evaluate(linked.con, linked.folder, linked.truth, why=WHY)
    assert [threshold for threshold, *_ in results] == list(people.THRESHOLDS)
    kept = linked.con.execute("select person_key, other_key, match_probability from vault.linkage.pair").fetchall()
    assert min(probability for *_, probability in kept) >= REPORTED
    for threshold, number, precision, recall in results:
        found = {frozenset((one, other)) for one, other, probability in kept if probability >= threshold}
        right = len(found & linked.truth)
        assert (number, precision, recall) == (len(found), right / len(found), right / len(linked.truth))
    assert [number for _, number, *_ in results] == sorted((number for _, number, *_ in results), reverse=True)
    (at_threshold,) = (result for result in results if result[0] == THRESHOLD)
    assert at_threshold[2] >= 0.97 and at_threshold[3] >= 0.75


def test_a_person_judges_the_pairs_nearest_to_the_threshold(linked):
    rows = [dict(zip(people.AUDITED, row, strict=True)) for row in people.audit(linked.con, linked.folder, 10, why=WHY)]
    kept = dict(linked.con.execute("select pair_number, match_probability from vault.linkage.pair").fetchall())
    for is_linked in (True, False):
        own = {row["pair_number"] for row in rows if row["is_linked"] is is_linked}
        nearest = sorted(abs(p - THRESHOLD) for p in kept.values() if (p >= THRESHOLD) is is_linked)[:5]
        assert sorted(abs(kept[number] - THRESHOLD) for number in own) == nearest
    assert {row[part] for row in rows for part in ("surname", "forename", "born", "sex")} <= {
        *("same", "alike", "different", "not known")
    }


def test_every_look_is_in_the_log_with_its_reason(linked):
    people.audit(linked.con, linked.folder, 2, why=WHY)
    lines = access_log.read(linked.folder)
    assert (lines[0].action, lines[0].what) == ("link", f"run {linked.made.run_id}")
    assert (lines[-1].action, lines[-1].what) == ("audit links", "2 pairs")
    assert {line.why for line in lines} == {WHY}
    with pytest.raises(access_log.ReasonRequiredError):
        people.audit(linked.con, linked.folder, 2, why="")
    assert access_log.read(linked.folder) == lines
