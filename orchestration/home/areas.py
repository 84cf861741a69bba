"""The areas that a home can be of: `areas/<area>/area.yaml`, read strictly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.home import settings_files
from orchestration.home.environment import PROJECT, SettingsError

AREAS = PROJECT / "areas"
FILE = "area.yaml"
VARIABLE = "SNA_AREAS"


class Force(BaseModel):
    """A territorial police force.

    Attributes:
        name: as the force calls itself, and as `Reported by` of the police.uk archive does.
        police_uk: its name in the file names of the archive.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    police_uk: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")


class Area(BaseModel):
    """One force area.

    Attributes:
        districts: GSS code → name of each district or unitary authority.
        agencies: folders of contracts whose feeds only this area has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    forces: tuple[Force, ...] = Field(min_length=1)
    districts: Mapping[str, str] = Field(min_length=1)
    agencies: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _codes(self) -> Area:
        # Districts and authorities of England and Wales: https://www.ons.gov.uk/methodology/geography/ukgeographies
        wrong = [code for code in self.districts if code[:3] not in ("E06", "E07", "E08", "E09", "W06") or len(code) != 9]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: not the GSS code of a district of England or Wales")
        return self


def folder() -> Path:
    """Where areas are: `SNA_AREAS`, or `areas/` of the project."""
    return Path(os.environ.get(VARIABLE) or AREAS).expanduser()


def reports(area: str) -> list[Path]:
    """The folders of an area's reports, `areas/<area>/reports/<id>/`."""
    return sorted(path.parent for path in (folder() / area / "reports").glob("*/report.yaml"))


def names() -> list[str]:
    """The ids of all areas that there are."""
    return sorted(path.parent.name for path in folder().glob(f"*/{FILE}"))


@cache
def load(area: str) -> Area:
    """Read one area.

    Raises:
        SettingsError: there is no such area, or its file is not valid; the message says which field.
    """
    path = folder() / area / FILE
    if area not in names():
        raise SettingsError(f"There is no area '{area}' in {folder()}; there are: {', '.join(names()) or 'none'}.")
    content = settings_files.parse(path, path.read_text("utf-8"), SettingsError)
    found = settings_files.validate(path, content, Area, SettingsError)
    if found.id != area:
        raise SettingsError(f"{path}: its id is '{found.id}', but its folder is '{area}'.")
    return found


def agencies_of_others(area: str) -> frozenset[str]:
    """Agencies that belong to other areas only: their feeds are not delivered here."""
    own = set(load(area).agencies)
    return frozenset(agency for other in names() if other != area for agency in load(other).agencies if agency not in own)
