"""Rejected rows are examined alone or by reading their file again; what is kept of them is the same."""

from __future__ import annotations

import pytest

from orchestration.ingest.load import quarantine
from tests.unit.orchestration.ingest.conftest import parquet, row, rows, text


def deliver(desk) -> list[tuple[object, ...]]:
    """A month with rows that cannot be used, of several kinds, one with a text of two lines, and one without an end of its last
    line."""
    good = rows("crimes", 60)
    bad = [
        row("crimes", 61, Recorded_Date_Time="31/02/2023 10:00"),
        row("crimes", 62, Offence_Title="=1+1", Easting="12"),
        row("crimes", 63, Ward_Name="Ab\x07bey"),
        good[4],
        row("crimes", 6, District="Erewash"),
    ]
    desk.put("crimes", text([*good[:20], *bad[:3], *good[20:], *bad[3:]]))
    august = [{**one, "Recorded Date Time": "03/08/2023 10:15"} for one in rows("crimes", 30)]
    august[3]["Offence Title"] = "Assault\noccasioning"
    august[20]["Knife Crime Flag"] = "?"
    desk.put("crimes", text(august, "\r\n"), "2023-08.csv")
    september = [{**one, "Recorded Date Time": "03/09/2023 10:15"} for one in rows("crimes", 30)]
    september[29]["Easting"] = "east"
    desk.put("crimes", text(september, "\r\n").removesuffix("\r\n"), "2023-09.csv")
    return [(record.faults, record.rows_rejected, parquet(record.rejected)) for record in desk.load("crimes")]


@pytest.mark.parametrize("few", [0, 10**9])
def test_quarantine_is_the_same_however_rejected_rows_are_read(tmp_path_factory, desk, monkeypatch, few):
    usual = deliver(desk)
    assert [rejected for _, rejected, _ in usual] == [6, 1, 1]
    assert [[kept["_row"] for kept in found] for _, _, found in usual] == [[7, 22, 23, 24, 65, 66], [22], [31]]
    monkeypatch.setattr(quarantine, "FEW", few)
    other = type(desk)(desk.raw, tmp_path_factory.mktemp("landing"))
    assert [(record.faults, record.rows_rejected, parquet(record.rejected)) for record in other.load("crimes")] == usual
