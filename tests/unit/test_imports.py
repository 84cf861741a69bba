"""Packages import what is below them and never in a circle: the contracts of `[tool.importlinter]` hold, and can be broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home.environment import PROJECT

CHECK = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True)


def test_every_contract_holds():
    found = check(PROJECT)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("orchestration/text/plurals.py", "import orchestration.home.lock", "The packages of orchestration"),
        ("orchestration/ingest/files/archives.py", "import orchestration.ingest.load.loader", "The packages of ingest"),
        ("expectations/rules.py", "import orchestration.text.shapes", "Expectations, reporting and vault know nothing of what"),
        ("reporting/page.py", "import orchestration.home.lock", "Expectations, reporting and vault know nothing of what"),
        ("expectations/rules.py", "import expectations.gate", "Nothing goes round in a circle"),
        ("orchestration/cli/app.py", "import synthetic", "Only `sna demo` imports the generator"),
        ("synthetic/records/dates.py", "import synthetic.feeds.files", "The generator draws records"),
    ],
)
def test_an_import_the_wrong_way_breaks_a_contract(tmp_path, file, line, contract):
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for package in ("orchestration", "expectations", "reporting", "vault", "synthetic"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / file).open("a") as source:
        source.write(f"\n{line}\n")
    found = check(tmp_path)
    assert found.returncode == 1, found.stdout + found.stderr
    assert f"{contract}" in next(text for text in found.stdout.splitlines() if text.endswith("BROKEN"))
