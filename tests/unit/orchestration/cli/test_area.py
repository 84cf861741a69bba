"""`sna area map` opens only regular files."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.home import areas


@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_a_sample_that_never_ends_is_refused_unopened(tmp_path, kind):
    sample = tmp_path / "crimes.csv"
    if kind == "pipe":
        os.mkfifo(sample)
    else:
        sample.symlink_to("/dev/zero")
    said = CliRunner().invoke(app, ["area", "map", "crimes", str(sample), "--area", areas.names()[0]])
    assert said.exit_code == 2 and "no regular file" in " ".join(said.output.split())
