"""Identifiers of children in the places of a workbook where nobody looks: the return of children's social care is refused.

`workbook_places.csv` has the XML of each place of an XLSX file, of a part of its own, or in place of a text (`before`) in a part
that every workbook has. `opendocument_places.csv` has that of an ODS file, or of a file of its archive.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tests.corpus import people
from tests.corpus.case import Case, content
from tests.corpus.disguises import in_return
from tests.corpus.valid import SOCIAL_CARE_COUNTY, county_return, ods, ods_document, xlsx
from tests.corpus.workbooks import edited, with_part, with_rows

# What any search knows, so that what is tried is the place.
NUMBER, MAIL, NAME = people.nhs_number(123456), "h.dhillon@example.org", "Mr Harpreet Dhillon"
TEXTS = (NUMBER, MAIL, NAME)
HERE = Path(__file__).parent

_CELLS = {
    "hidden row": f'<row r="60" hidden="1"><c r="A60" t="inlineStr"><is><t>{NAME}</t></is></c></row>',
    "rich text": '<row r="60"><c r="A60" t="inlineStr"><is><r><t>Mr Harpreet </t></r><r><t>Dhillon</t></r></is></c></row>',
    "cell far to the right": f'<row r="60"><c r="CZ60" t="inlineStr"><is><t>{NAME}</t></is></c></row>',
}


def cases() -> Iterator[Case]:
    book = xlsx(county_return())
    for number, row in enumerate(_rows("workbook_places.csv")):
        text = MAIL if "mailto:" in row["xml"] else TEXTS[number % 3]
        xml = row["xml"].format(text)
        made = edited(row["part"], row["before"], xml)(book) if row["before"] else with_part(row["part"], xml)(book)
        yield in_return(f"in a workbook's {row['place']}", SOCIAL_CARE_COUNTY, "xlsx", content(made), text)
    for number, row in enumerate(_rows("opendocument_places.csv")):
        text = MAIL if "mailto:" in row["xml"] else TEXTS[number % 3]
        made = _opendocument(row["where"], row["xml"].format(text))
        yield in_return(f"in an OpenDocument's {row['place']}", SOCIAL_CARE_COUNTY, "ods", content(made), text)
    for name, xml in _CELLS.items():
        yield in_return(f"in a workbook's {name}", SOCIAL_CARE_COUNTY, "xlsx", content(with_rows(xml)(book)), NAME)
    inner = xlsx([("List", [["Ref", "Who"], [1, NAME], [2, NUMBER]])])
    for place in ("xl/embeddings/Microsoft_Excel_Worksheet.xlsx", "xl/embeddings/oleObject1.bin", "xl/media/image1.png"):
        made = with_part(place, inner)(book)
        yield in_return(f"in a workbook within: {place}", SOCIAL_CARE_COUNTY, "xlsx", content(made), NAME)


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def _opendocument(where: str, xml: str) -> bytes:
    if where in ("first", "inside", "last"):
        return ods(county_return(), **{where: xml})  # type: ignore[arg-type]
    return ods(county_return(), files={where: ods_document(xml)})
