"""Small valid deliveries of July 2023 or of a year, from which the bad ones are made. All rows are made up."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from tests.good_rows import GOOD

Row = dict[str, str]
Cell = str | int | float | None

# Few enough to be quick, and enough that one bad row is less than a twentieth.
ROWS = 30


@dataclass(frozen=True)
class Table:
    """A feed whose deliveries are one table with a header.

    Attributes:
        period_name: its file in the landing zone without the ending.
        texts: columns that a person fills in with words or codes.
        when: the column that decides the period.
    """

    feed: str
    period_name: str
    texts: tuple[str, ...]
    when: str
    sheet: str = ""

    def rows(self, count: int = ROWS) -> list[Row]:
        return [ROW_OF[self.feed](number) for number in range(count)]


def _ed(site: str, district: str) -> Any:
    def row(n: int) -> Row:
        return {
            "Site Code": site,
            "Arrival Date Time": f"{1 + n % 28:02}/07/2023 {10 + n % 12}:{n % 60:02}",
            "Assault Date Time": f"{1 + n % 28:02}/07/2023 {8 + n % 2:02}:{n % 60:02}",
            "Assault Method": ("Fist", "Feet", "Head")[n % 3],
            "Assault Method Other": "",
            "Location Type": ("Street", "Home", "Pub")[n % 3],
            "Location Description": ("", "in the park", "outside the bar")[n % 3],
            "Assault District": district,
            "Age": str(18 + n % 50),
            "Sex": ("Female", "Male")[n % 2],
            "Ethnic Category": "ABC"[n % 3],
        }

    return row


def _liaison(n: int) -> Row:
    return {
        "Referral Date": f"{1 + n % 28:02}/07/2023",
        "Age Group": ("Adult", "Child")[n % 2],
        "Gender": ("Female", "Male")[n // 2 % 2],
        "Offence Group": ("Violence against the person", "Theft", "Public order")[n % 3],
        "Previous Contact": "Y",
        "Need - Mental Health": "YN"[n % 2],
        "Need - Substance or Alcohol Use": "N",
        "Need - Social Services Involvement": "N",
        "Need - Learning Disability": "N",
        "Need - Accommodation": "YN"[n // 3 % 2],
        "Need - Physical Health": "N",
    }


def _ambulance(n: int) -> Row:
    return {
        "Call Date Time": f"{1 + n % 28:02}/07/2023 {10 + n % 12}:{n % 60:02}",
        "Response": ("Hear and Treat", "See and Treat", "See and Convey")[n % 3],
        "Patient Sex": ("Female", "Male")[n % 2],
        "Patient Age": str(18 + n % 50),
        "Incident Ward Code": "E05001770",
        "Incident District": "Amber Valley",
        "Conveyed To": ("", "", "Royal Derby Hospital")[n % 3],
    }


def _crime(n: int) -> Row:
    return GOOD["crimes"] | {
        "Crime Reference": f"DC-2023-{n:07}",
        "Recorded Date Time": f"{2 + n % 27:02}/07/2023 {10 + n % 12}:{n % 60:02}",
        "Committed From": f"{1 + n % 27:02}/07/2023 23:40",
        "Easting": str(435000 + n),
        "Northing": str(335000 + n),
    }


def _victim(n: int) -> Row:
    return GOOD["victims"] | {
        "Crime Reference": f"DC-2023-{n:07}",
        "Crime Recorded Date Time": f"{2 + n % 27:02}/07/2023 10:15",
        "Offence Date": f"{1 + n % 27:02}/07/2023",
        "Nominal Reference": f"N{n:08}",
        "Date of Birth": f"03/07/{1960 + n}",
        "Sex": "FM"[n % 2],
    }


def _outcome(n: int) -> Row:
    return GOOD["outcomes"] | {
        "Crime Reference": f"DC-2023-{n:07}",
        "Outcome Date": f"{1 + n % 28:02}/07/2023",
    }


def _street(n: int) -> Row:
    return GOOD["police_uk/street"] | {
        "Crime ID": f"{n + 1:064x}",
        "Longitude": f"-1.50{n:04}",
        "Latitude": f"52.91{n:04}",
        "Crime type": "Robbery",
        "Last outcome category": "Under investigation",
    }


ROW_OF: Mapping[str, Any] = {
    "royal_derby_hospital/ed_assaults": _ed("RTGFG", "Derby"),
    "chesterfield_royal_hospital/ed_assaults": _ed("RFSDA", "Chesterfield"),
    "nhs_liaison_and_diversion/referrals": _liaison,
    "east_midlands_ambulance_service/assault_calls": _ambulance,
    "derbyshire_constabulary/crimes": _crime,
    "derbyshire_constabulary/victims": _victim,
    "derbyshire_constabulary/outcomes": _outcome,
    "police_uk/street": _street,
}

_ED_TEXTS = (
    *("Site Code", "Assault Method", "Assault Method Other", "Location Type", "Location Description", "Assault District"),
    *("Sex", "Ethnic Category", "Age"),
)
ROYAL_DERBY = Table("royal_derby_hospital/ed_assaults", "2023-07", _ED_TEXTS, "Arrival Date Time")
CHESTERFIELD = Table("chesterfield_royal_hospital/ed_assaults", "2023-07", _ED_TEXTS, "Arrival Date Time")
LIAISON = Table("nhs_liaison_and_diversion/referrals", "2023-07", ("Age Group", "Gender", "Offence Group"), "Referral Date")
AMBULANCE = Table(
    "east_midlands_ambulance_service/assault_calls",
    "2023-07",
    ("Response", "Patient Sex", "Patient Age", "Incident Ward Code", "Incident District", "Conveyed To"),
    "Call Date Time",
    sheet="Calls",
)
CRIMES = Table(
    "derbyshire_constabulary/crimes",
    "2023-07",
    ("Offence Title", "District", "Ward Name", "Location Type", "Weapon Description", "Suspect to Victim Relationship"),
    "Recorded Date Time",
    sheet="Data",
)
VICTIMS = Table("derbyshire_constabulary/victims", "2023-07", ("Sex", "Self Defined Ethnicity"), "Crime Recorded Date Time")
OUTCOMES = Table("derbyshire_constabulary/outcomes", "2023-07", ("Outcome Title", "Decision Maker"), "Outcome Date")
STREET = Table("police_uk/street", "2023-07-derbyshire", ("Location", "LSOA name", "Crime type"), "Month")

# Those that come as CSV text.
HEALTH = (ROYAL_DERBY, CHESTERFIELD, LIAISON)
TEXT_FEEDS = (*HEALTH, CRIMES, VICTIMS, OUTCOMES, STREET)


def text(rows: Sequence[Mapping[str, str]], line_end: str = "\n", separator: str = ",") -> str:
    """Rows as CSV text with their header."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator=line_end, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def changed(rows: Sequence[Row], number: int, **cells: str) -> list[Row]:
    """The rows with cells of one of them changed; underscores are spaces of a header."""
    cells = {name.replace("_", " "): cell for name, cell in cells.items()}
    return [{**row, **cells} if place == number else dict(row) for place, row in enumerate(rows)]


