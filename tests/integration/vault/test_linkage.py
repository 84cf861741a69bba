"""Linkage of an invented register whose truth is known: precision and recall at the threshold, and what the tables hold."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.ingest.values.pseudonyms import pseudonym
from synthetic.feeds.nominals import register
from tests.integration.vault.registers import land
from vault.linkage import REPORTED, THRESHOLD, link

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("linkage")]

KEY = b"a key for tests only"
PEOPLE = 14_600


def link_register(key):
    """A connection in which the register was linked under a key, and the pairs of nominals that are one person."""
    rng = np.random.default_rng(3)
    days = (rng.gamma(4, 8, PEOPLE) * 365 + 3000).astype(int)
    people = pd.DataFrame(
        {
            "nominal": np.arange(PEOPLE),
            "born": (np.datetime64("2024-01-01") - days).astype("datetime64[us]"),
            "sex": rng.choice(["M", "F"], PEOPLE, p=[0.8, 0.2]),
            "once": rng.random(PEOPLE) < 0.85,
            "crime": rng.integers(0, 11_000, PEOPLE),
        }
    )
    named, pairs = register(rng, people)
    con = duckdb.connect()
    land(con, named, key)
    link(con, "people")
    return con, pairs.tolist()


@pytest.fixture(scope="module")
def linked():
    """A connection in which the register was linked, and the pairs of keys that are one person."""
    con, truth = link_register(KEY)
    yield con, {frozenset(pseudonym(KEY, str(number)) for number in pair) for pair in truth}
    con.close()


def pairs(con, threshold):
    found = con.execute("select person_key, other_key from linked_pair where match_probability >= ?", [threshold]).fetchall()
    return {frozenset(pair) for pair in found}


def test_precision_and_recall_at_the_threshold(linked):
    con, truth = linked
    found = pairs(con, THRESHOLD)
    assert len(found & truth) / len(found) >= 0.99
    assert len(found & truth) / len(truth) >= 0.8


def test_a_lower_threshold_finds_more_and_errs_more(linked):
    con, truth = linked
    strict, loose = pairs(con, THRESHOLD), pairs(con, REPORTED)
    assert strict < loose
    assert len(loose & truth) > len(strict & truth)
    assert len(loose & truth) / len(loose) < len(strict & truth) / len(strict)


def test_every_reference_is_of_one_person_and_only_linked_ones_change(linked):
    con, _ = linked
    assert con.execute("select count(*), count(distinct person_key) from linked_person").fetchall() == [(PEOPLE, PEOPLE)]
    in_pairs = con.execute(
        f"""select count(*) from linked_person where person_key <> linked_key and person_key not in (
                select unnest([person_key, other_key]) from linked_pair where match_probability >= {THRESHOLD})"""
    ).fetchone()
    assert in_pairs == (0,)


def test_a_misspelt_surname_is_alike(linked):
    con, _ = linked
    agreement = dict(
        con.execute("select surname, count(*) from linked_pair where match_probability >= ? group by all", [THRESHOLD]).fetchall()
    )
    assert agreement["alike"] > 0
    assert set(agreement) <= {"same", "alike", "different"}


def test_the_weight_is_the_logarithm_of_the_odds(linked):
    con, _ = linked
    for weight, probability in con.execute("select match_weight, match_probability from linked_pair").fetchall():
        assert weight == pytest.approx(np.log2(probability / (1 - probability)), abs=1e-3)


def test_nothing_is_left_but_the_result(linked):
    con, _ = linked
    tables = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == {"people", "linked_pair", "linked_person"}


@pytest.mark.slow
def test_another_key_links_the_same_people(linked):
    con, _ = linked
    other, _ = link_register(b"another key for tests only")
    links = "select round(match_weight, 6), surname, forename, born, sex from linked_pair order by all"
    assert other.execute(links).fetchall() == con.execute(links).fetchall()
    people = "select count(distinct linked_key) from linked_person"
    assert other.execute(people).fetchall() == con.execute(people).fetchall()
    other.close()
