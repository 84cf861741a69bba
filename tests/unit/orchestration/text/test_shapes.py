"""The shape of a text says nothing of it, and is the same in Python, in SQL and in dbt."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.text.shapes import near_sql, shape, shape_sql, shown_sql

CON = duckdb.connect()
KNOWN = ["Derby City", "Amber Valley", "Erewash", "Male", "High Peak"]


def in_sql(expression: str, text: str):
    return CON.execute(f"select {expression} from (select $1::varchar as words)", [text]).fetchone()[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada Lovelace, 10/12/1815", "Aaa Aaaaaaaa, 99/99/9999"),
        ("Éamonn O'Brien-ŁĘCKA", "Aaaaaa A'Aaaaa-AAAAA"),
        ("Владимир 山田 ١٢", "Aaaaaaaa aa 99"),
        ("\x1b[2J\u202e<b>", "?[9A?<a>"),
        ("x" * 100, "a" * 60),
    ],
)
def test_letters_and_digits_of_every_script_are_covered(text, shown):
    assert shape(text) == in_sql(shape_sql("words"), text) == shown


# Characters newer than DuckDB's tables of Unicode may be `?` in one and `a` in the other; neither shows them.
@given(st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cn"]), max_size=80))
def test_python_and_sql_agree_and_show_no_letter(text):
    found = shape(text)
    assert in_sql(shape_sql("words"), text) == found
    assert all(not sign.isalnum() or sign in "aA9" for sign in found)


@pytest.mark.parametrize("text", ["Derby City", " derby  CITY ", "Derby Cty", "Amber Vally", "Erewsh", "Male"])
def test_a_known_label_is_shown_spelling_mistakes_included(text):
    assert in_sql(shown_sql("words", KNOWN), text) == text.strip()


@pytest.mark.parametrize("text", ["Dale", "Mali", "Derby", "Ada Lovelace", "Erin Wash", "Derby City, Ada Lovelace", "High", ""])
def test_what_is_not_near_a_known_label_is_a_shape(text):
    assert in_sql(shown_sql("words", KNOWN), text) == shape(text)


def test_without_a_list_nothing_is_near():
    assert in_sql(near_sql("words", []), "Derby City") is False
    assert CON.execute(f"select {shown_sql('null::varchar', KNOWN)}").fetchone() == (None,)