def with_cell(rows: Sequence[Row], header: str, value: str, number: int = 5) -> list[Row]:
    """The rows with one cell changed."""
    return [{**row, header: value} if place == number else dict(row) for place, row in enumerate(rows)]


def neighbour(table: Table) -> tuple[str, bytes]:
    """A good delivery of June 2023, to be beside a bad one."""
    made = text(table.rows()).replace("/07/2023", "/06/2023").replace("2023-07", "2023-06")
    return table.period_name.replace("2023-07", "2023-06") + ".csv", made.encode()


# Workbooks.

SOCIAL_CARE_COUNTY = "derbyshire_childrens_social_care/activity"
SOCIAL_CARE_CITY = "derby_city_childrens_social_care/activity"

Sheets = Sequence[tuple[str, Sequence[Sequence[Cell]]]]


def county_return() -> list[tuple[str, list[list[Cell]]]]:
    """The return of children's social care of a county for 2023/24."""
    return [
        (
            "Activity",
            [
                ["Derbyshire County Council - Children's Services"],
                ["Children's social care activity. Financial year: 2023/24"],
                [],
                ["Gender", "Social Care Referrals", "Child Protection Plans", "Admissions to care", "Care leavers"],
                ["Male", 5373, 3019, 274, 559],
                ["Female", 5150, 2792, 217, 353],
                ["Not recorded", 165, 12, 0, 3],
                ["Total", 10688, 5823, 491, 915],
                [],
                ["Notes: referrals, plans, admissions and young people leaving care in the year."],
            ],
        ),
        (
            "Referral outcomes",
            [
                ["Outcomes of social care referrals. Financial year: 2023/24"],
                [],
                ["Referral outcome", "Referrals"],
                *(["NFA", 1110], ["Passed to Early Help", 264], ["Passed to Specialist Teams", 94]),
                *(["Social Care Assessment", 6572], ["Strategy Discussion", 2648], ["Total", 10688]),
                [],
                ["Notes: NFA = no further action."],
            ],
        ),
        (
            "Care leavers",
            [
                ["Care leavers with a plan. Financial year: 2023/24"],
                [],
                ["Plan", "Share of care leavers"],
                ["EHCP", 0.22],
                [],
                ["Notes: EHCP = education, health and care plan."],
            ],
        ),
    ]


