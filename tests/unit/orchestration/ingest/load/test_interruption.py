"""A refresh that is stopped while it reads a file refuses nothing: the next one reads the file again."""

import pytest

from orchestration.ingest.load import loader
from tests.unit.orchestration.conftest import StoppedError
from tests.unit.orchestration.ingest.conftest import rows, text


def test_the_next_refresh_accepts_the_delivery(desk, monkeypatch, stopped):
    desk.put("crimes", text(rows("crimes", 3)))
    with monkeypatch.context() as patch, pytest.raises(StoppedError):
        patch.setattr(loader, "Batch", stopped)
        desk.load("crimes")
    assert desk.all() == []
    (record,) = desk.load("crimes")
    assert (record.verdict, record.rows_accepted) == ("accepted", 3)
