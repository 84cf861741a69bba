"""Unit tests know of no home, not even of one that `make refresh` made: its area decides which feeds there are."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("SNA_HOME", str(tmp_path_factory.getbasetemp() / "no-home"))
