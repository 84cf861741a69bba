"""A county that does not exist, refreshed once for all tests that need one whole."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import hypothesis
import pytest
from filelock import FileLock

from orchestration.releases import FILE
from orchestration.settings import PROJECT, Settings

REAL_DATA = PROJECT.parent / "shared" / "data"
BIN = Path(sys.executable).parent
SEEDS = PROJECT / "dbt_project" / "seeds"
PUBLICATION = SEEDS / "publication"

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def seeded(name: str, folder: Path = PUBLICATION) -> list[dict[str, str]]:
    """Rows of a seed, such as `published_figure` or `erratum`."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reconciled() -> dict[str, int]:
    """Printed figures by the status that they must have on the demonstration data."""
    printed, errata = len(seeded("published_figure")), len(seeded("erratum"))
    return {"match": printed - errata, "erratum": errata}


@dataclass(frozen=True)
class County:
    """A landing zone and a home, and the commands of the project run against them as a person would run them."""

    raw: Path
    home: Path

    @property
    def settings(self) -> Settings:
        return Settings(self.raw, self.home)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SNA_RAW": str(self.raw),
            "SNA_HOME": str(self.home),
            "DAGSTER_HOME": str(self.settings.dagster_home),
            "COLUMNS": "200",
        }

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(BIN / program), *arguments]
        return subprocess.run(command, env=self.environment, cwd=cwd or PROJECT, capture_output=True, text=True, timeout=900)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """The same without waiting for its end; both streams come out as one."""
        command = [str(BIN / program), *arguments]
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(command, env=self.environment, cwd=PROJECT, stdout=pipe, stderr=both, text=True)

    def sna(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("sna", *arguments, cwd=cwd)

    def query(self, sql: str) -> list[tuple]:
        con = duckdb.connect(str(self.settings.published / FILE), read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def copy(self, folder: Path) -> County:
        """The same county below another folder: what is only ever added to is linked, the warehouse is copied."""
        made = County(folder / "raw", folder / "home")
        shutil.copytree(self.raw, made.raw, copy_function=os.link)
        ignore = shutil.ignore_patterns("warehouse.duckdb*", "dagster", "refresh.lock")
        shutil.copytree(self.home, made.home, copy_function=os.link, symlinks=True, ignore=ignore)
        shutil.copy(self.settings.warehouse, made.home)
        con = duckdb.connect(str(made.settings.warehouse))
        for (sql,) in con.execute("select sql from duckdb_views() where schema_name = 'landing'").fetchall():
            con.execute(sql.replace("CREATE VIEW", "create or replace view").replace(str(self.home), str(made.home)))
        con.close()
        return made

    def release(self) -> str:
        """Id of the current release, from the stable path."""
        ((release_id,),) = self.query("select release_id from meta.release")
        return release_id


@pytest.fixture(scope="session")
def county(tmp_path_factory, worker_id) -> County:
    """Sixty months of demonstration data, refreshed from nothing by the command line; not to be changed by tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    made = County(shared / "county" / "raw", shared / "county" / "home")
    with FileLock(shared / "county.lock"):
        if not made.home.exists():
            assert made.sna("demo", cwd=shared).returncode == 0
            refreshed = made.sna("refresh", cwd=shared)
            (shared / "county" / "refresh.txt").write_text(refreshed.stdout + refreshed.stderr)
    return made


@pytest.fixture
def own_county(county, tmp_path) -> County:
    """A copy of the refreshed county that a test may change."""
    return county.copy(tmp_path)