def city_return() -> list[tuple[str, list[list[Cell]]]]:
    """The return of children's social care of a city for three years."""
    measures = ("Referrals to social care", "Children subject of a Child Protection Plan", "Children coming into care")
    return [
        (
            "Summary",
            [
                ["Derby City Council, Children's Services: three-year summary"],
                [],
                ["Measure", "2021-22", "2022-23", "2023-24"],
                ["All children"],
                *([measure, 480 * n, 410 * n, 420 * n] for n, measure in enumerate(measures, 1)),
                ["Male"],
                *([measure, 240 * n, 200 * n, 210 * n] for n, measure in enumerate(measures, 1)),
                ["Female"],
                *([measure, 240 * n, 210 * n, 210 * n] for n, measure in enumerate(measures, 1)),
                [],
                ["Notes: counts of the year."],
            ],
        )
    ]


def calls(rows: Iterable[Row] | None = None) -> list[tuple[str, list[list[Cell]]]]:
    """Ambulance calls as the cells of their sheet."""
    made = list(AMBULANCE.rows() if rows is None else rows)
    cells: list[list[Cell]] = [[row[name] or None for name in made[0]] for row in made]
    return [("Calls", [list(made[0]), *cells])]


def xlsx(sheets: Sheets) -> bytes:
    """A workbook of these sheets."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return file.getvalue()


def parts(archive: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(files: Mapping[str, bytes | str]) -> bytes:
    """An archive of these files, in their order; that of a workbook's kind is not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return made.getvalue()


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in {
        **{name: name for name in ("office", "table", "text", "style", "meta", "form")},
        **{"draw": "drawing", "number": "datastyle", "svg": "svg-compatible"},
    }.items()
)
_SPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'


def ods(sheets: Sheets, *, first: str = "", last: str = "", inside: str = "", files: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument workbook.

    Args:
        first, last: XML at the beginning and the end of the spreadsheet.
        inside: XML at the end of its first table.
        files: further files of the archive.
    """
    tables = []
    for number, (name, rows) in enumerate(sheets):
        cells = "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row)) or '<table:table-cell/>'}</table:table-row>" for row in rows
        )
        tables.append(f"<table:table table:name={quoteattr(name)}>{cells}{'' if number else inside}</table:table>")
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" {_SPACES}><office:body>'
        f"<office:spreadsheet>{first}{''.join(tables)}{last}</office:spreadsheet></office:body></office:document-content>"
    )
    extra = dict(files or {})
    listed = "".join(
        f'<manifest:file-entry manifest:full-path={quoteattr(name)} manifest:media-type="text/xml"/>' for name in extra
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>{listed}</manifest:manifest>'
    )
    return packed({"mimetype": _ODS, "content.xml": document, "META-INF/manifest.xml": manifest, **extra})


def ods_document(xml: str) -> str:
    """A further document of an OpenDocument archive, such as its properties."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta office:version="1.2" {_SPACES}>{xml}</office:document-meta>'
    )


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'


# Registers and boundaries.


def interventions() -> list[dict[str, Any]]:
    """Two records of the register of interventions, 2024/25."""
    return [
        {
            "Reference": f"VRU-2024-25-0{n}",
            "Intervention": f"Youth mentoring {n}",
            "Provider": "A charity",
            "Aim": "Mentoring with partners that addresses exclusion.",
            "Cohort": "Young people aged 10 to 17",
            "Age from": 10,
            "Age to": 17,
            "Districts": ["Derby City"],
            "Financial year": "2024/25",
            "Start date": "2024-11-11",
            "End date": "2024-11-12",
            "Funding source": "Serious Violence Duty",
            "Evaluation status": "In progress",
            "Source": "SNA 2024, section 24.1",
        }
        for n in (1, 2)
    ]


def yaml_text(records: Sequence[Mapping[str, Any]] | None = None) -> str:
    """The register as YAML, written as a person would."""
    lines = ["interventions:"]
    for record in interventions() if records is None else records:
        for number, (name, value) in enumerate(record.items()):
            written = f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
            lines.append(f"  {'- ' if not number else '  '}{name}: {written}")
    return "\n".join(lines) + "\n"


def wards(count: int = 3) -> dict[str, Any]:
    """The boundaries of a few wards of Amber Valley: squares of two kilometres that do not overlap."""
    return {
        "type": "FeatureCollection",
        "name": "E07000032",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "FID": n,
                    "WD25CD": f"E0599000{n}",
                    "WD25NM": f"Amber Valley Ward 0{n}",
                    "LAD25CD": "E07000032",
                    "LAD25NM": "Amber Valley",
                    "LONG": -1.5 + 0.05 * n + 0.01,
                    "LAT": 53.01,
                },
                "geometry": {"type": "Polygon", "coordinates": [square(-1.5 + 0.05 * n, 53.0)]},
            }
            for n in range(1, count + 1)
        ],
    }


def square(east: float, north: float, size: float = 0.02) -> list[list[float]]:
    """A closed ring, anticlockwise, from its south-western corner (degrees)."""
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    return [[round(east + x, 6), round(north + y, 6)] for x, y in corners]


def geojson(document: Any = None) -> str:
    return json.dumps(wards() if document is None else document)
