"""dbt builds on after a model that did not fit in memory, with the project's own profile."""

from __future__ import annotations

import pytest

from orchestration.database import connection
from orchestration.home.environment import DBT_PROJECT
from orchestration.home.settings import Settings
from orchestration.operations import recovery
from orchestration.warehouse import dbt, warehouse_file

MODELS = {
    "sorted.sql": "select range as i, row_number() over (order by -range) as place from range(1500000)",
    "listed.sql": "select list(md5(range::varchar)) as words from range(1000000)",
    "after.sql": "select count(*) as rows from {{ ref('sorted') }}",
    "last.py": "def model(dbt, con):\n    return dbt.ref('after').df()\n",
}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A home, and a small dbt project in place of the real one."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    for name, text in MODELS.items():
        (project / "models" / name).write_text(text)
    for name in ("profiles.yml", "python"):
        (project / name).symlink_to(DBT_PROJECT / name)
    (project / "dbt_project.yml").write_text(
        "name: small\nversion: 1.0.0\nprofile: serious_violence\nmodels: {+materialized: table}\n"
    )
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "SNA_TEMP_DIRECTORY", "DBT_PROFILES_DIR", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(dbt, "DBT_PROJECT", project)
    return Settings(tmp_path / "raw", tmp_path / "home")


@pytest.mark.slow
def test_every_model_after_a_spill_is_built_and_the_warehouse_opens_again(settings, monkeypatch):
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "32MB")
    warehouse_file.connect(settings).close()
    dbt.execute(settings, "sorted after last")
    con = warehouse_file.connect(settings)
    assert con.execute("select rows from main.last").fetchall() == [(1_500_000,)]
    con.execute("create or replace temp table again as from main.sorted order by i")
    assert [path.name for path in settings.spill.iterdir()] == ["warehouse"]
    second = warehouse_file.connect(settings)
    second.close()
    con.close()
    assert list(settings.spill.iterdir()) == []


def test_dbt_and_the_project_open_the_file_alike(settings, monkeypatch):
    """DuckDB refuses a second connection of a process with another configuration."""
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "500MB")
    con = warehouse_file.connect(settings)
    dbt.execute(settings, "after sorted")
    con.close()


@pytest.mark.slow
def test_too_little_memory_is_known_through_dbt(settings, monkeypatch):
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "32MB")
    with pytest.raises(dbt.DbtError) as raised:
        dbt.execute(settings, "listed")
    assert "SNA_MEMORY_LIMIT=32MB" in (connection.not_enough(raised.value, "facts") or "")
    monkeypatch.setenv("SNA_MEMORY_LIMIT", "1GB")
    dbt.execute(settings, "listed")


def test_what_a_killed_refresh_spilled_is_removed(settings):
    left = settings.warehouse_spill / "duckdb_temp_storage_DEFAULT-0.tmp"
    left.parent.mkdir(parents=True)
    left.touch()
    recovery.clear(settings)
    assert not settings.spill.exists()
    warehouse_file.connect(settings).close()
