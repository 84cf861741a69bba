"""A warehouse of two small tables, and what publishes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.press import Press, make_press


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return make_press(tmp_path)
