"""Paths: the landing zone, and the home for everything that is written.

Two environment variables place everything: `SNA_HOME` (warehouse, releases, Dagster instance, Data Docs) and `SNA_RAW`
(deliveries, `raw` of the home where it is not set). Two refreshes with different homes never touch each other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestration.home.environment import DBT_PROJECT, MEMORY_LIMITS, PROJECT, memory_limit
from orchestration.home.identity import Home, HomeError, read, require, the_only_one

AUDIENCE = "analysts"
# What earlier versions called the same readers.
EARLIER_AUDIENCE = "partnership"


def rename_audience(home: Path) -> None:
    """Rename the releases' folder of an earlier version, unless the new one exists already.

    Otherwise no command would find these releases or roll back to them.
    """
    earlier, present = home / "published" / EARLIER_AUDIENCE, home / "published" / AUDIENCE
    if earlier.is_dir() and not os.path.lexists(present):
        earlier.rename(present)


@dataclass(frozen=True)
class Settings:
    """Paths of one landing zone and one home.

    Attributes:
        raw: landing zone, `<agency>/<feed>/<period>[...].<ext>` below it.
        home: everything that is written; created when first needed.
    """

    raw: Path
    home: Path

    @classmethod
    def from_env(cls) -> Settings:
        """Read `SNA_HOME` (default the only home below `var/` of the project) and `SNA_RAW` (default `raw` of the home).

        Where there is no home yet, the one that `sna demo` would make.

        Raises:
            HomeError: `SNA_HOME` is not set, and there are several homes below `var/`; or it is a link that leads nowhere.
            SettingsError: a memory limit is not a size; reported here rather than by the step that first needs it.
        """
        for variable in MEMORY_LIMITS:
            memory_limit(variable)
        home = resolved("SNA_HOME", Path(os.environ.get("SNA_HOME") or the_only_one() or PROJECT / "var" / "demo"))
        return cls(resolved("SNA_RAW", Path(os.environ.get("SNA_RAW") or home / "raw")), home)

    @cached_property
    def made(self) -> Home:
        """The area and the environment that the home was made for.

        Raises:
            HomeError: it was not made.
        """
        return require(self.home)

    @property
    def is_demonstration(self) -> bool:
        """Whether this is a demonstration home; False where no home was created yet."""
        made = read(self.home)
        return made is not None and made.environment == "demonstration"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def spill(self) -> Path:
        """What does not fit in DuckDB's memory while a refresh runs, one folder per file that it writes."""
        return self.home / "spill"

    @property
    def warehouse_spill(self) -> Path:
        return self.spill / "warehouse"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.home / "published" / AUDIENCE

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def runs_alive(self) -> Path:
        return self.dagster_home / "alive"

    @property
    def access_log(self) -> Path:
        """Who came to the web UI, and what they changed."""
        return self.home / "web"

    @property
    def vault(self) -> Path:
        return self.home / "vault"

    @property
    def dbt_target(self) -> Path:
        return self.home / "dbt"

    @property
    def data_docs(self) -> Path:
        return self.home / "data_docs"

    def export(self) -> None:
        """Put the paths into the environment, where dbt's profile and Dagster look for them."""
        os.environ["SNA_RAW"] = str(self.raw)
        os.environ["SNA_HOME"] = str(self.home)
        os.environ["SNA_WAREHOUSE"] = str(self.warehouse)
        os.environ["SNA_TEMP_DIRECTORY"] = str(self.warehouse_spill)
        os.environ["DBT_PROFILES_DIR"] = str(DBT_PROJECT)
        os.environ["DAGSTER_HOME"] = str(self.dagster_home)


def resolved(variable: str, path: Path) -> Path:
    """A folder that a setting names.

    Raises:
        HomeError: it cannot be followed: a link to itself, a name that is too long, the home of nobody.
    """
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError):
        raise HomeError(f"{variable} does not lead to a folder. Set it to another one.") from None
