"""The parsed dbt project, which every process of a home reads and the first one makes."""

import json
import os
import subprocess
import sys

import pytest

from orchestration.home.environment import PROJECT

READER = "from orchestration.warehouse.dbt import load_manifest\nfrom orchestration.home.settings import Settings\n"
READER += "print(len(load_manifest(Settings.from_env())['nodes']))"


@pytest.mark.slow
def test_processes_that_start_together_in_a_new_home_all_find_it_whole(tmp_path):
    environment = {**os.environ, "SNA_HOME": str(tmp_path / "home"), "SNA_RAW": str(tmp_path / "raw")}
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER],
            cwd=PROJECT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    outputs = [reader.communicate() for reader in readers]
    assert [(reader.returncode, errors[-2000:]) for reader, (_, errors) in zip(readers, outputs, strict=True)] == [(0, "")] * 3
    written = json.loads((tmp_path / "home" / "dbt" / "manifest.json").read_text())
    assert {int(output) for output, _ in outputs} == {len(written["nodes"])}
    assert not list((tmp_path / "home" / "dbt").glob(".manifest*"))
