"""The pipeline, installed from its wheel, runs without the package that writes the demonstration."""

import csv
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from orchestration.cli.demo import EXTRA
from orchestration.home.environment import PROJECT

PACKAGED = ("areas", "dbt_project", "expectations", "orchestration", "raw", "reporting", "vault")
FEED = "derby_city_youth_justice/offenders"
# Read by every process of the installation: whatever else is on the search path, the generator is not.
WITHOUT_GENERATOR = "import sys\nsys.modules['synthetic'] = None\n"


def tracked(*folders):
    listed = subprocess.run(["git", "ls-files", "-z", *folders], cwd=PROJECT, capture_output=True, text=True, check=True)
    return sorted(listed.stdout.strip("\0").split("\0"))


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=300)


def wheel(source, folder):
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(source))
    (made,) = folder.glob("*.whl")
    return made


def files(made):
    with zipfile.ZipFile(made) as archive:
        return sorted(name for name in archive.namelist() if ".dist-info/" not in name)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what is tracked, with a delivery where earlier versions kept them."""
    folder = tmp_path_factory.mktemp("source")
    for name in tracked(*PACKAGED, "synthetic", "pyproject.toml", "README.md", "LICENSE"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    delivered = folder / "raw" / "derbyshire_constabulary" / "crimes" / "2024-03.csv"
    delivered.parent.mkdir(parents=True)
    delivered.write_text("Crime Reference\n")
    return folder


@pytest.fixture(scope="module")
def pipeline(source, tmp_path_factory):
    return wheel(source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sna(pipeline, tmp_path_factory):
    """Runs a command of the installation, in a folder and a live home of its own."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", str(folder / "packages"), str(pipeline))
    (folder / "packages" / "sitecustomize.py").write_text(WITHOUT_GENERATOR)
    (folder / "work").mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SNA_", "DAGSTER_HOME"))} | {
        "PYTHONPATH": str(folder / "packages"),
        "SNA_HOME": str(folder / "home"),
        "SNA_PSEUDONYM_KEY": "the key of an installation that is tried",
        "COLUMNS": "200",
    }

    def run(*arguments, python=()):
        command = [sys.executable, *(python or ["-c", "from orchestration.cli.app import main; main()", *arguments])]
        return subprocess.run(command, cwd=folder / "work", env=environment, capture_output=True, text=True, timeout=1200)

    run.home = folder / "home"
    run.folder = folder
    return run


@pytest.fixture(scope="module")
def live(sna):
    """A live home with one delivery."""
    made = sna("init", "--area", "derbyshire")
    assert made.returncode == 0, made.stdout + made.stderr
    file = sna.folder / "out" / FEED / "2022-23.csv"
    file.parent.mkdir(parents=True)
    with file.open("w", newline="") as opened:
        rows = [("2022/23", age, gender, 2 * age) for age in range(10, 18) for gender in ("Female", "Male")]
        csv.writer(opened).writerows([("Financial Year", "Age", "Gender", "Offenders"), *rows])
    delivered = sna("deliver", str(sna.folder / "out"))
    assert delivered.returncode == 0 and "16 rows; adds 2022-23" in delivered.stdout, delivered.stdout + delivered.stderr
    return sna


def test_the_wheel_holds_what_is_tracked_and_neither_generator_nor_deliveries(pipeline):
    assert files(pipeline) == [name for name in tracked(*PACKAGED) if not name.endswith("README.md")]


def test_the_generator_is_a_wheel_of_its_own_which_the_extra_names(source, tmp_path):
    made = wheel(source / "synthetic", tmp_path)
    assert files(made) == [name for name in tracked("synthetic") if name != "synthetic/pyproject.toml"]
    project, demo = (
        tomllib.loads((PROJECT / path).read_text())["project"] for path in ("pyproject.toml", "synthetic/pyproject.toml")
    )
    assert project["version"] == demo["version"]
    assert project["optional-dependencies"]["demo"] == [f"{demo['name']}=={demo['version']}"]
    assert f"{project['name']}=={project['version']}" in demo["dependencies"]
    assert f"{project['name']}[demo]" == EXTRA


def test_help_needs_no_generator(sna):
    where = sna(python=["-c", "import orchestration; print(orchestration.__file__)"])
    assert Path(where.stdout.strip()).is_relative_to(sna.folder)
    shown = sna("--help")
    assert shown.returncode == 0 and "demo" in shown.stdout, shown.stderr


def test_the_demonstration_says_how_to_install_it_and_makes_no_home(sna, tmp_path):
    refused = sna("demo")
    assert refused.returncode == 1 and not refused.stdout
    assert " ".join(refused.stderr.split()) == (
        "The demonstration needs the package synthetic, which is not installed:"
        " run `pip install 'serious-violence-warehouse[demo]'`, or `make .venv/installed` in a checkout."
    )
    assert not (sna.home / "raw" / "demonstration.json").exists()


def test_deliveries_are_taken_without_the_generator(live):
    assert FEED in live("deliveries").stdout


def test_the_code_location_loads_without_the_generator(live):
    loaded = live(python=["-c", "from orchestration.definitions import *; import sys; assert not sys.modules['synthetic']"])
    assert loaded.returncode == 0, loaded.stderr


@pytest.mark.slow
def test_one_feed_of_a_live_home_is_published_without_the_generator(live):
    refreshed = live("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    import duckdb

    with duckdb.connect(str(live.home / "published" / "analysts" / "sna_marts.duckdb"), read_only=True) as con:
        assert con.execute("select sum(offenders) from marts.youth_justice_offenders").fetchall() == [
            (2 * 2 * sum(range(10, 18)),)
        ]
