"""Every connection has a memory limit and says where it spills; where memory is too small, one sentence says so."""

import re
import stat
import sys

import duckdb
import pytest

from orchestration.cli import app
from orchestration.database import connection
from orchestration.database.connection import NotEnoughMemoryError
from orchestration.home.environment import DBT_PROJECT, MEMORY_LIMITS, PROJECT, SettingsError, memory_limit, size_in_bytes
from orchestration.home.settings import Settings
from orchestration.publication.publish import PublicationError
from orchestration.warehouse.dbt import DbtError

# A sort that does not fit in the limit.
LIMIT = "24MB"
SORT = "select range, row_number() over (order by -range) as place from range(1000000)"


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setenv("SNA_MEMORY_LIMIT", LIMIT)


def setting(con, name):
    return con.execute(f"select current_setting('{name}')").fetchall()[0][0]


def test_a_connection_has_the_limit_and_spills_nowhere_by_default(tmp_path, small):
    con = connection.connect(tmp_path / "some.duckdb")
    assert (setting(con, "memory_limit"), setting(con, "temp_directory")) == ("22.8 MiB", "")
    with pytest.raises(duckdb.OutOfMemoryException):
        con.execute(f"create table sorted as {SORT}")
    assert [path.name for path in tmp_path.iterdir()] == ["some.duckdb"]


def test_what_is_spilled_is_its_owners_alone_and_gone_afterwards(tmp_path, small):
    spill = tmp_path / "spill" / "some"
    con = connection.connect(tmp_path / "some.duckdb", spill=spill)
    assert not spill.exists()
    con.execute(f"create table sorted as {SORT}")
    assert spill.exists()
    assert stat.S_IMODE(spill.parent.stat().st_mode) == 0o700
    con.close()
    assert list(spill.parent.iterdir()) == []


def test_a_file_opened_again_after_a_spill_may_spill_again(tmp_path, small):
    def opened():
        return connection.connect(tmp_path / "some.duckdb", spill=tmp_path / "spill" / "some")

    first = opened()
    first.execute(f"create table sorted as {SORT}")
    second = opened()
    assert second.execute("select count(*) from sorted").fetchall() == [(1_000_000,)]
    second.execute(f"create table again as {SORT}")


def test_nothing_else_opens_duckdb():
    sources = [
        path for folder in ("orchestration", "expectations", "vault", "dbt_project") for path in (PROJECT / folder).rglob("*.py")
    ]
    found = {path.relative_to(PROJECT).as_posix() for path in sources if "duckdb.connect(" in path.read_text(encoding="utf-8")}
    assert found == {"orchestration/database/connection.py"}


def test_dbt_opens_the_warehouse_with_the_same_limit_and_folder():
    profile = (DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8")
    assert f"env_var('SNA_MEMORY_LIMIT', '{MEMORY_LIMITS['SNA_MEMORY_LIMIT']}')" in profile
    assert "\n      settings:" not in profile


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("4GB", 4_000_000_000),
        ("1.5 gib", 1_610_612_736),
        ("500MB", 500_000_000),
        ("0GB", 0),
        *((size, 0) for size in ("", "0", "lots", "4 parsecs", "4", "80%", "-1GB", "1e3MB", "4GB ", "none")),
    ],
)
def test_sizes_are_read_as_duckdb_reads_them(size, expected):
    assert size_in_bytes(size) == expected
    if expected:
        with duckdb.connect(config={"memory_limit": size}) as con:
            assert con.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize("variable", MEMORY_LIMITS)
@pytest.mark.parametrize("given", ["lots", "0", "0MB", "4 parsecs"])
def test_a_limit_that_is_none_is_refused_by_any_command(tmp_path, monkeypatch, capsys, variable, given):
    monkeypatch.setenv(variable, given)
    monkeypatch.setenv("SNA_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=f"{variable} is '{given}'; use a number"):
        Settings.from_env()
    monkeypatch.setattr(sys, "argv", ["sna", "rebuild"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert variable in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_the_defaults_hold(monkeypatch):
    for variable, default in MEMORY_LIMITS.items():
        monkeypatch.delenv(variable, raising=False)
        assert memory_limit(variable) == default


class TestTooLittle:
    """What is said where memory is too small; here DuckDB's own words, so that another version's are noticed."""

    @pytest.fixture
    def error(self, small):
        with pytest.raises(duckdb.OutOfMemoryException) as raised:
            connection.connect().execute(f"create table sorted as {SORT}")
        return raised.value

    @pytest.mark.parametrize(
        "step", ["facts", "marts", "gate_marts", "landing__police_uk__street", "published__release", "vault"]
    )
    def test_below_what_was_measured_the_measurement_is_named(self, error, monkeypatch, step):
        monkeypatch.setenv("SNA_MEMORY_LIMIT", "2MB")
        needed = f"{connection.NEEDED_MB[step.partition('_')[0]]}MB"
        message = (
            f"not enough memory with SNA_MEMORY_LIMIT=2MB; this step needs about {needed}. Set SNA_MEMORY_LIMIT={needed} or more."
        )
        assert connection.not_enough(error, step) == message

    def test_from_there_on_only_that_it_was_too_little(self, error, monkeypatch):
        monkeypatch.setenv("SNA_MEMORY_LIMIT", "4GB")
        message = connection.not_enough(error, "marts")
        assert "needs more, how much is not known" in message
        assert message.endswith("Set SNA_MEMORY_LIMIT=8000MB or more.")

    def test_through_dbt_and_other_libraries_it_is_known_as_well(self, error):
        assert connection.is_out_of_memory(DbtError(f"fct_offence: Runtime Error in model fct_offence\n  {error}"))
        try:
            try:
                raise error
            except duckdb.Error:
                raise ValueError("while tidying up") from None
        except ValueError as later:
            assert connection.is_out_of_memory(later)

    @pytest.mark.parametrize(
        "other",
        [
            ValueError("a bug"),
            PublicationError("Record-level columns must not be published"),
            OSError(28, "No space left on device"),
            duckdb.OutOfMemoryException(
                "Out of Memory Error: failed to offload data block of size 256.0 KiB (89.5 KiB/100 KiB used).\n"
                "This limit was set by the 'max_temp_directory_size' setting."
            ),
        ],
    )
    def test_another_error_is_left_alone(self, other):
        assert connection.not_enough(other, "marts") is None
        with pytest.raises(type(other)), connection.explained("marts"):
            raise other

    def test_it_takes_the_place_of_the_error_and_names_the_step(self, error):
        message = re.escape(f"vault: not enough memory with SNA_MEMORY_LIMIT={LIMIT};")
        with pytest.raises(NotEnoughMemoryError, match=message), connection.explained("vault"):
            raise error
