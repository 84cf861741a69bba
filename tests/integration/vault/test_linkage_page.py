"""The figures on the page about linkage are those of the demonstration's register."""

from __future__ import annotations

import re

import duckdb
import pytest

from orchestration.contracts.model import SUFFIXES
from orchestration.home.environment import PROJECT
from orchestration.ingest.values.pseudonyms import hmac_pads, pseudonym, pseudonym_sql
from orchestration.ingest.values.tokens import MACROS, token_sqls
from tests import counties
from vault.linkage import link
from vault.people import THRESHOLDS

PAGE = PROJECT / "docs" / "how-to" / "link-people.md"
KEY = b"a key for tests only"
TOKENS = (("surname", "string"), ("forename", "string"), ("born", "date"))


@pytest.mark.slow
def test_the_page_says_what_the_demonstration_shows():
    raw = counties.demo().raw
    con = duckdb.connect()
    con.execute(MACROS)
    con.execute(
        f"""create table named as
            select row_number() over () as position, "Nominal Reference" as nominal, Surname as surname, Forename as forename,
                   strptime("Date of Birth", '%d/%m/%Y') as born, Sex as sex
            from read_csv('{raw}/derbyshire_constabulary/nominals/*.csv', all_varchar = true)"""
    )
    tokens = [
        f"{sql} as {name}_token{suffix}"
        for name, kind in TOKENS
        for sql, suffix in zip(token_sqls(kind, name, name), SUFFIXES[kind], strict=True)
    ]
    people = f"select position, {pseudonym_sql('nominal')} as person_key, {', '.join(tokens)}, sex from named order by position"
    con.execute(f"create table people as {people}", hmac_pads(KEY))
    link(con, "people")
    listed = con.execute(f"from read_csv('{raw}/linked-people.truth.csv', all_varchar = true)").fetchall()
    truth = {frozenset(pseudonym(KEY, nominal) for nominal in pair) for pair in listed}
    measured = []
    for threshold in THRESHOLDS:
        query = "select person_key, other_key from linked_pair where match_probability >= ?"
        found = {frozenset(pair) for pair in con.execute(query, [threshold]).fetchall()}
        right = len(found & truth)
        measured.append((f"{threshold:.2f}", str(len(found)), f"{right / len(found):.1%}", f"{right / len(truth):.1%}"))
    con.close()
    rows = re.findall(r"^\| \**(0\.\d\d)\** \| (\d+) \| ([\d.]+%) \| ([\d.]+%) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == measured
