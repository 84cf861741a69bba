"""Files of the generator: whole or not there, and the same bytes for the same rows."""

import time

import duckdb
import pandas as pd
import pytest

from synthetic.feeds.files import copy_csv, copy_parquet, whole, workbook, write_csv, write_rows, write_workbook

ROWS = pd.DataFrame({"Area": ["Derby", "the 'Peak', High"], "Cases": [3, 4]})
CSV = "Area,Cases\nDerby,3\n\"the 'Peak', High\",4\n"


def test_a_file_that_is_not_finished_does_not_take_the_place_of_one_that_is(tmp_path):
    path = tmp_path / "agency" / "feed" / "2024-03.csv"
    assert write_csv(ROWS, path) == 2
    with pytest.raises(RuntimeError), whole(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == CSV


def test_tables_rows_and_queries_write_the_same_csv(tmp_path):
    folder = tmp_path / "a folder's name"
    write_csv(ROWS, folder / "table.csv")
    write_rows([ROWS.columns, *ROWS.to_numpy().tolist()], folder / "rows.csv")
    with duckdb.connect() as con:
        con.register("cases", ROWS)
        assert copy_csv(con, "from cases", folder / "query.csv") == 2
        copy_parquet(con, "from cases", folder / "query.parquet")
        copied = con.execute("from read_parquet(?)", [str(folder / "query.parquet")]).fetchall()
    assert copied == list(ROWS.itertuples(index=False, name=None))
    assert {file.read_text() for file in folder.glob("*.csv")} == {CSV}
    assert not list(folder.glob("*.part"))


def test_workbooks_of_another_second_have_the_same_bytes(tmp_path):
    assert write_workbook(ROWS, tmp_path / "first.xlsx", "Cases") == 2
    time.sleep(1.1)
    write_workbook(ROWS, tmp_path / "second.xlsx", "Cases")
    with workbook(tmp_path / "third.xlsx", title="Cases") as book:
        book.add_worksheet("Cases")
    first, second, third = ((tmp_path / f"{name}.xlsx").read_bytes() for name in ("first", "second", "third"))
    assert first == second != third
