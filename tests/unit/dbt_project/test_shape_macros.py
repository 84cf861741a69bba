"""dbt shows a label by the same rule as ingestion."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.text.shapes import near_sql, shape

LABELS = ["Derby Cty", "derby city", "Erin Wash", "Dale", "Éamonn O'Brien 03/07/1987", "x" * 90, "\x1b[2J\u202eŁ"]


@pytest.mark.parametrize("text", LABELS)
def test_shape(render, text):
    sql = render("{{ shape('words') }}")
    assert duckdb.execute(f"select {sql} from (select $1::varchar as words)", [text]).fetchone() == (shape(text),)


@pytest.mark.parametrize("text", LABELS)
@pytest.mark.parametrize("known", ["Derby City", "Erewash", "Male"])
def test_near(render, text, known):
    sql = render("{{ is_near(plain_label('words'), plain_label('known')) }}")
    query = f"select {sql}, {near_sql('words', [known])} from (select $1::varchar as words, $2::varchar as known)"
    dbt, python = duckdb.execute(query, [text, known]).fetchone()
    assert dbt == python
