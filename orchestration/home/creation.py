"""Create a home."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from orchestration.home import whole_file
from orchestration.home.identity import FILE, Environment, Home, HomeError, read
from orchestration.home.instance import prepare_instance
from orchestration.home.settings import Settings


def make(folder: Path, area: str, environment: Environment) -> Home:
    """Create a home, unless it exists already for the same area and environment.

    Raises:
        HomeError: it was made for another area or environment, or the folder holds data of an earlier version.
    """
    there = read(folder)
    if there is not None:
        if (there.area, there.environment) != (area, environment):
            raise HomeError(
                f"{folder} is the {there.environment} home of {there.area}, which cannot change. Choose another folder with"
                " --home or SNA_HOME."
            )
        return there
    if (folder / "landing").is_dir():
        raise HomeError(f"{folder} holds data of an earlier version, which cannot be migrated. Choose another folder.")
    made = Home(area, environment, datetime.now(UTC).isoformat(timespec="seconds"))
    folder.mkdir(parents=True, exist_ok=True)
    whole_file.write(folder / FILE, json.dumps(asdict(made), indent=1) + "\n")
    # So that Dagster's own commands find their instance in it from the first one on.
    prepare_instance(Settings(folder / "raw", folder))
    return made
