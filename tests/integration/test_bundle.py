"""A bundle installs on a machine without a package index, and a changed file in it is refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home.environment import PROJECT
from tests import bundle

LOCK = """\
# made by uv
one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   two
Two-More[extra]==2.0 ; python_version < '4' \\
    --hash=sha256:cc
three==3.0 \\
    --hash=sha256:dd
"""


def test_a_lock_is_cut_to_the_packages_that_are_needed():
    assert bundle.locked(LOCK, ["one", "two_more"]) == (
        "one==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "Two-More[extra]==2.0 ; python_version < '4' \\\n    --hash=sha256:cc\n"
    )


def test_what_is_needed_is_locked_and_nothing_that_only_tests_need():
    lock = (PROJECT / "requirements.lock").read_text()
    names = bundle.needed(bundle.DISTRIBUTION)
    assert {"duckdb", "dagster", "dbt-duckdb", "splink"} <= names
    assert not names & {"pytest", "playwright", "ruff", "mkdocs-material"}
    assert bundle.locked(lock, names).count("==") >= len(names)


def install(folder: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run a bundle's script where no index can be reached."""
    nowhere = "http://127.0.0.1:9"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "SNA_"))}
    environment |= {"PYTHON": sys.executable, "http_proxy": nowhere, "https_proxy": nowhere}
    command = ["sh", str(folder / "install.sh"), str(target)]
    return subprocess.run(command, env=environment, cwd=target.parent, capture_output=True, text=True, timeout=900)


@pytest.mark.slow
def test_a_bundle_installs_offline_and_refuses_a_changed_wheel(tmp_path):
    folder = tmp_path / "bundle"
    bundle.main(str(folder))
    done = install(folder, tmp_path / "made")
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [str(tmp_path / "made" / "bin" / "sna"), "area", "check"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    checked = subprocess.run(asked, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "0 contradictions" in checked.stdout, checked.stdout + checked.stderr

    wheel = next((folder / "wheels").glob("duckdb-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    refused = install(folder, tmp_path / "second")
    assert refused.returncode != 0 and wheel.name in refused.stdout + refused.stderr
    assert not (tmp_path / "second").exists()
    # With the sums written again too, the lock still knows the wheel that was published.
    sums = folder / bundle.SUMS
    lines = [line for line in sums.read_text().splitlines(keepends=True) if wheel.name not in line]
    sums.write_text("".join([*lines, f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  wheels/{wheel.name}\n"]))
    refused = install(folder, tmp_path / "third")
    assert refused.returncode != 0 and "hash" in (refused.stdout + refused.stderr).lower()
    assert not (tmp_path / "third" / "bin" / "sna").exists()
