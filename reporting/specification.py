"""What a report is: its area, year, sections and tables.

areas/<area>/reports/<id>/report.yaml      title and years, which the statements of the report are made for as well; of another
                                           year, the titles of sections that have other dates (`section_titles`: id → title)
                         /contents.yaml    sections and tables; those of the report that `statements_of` names where there is none
                         /text/*.md        people's text, one file per section
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE, CONTENTS = "report.yaml", "contents.yaml"
YEAR = r"^\d{4}/\d{2}$"
# Of two digits with a slash alone: 18-24 is an age.
_LABEL = re.compile(r"(?:20(?=\d\d[/-])|(?=\d\d/))(\d\d)[/-](?:20)?(\d\d)")


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
        period: what pages print in place of the year, where the data are of other twelve months.
        printed: the name of the document that its figures are compared with; empty where nothing was printed.
        sections: in order; empty where the area has not said what its report contains.
        tables: table id → title of each table whose figures the release has.
        elsewhere: agencies of other areas, whom nobody here asks.
        text: folder with people's text, `<section>.md`; empty where there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    area: str = ""
    year: str = Field(pattern=YEAR)
    period: str = ""
    printed: str = ""
    sections: tuple[Section, ...] = ()
    tables: Mapping[str, str] = {}
    elsewhere: frozenset[str] = frozenset()
    text: Path | None = None

    @property
    def when(self) -> str:
        """The year or period, as pages print it."""
        return self.period or self.year

    def year_is_among(self, labels: Iterable[str]) -> bool:
        """Whether the year is among the financial years of a table's labels, or these have none.

        Args:
            labels: of rows and columns, such as 2023/24, 2023-24, 2023/2024, 23/24 or 2023/24: Count.
        """
        found = [year for label in labels if (year := _LABEL.fullmatch(label.partition(": ")[0]))]
        return not found or any(f"20{year[1]}/{year[2]}" == self.year for year in found)


def load(folder: Path, area: str) -> Specification:
    """Read the specification in a folder.

    Raises:
        SpecificationError: it is missing or not valid.
    """
    about = _read(folder / FILE)
    if about.get("id") != folder.name:
        raise SpecificationError(f"{folder / FILE}: its id is '{about.get('id')}', but its folder is '{folder.name}'.")
    contents: dict[str, Any] = {}
    if (folder / CONTENTS).exists():
        contents = _read(folder / CONTENTS)
    elif about.get("statements_of"):
        # The same sections and tables for other years, without what was printed.
        printed = _read(folder.parent / str(about["statements_of"]) / CONTENTS)
        titles = about.get("section_titles", {})
        sections = [section | {"title": titles.get(section["id"], section["title"])} for section in printed.get("sections", ())]
        contents = {"sections": sections, "tables": printed.get("tables", {})}
    try:
        return Specification(
            id=folder.name, title=about["title"], area=area, year=about["last_year"], text=folder / "text", **contents
        )
    except KeyError as error:
        raise SpecificationError(f"{folder / FILE}: there is no field {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors(include_url=False))
        raise SpecificationError(f"{folder / CONTENTS}: {wrong}.") from error
    except TypeError as error:
        raise SpecificationError(f"{folder / CONTENTS}: {error}.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SpecificationError(f"{path}: it cannot be read. {error}") from error
    if not isinstance(content, dict):
        raise SpecificationError(f"{path}: fields with values are expected.")
    return content


def standard(area: str, year: str, period: str = "") -> Specification:
    """The report of an area that has specified none, or of another year: what every release can show."""
    title = f"{area}: serious violence needs assessment, {period or year}"
    return Specification(id=year.replace("/", "-"), title=title, area=area, year=year, period=period)
