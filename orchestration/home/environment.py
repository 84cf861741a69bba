"""Environment variables that every program of this project reads or sets first, and the folders of the project.

Files are readable by their owner only, no tool sends telemetry, and an error names each variable that cannot be used.
"""

from __future__ import annotations

import gc
import grp
import os
import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CONTRACTS = PROJECT / "raw" / "contracts"
DBT_PROJECT = PROJECT / "dbt_project"
WORKSPACE = PROJECT / "orchestration" / "workspace.yaml"

# DuckDB's units: kB to TB are powers of 1000, KiB to TiB of 1024.
LIMIT, VAULT_LIMIT = "SNA_MEMORY_LIMIT", "SNA_VAULT_MEMORY_LIMIT"
MEMORY_LIMITS = {LIMIT: "3GB", VAULT_LIMIT: "4GB"}
SIZE = re.compile(r"(?P<number>\d+(\.\d+)?)\s*(?P<power>[kmgt])(?P<binary>i?)b", re.IGNORECASE)

# No tool may send telemetry; set before any of them is imported.
NO_TELEMETRY = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
os.environ.update(NO_TELEMETRY)


def keep_private() -> None:
    """From now on, what this process and its children write is its owner's alone (0700, 0600), whatever umask the caller has."""
    os.umask(0o077)


# Every program of this project comes past here: commands, Dagster's code location and its runs.
keep_private()

# Importing Dagster and making the assets leaves 300,000 objects that stay. With Python's own 700 new objects, garbage was looked
# for 850 times until then, which took an eighth of the time.
gc.set_threshold(50_000, 20, 20)


class SettingsError(ValueError):
    """A setting in the environment cannot be used; the message says which and what to do."""


def analysts_group() -> int | None:
    """Id of the one group that may read releases besides their owner, by its name in `SNA_ANALYSTS_GROUP`; None where not set.

    Raises:
        SettingsError: there is no such group, or this user may not hand files to it.
    """
    name = os.environ.get("SNA_ANALYSTS_GROUP")
    if not name:
        return None
    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError:
        raise SettingsError(
            f"SNA_ANALYSTS_GROUP is '{name}', which is not a group on this machine; name an existing group."
        ) from None
    if os.geteuid() != 0 and group not in (os.getegid(), *os.getgroups()):
        raise SettingsError(
            f"SNA_ANALYSTS_GROUP is '{name}', but this user is not a member, so files cannot be assigned to it. Add the user to"
            " it (and log in again), or name another group."
        )
    return group


def makes_report() -> bool:
    """Whether a refresh makes the report after its release (`SNA_REPORT`).

    Raises:
        SettingsError: it is neither yes nor no.
    """
    said = os.environ.get("SNA_REPORT") or "yes"
    if said not in ("yes", "no"):
        raise SettingsError(f"SNA_REPORT is '{said}'; set it to yes or no.")
    return said == "yes"


def memory_limit(variable: str = LIMIT) -> str:
    """Memory that DuckDB may use in one step, in its own notation: of the vault (`VAULT_LIMIT`) or of every other step (`LIMIT`).

    Raises:
        SettingsError: the variable holds no size.
    """
    limit = os.environ.get(variable) or MEMORY_LIMITS[variable]
    if not size_in_bytes(limit):
        raise SettingsError(f"{variable} is '{limit}'; use a number above 0 with one of the units MB, GB or TB, for example 4GB.")
    return limit


def size_in_bytes(size: str) -> int:
    """Bytes of a size in DuckDB's notation, such as `500MB` or `1.5 GiB`; 0 where it is none."""
    found = SIZE.fullmatch(size)
    if found is None:
        return 0
    base = 1024 if found["binary"] else 1000
    return int(float(found["number"]) * base ** ("kmgt".index(found["power"].lower()) + 1))


@dataclass(frozen=True)
class Variable:
    """An environment variable as the settings page documents it."""

    default: str
    meaning: str


VARIABLES = {
    "SNA_HOME": Variable("the only home below `var/`", "Folder for everything that is written. Homes are independent."),
    "SNA_RAW": Variable("`raw/` of the home", "Landing zone: deliveries as agencies sent them."),
    "SNA_AREA": Variable("none", "Area of `sna init`. Read when a home is made, never afterwards."),
    "SNA_AREAS": Variable(
        "`areas/`", "Folder of area files, such as an adopter's own. Every command of a home of one of them needs it."
    ),
    "SNA_PSEUDONYM_KEY": Variable(
        "a key made once per home", "Key of the pseudonyms, at least 16 bytes. Store it apart from the data."
    ),
    "SNA_VAULT_KEY_FILE": Variable(
        "none: the vault stays closed", "File or file descriptor that holds the vault's key, which `sna hkci init` made."
    ),
    "SNA_VAULT_KEY": Variable("none", "The vault's key itself. Set it for a single command; never export it in a profile."),
    "SNA_ANALYSTS_GROUP": Variable("none: only the owner", "Unix group whose members may read the releases, and nothing else."),
    "SNA_ENVIRONMENT": Variable(
        "none: nothing is scheduled", "Environment of the operations file whose schedules and sensors `sna run` starts."
    ),
    "SNA_OPERATIONS": Variable("`orchestration/operations.yaml`", "Schedules, alerts, retries, retention and web access."),
    "SNA_REPORT": Variable("`yes`", "`no`: a refresh makes no report; `sna report` still does."),
    "SNA_MEMORY_LIMIT": Variable("`3GB`", "Memory of DuckDB in each step. Beyond it, DuckDB spills to disk below `SNA_HOME`."),
    "SNA_VAULT_MEMORY_LIMIT": Variable("`4GB`", "The same for the vault, which never spills: beyond it, the command stops."),
    "SNA_DBT_THREADS": Variable("2", "Models that `dbt build`, run by hand, builds at the same time."),
}
