"""Whatever starts a refresh of the demonstration, the same release is published, with what the vault returns."""

import os
import shutil
from dataclasses import replace

import pytest

from orchestration.home import creation
from tests.content import released
from tests.e2e.web_ui import started

PATIENCE = 1200


@pytest.mark.parametrize("way", ["dagster job execute", "web UI"])
def test_every_way_to_refresh_publishes_the_same_release(county, tmp_path, way):
    """The schedule and the sensor start what the button of the UI starts."""
    own = replace(county, raw=tmp_path / "raw", home=tmp_path / "home")
    shutil.copytree(county.raw, own.raw, copy_function=os.link)
    creation.make(own.home, "derbyshire", "demonstration")
    if way == "web UI":
        with started(own, tmp_path) as ui:
            assert ui.ended(ui.launch("refresh"), PATIENCE) == "SUCCESS"
    else:
        ended = own.run("dagster", "job", "execute", "-m", "orchestration.definitions", "-j", "refresh")
        assert ended.returncode == 0, ended.stderr[-3000:]
    assert released(own) == released(county)
    assert own.query("select count(*) from sna.reconciliation where table_id in ('T32', 'P6.3') and status = 'missing'") == [(0,)]
