"""Tokens agree where two ways of writing a person agree, and hold nothing that can be read."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.contracts.model import SUFFIXES
from orchestration.ingest.values.pseudonyms import hmac_pads, pseudonym
from orchestration.ingest.values.tokens import MACROS, token_sqls
from tests.unit.orchestration.ingest.conftest import KEY

DB = duckdb.connect()
DB.execute(MACROS)


def tokens(kind: str, words: str | None) -> dict[str, str | None]:
    typed = "words::date" if kind == "date" else "words"
    sqls = ", ".join(token_sqls(kind, "words", typed))
    row = DB.execute(f"select {sqls} from (select $words::varchar as words)", {**hmac_pads(KEY), "words": words}).fetchone()
    return dict(zip(SUFFIXES[kind], row, strict=True))


@pytest.mark.parametrize(
    ("name", "code"),
    # Examples of the US National Archives, "The Soundex Indexing System".
    [
        *(("Washington", "W252"), ("Lee", "L000"), ("Gutierrez", "G362"), ("Pfister", "P236"), ("Jackson", "J250")),
        *(("Tymczak", "T522"), ("Ashcraft", "A261"), ("Honeyman", "H555"), ("VanDeusen", "V532"), ("Robert", "R163")),
    ],
)
def test_soundex_as_published(name, code):
    assert DB.execute("select soundex(letters_of($name))", {"name": name}).fetchone() == (code,)


def test_a_name_is_the_same_however_it_is_written():
    assert tokens("string", "O'Brien-Løve") == tokens("string", " o brien LØVE ")
    assert tokens("string", "José") == tokens("string", "JOSE")


def test_a_misspelling_keeps_the_sound():
    right, wrong = tokens("string", "Robertson"), tokens("string", "Robertsen")
    assert right[""] != wrong[""]
    assert right["_sound"] == wrong["_sound"]


@pytest.mark.parametrize(
    ("wrong", "kept"), [("2001-07-04", "_year_month"), ("2001-08-03", "_year_day"), ("2011-07-03", "_month_day")]
)
def test_one_wrong_part_of_a_date_leaves_the_other_two(wrong, kept):
    right, other = tokens("date", "2001-07-03"), tokens("date", wrong)
    assert [suffix for suffix in SUFFIXES["date"] if right[suffix] == other[suffix]] == [kept]


@pytest.mark.parametrize("kind", list(SUFFIXES))
def test_nothing_has_no_token(kind):
    assert set(tokens(kind, None).values()) == {None}


def test_tokens_are_keyed_and_of_their_kind():
    assert tokens("string", "Robert")[""] == pseudonym(KEY, "name:ROBERT")
    assert tokens("date", "2001-07-03")["_month_day"] == pseudonym(KEY, "born:-07-03")
