"""A home is one area in one environment; `home.json` records both, and nothing changes them.

demonstration   takes only files that a demonstration lists, so that real data are never labelled made-up
live            takes no file of a demonstration, so that made-up data are never labelled real
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from orchestration.home.environment import PROJECT, SettingsError

Environment: TypeAlias = Literal["demonstration", "live"]
FILE = "home.json"


class HomeError(SettingsError):
    """There is no home here, or it is of another area or environment; the message says what to do."""


@dataclass(frozen=True)
class Home:
    """What a home is for.

    Attributes:
        made_at: ISO 8601, in UTC.
    """

    area: str
    environment: Environment
    made_at: str


def read(folder: Path) -> Home | None:
    """The home in a folder, or None where none was made.

    Raises:
        HomeError: `home.json` is damaged, or the folder is none.
    """
    require_folder(folder)
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        raise HomeError(f"{path} is no file. Restore it from a backup: it names area and environment.")
    try:
        document = json.loads(path.read_text("utf-8"))
        home = Home(**document)
    except (ValueError, TypeError, RecursionError) as error:
        raise HomeError(f"{path} is damaged ({error}). Restore it from a backup: it names area and environment.") from error
    if not all(isinstance(value, str) for value in asdict(home).values()):
        raise HomeError(f"{path} is damaged (not all values are texts). Restore it from a backup: it names area and environment.")
    if home.environment not in get_args(Environment):
        raise HomeError(f"{path}: the environment is '{home.environment}'; it can be {' or '.join(get_args(Environment))}.")
    return home


def require_folder(folder: Path) -> None:
    """Require that a home is, or can become, a folder.

    Raises:
        HomeError: something else is there.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise HomeError(f"{folder} is no folder, so it cannot be a home. Set SNA_HOME to another one.")


def require(folder: Path) -> Home:
    """The home in a folder.

    Raises:
        HomeError: none was made there.
    """
    home = read(folder)
    if home is None:
        earlier = " It holds data of an earlier version, which cannot be migrated." if (folder / "landing").is_dir() else ""
        raise HomeError(
            f"There is no home in {folder}.{earlier} Make one: `sna init --area AREA` for deliveries of real agencies, or"
            " `sna demo` for the demonstration."
        )
    return home


def the_only_one(below: Path = PROJECT / "var") -> Path | None:
    """The only home below a folder; None where there is none.

    Raises:
        HomeError: there are several.
    """
    found = sorted(path.parent for path in below.glob(f"*/{FILE}"))
    if len(found) > 1:
        raise HomeError(f"There are several homes: {', '.join(map(str, found))}. Set SNA_HOME to one of them.")
    return found[0] if found else None
