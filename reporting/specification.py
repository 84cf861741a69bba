"""What a report is: its area, year, sections and tables. `areas/<area>/reports/<id>/report.yaml`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = "report.yaml"
YEAR = r"^\d{4}/\d{2}$"


class SpecificationError(ValueError):
    """A report's specification cannot be used; the message says which file and why."""


class Section(BaseModel):
    """A section of the report, in its own order.

    Attributes:
        id: its number, as the release's figures and statements name it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str


class Specification(BaseModel):
    """One report of one area.

    Attributes:
        area: name of the area, as a title prints it.
        year: the financial year that it is about, such as 2023/24.
        printed: the name of the document that its figures are compared with; empty where nothing was printed.
        sections: in order; empty where the area has not said what its report contains.
        tables: table id → title of each table whose figures the release has.
        text: folder with people's text, `<section>.md`; empty where there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    area: str = ""
    year: str = Field(pattern=YEAR)
    printed: str = ""
    sections: tuple[Section, ...] = ()
    tables: Mapping[str, str] = {}
    text: Path | None = None


def load(folder: Path, area: str) -> Specification:
    """Read the specification in a folder.

    Raises:
        SpecificationError: it is missing or not valid.
    """
    path = folder / FILE
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
        found = Specification(**{"text": folder / "text", "area": area, **content})
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as error:
        raise SpecificationError(f"{path}: it cannot be used as the specification of a report. {error}") from error
    if found.id != folder.name:
        raise SpecificationError(f"{path}: its id is '{found.id}', but its folder is '{folder.name}'.")
    return found


def standard(area: str, year: str) -> Specification:
    """The report of an area that has specified none, or of another year: what every release can show."""
    return Specification(
        id=year.replace("/", "-"), title=f"{area}: serious violence needs assessment {year}", area=area, year=year
    )
