"""Files of an area's reports as relations for dbt."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.home import areas
from orchestration.home.environment import SettingsError
from orchestration.warehouse.statements import printed

ERRATA = "table_id,row_group,row_label,column_label,printed,corrected,citation,reason\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path))

    def put(text, report="sna-2030"):
        folder = tmp_path / "mercia" / "reports" / report
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "errata.csv").write_text(text)
        return folder / "errata.csv"

    return put


def test_rows_of_all_reports_have_their_report_and_blank_cells_are_null(write):
    write(ERRATA + 'T01,,Volume,2029/30,10,12,D1,It\'s "{{ wrong }}"\n', "sna-2030")
    write(ERRATA + "T01,,Volume,2030/31,20,22,,\n", "sna-2031")
    assert [row["report_id"] for row in printed.rows("mercia", "erratum")] == ["sna-2030", "sna-2031"]
    assert [row["printed"] for row in printed.rows("mercia", "erratum", "sna-2031")] == ["20"]
    (relation,) = printed.relations("mercia").values()
    found = duckdb.sql(f"values {relation}").fetchall()
    assert found == [
        ("sna-2030", "T01", None, "Volume", "2029/30", "10", "12", "D1", 'It\'s "{{ wrong }}"'),
        ("sna-2031", "T01", None, "Volume", "2030/31", "20", "22", None, None),
    ]


def test_an_area_without_reports_has_no_relation(write):
    write("").parent.parent.parent.joinpath("area.yaml").write_text("")
    write("").unlink()
    assert printed.relations("mercia") == {}
    assert printed.of_all_areas("erratum") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("table_id,printed\nT01,1\n", "its header is table_id,printed; expected table_id,row_group"),
        (ERRATA + "T01,,Volume,2029/30,10\n", "line 2 has more or fewer cells than the header"),
        (ERRATA + "T01,,Volume,2029/30,10,12,D1,a,b\n", "line 2 has more or fewer cells than the header"),
    ],
)
def test_what_is_wrong_names_file_and_line(write, text, said):
    path = write(text)
    with pytest.raises(SettingsError) as refused:
        printed.rows("mercia", "erratum")
    assert str(refused.value).startswith(f"{path}: ") and said in str(refused.value)


def test_every_table_and_chart_of_the_committed_reports_is_read_once():
    for area in areas.names():
        for name, key in (("sna_table", "table_id"), ("sna_chart", "chart_id")):
            ids = [(row["report_id"], row[key]) for row in printed.rows(area, name)]
            assert len(ids) == len(set(ids))
    assert {row["table_id"] for row in printed.of_all_areas("published_figure")} <= {
        row["table_id"] for row in printed.of_all_areas("sna_table")
    }
