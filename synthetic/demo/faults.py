"""Known faults in written deliveries, and a list of them: the oracle for the quarantine.

No good row is changed or lost. Bad rows are added to the end of a month's file; faults of a whole file come as a
resubmission that must be refused, so that the first version stays in use; what is merely information comes as a
resubmission with the same rows.

Some rules speak of what was received or decided before (I05 changed in place, I07 read again under another contract), which
cannot be written into files.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from synthetic.feeds.files import WRITTEN

MANIFEST = "dirt-manifest.json"

_POLICE = "derbyshire_constabulary"
_CRIMES, _VICTIMS = f"{_POLICE}/crimes", f"{_POLICE}/victims"
_SUSPECTS, _OUTCOMES = f"{_POLICE}/suspects", f"{_POLICE}/outcomes"
_STREET, _SEARCH, _STOPS = "police_uk/street", "police_uk/stop_and_search", f"{_POLICE}/stop_searches"
_HOSPITAL = "royal_derby_hospital/ed_assaults"

# A telephone number of the range that Ofcom keeps for drama, and the NHS Data Dictionary's own example of a valid number.
_PHONE, _NHS_NUMBER = "07700 900123", "943 476 5919"

_RELATIONSHIP = "Suspect to Victim Relationship"

Row = list[str]


@dataclass(frozen=True)
class Injected:
    """One fault.

    Attributes:
        file: below the landing zone.
        row: number of the row, the header being 1; None for a fault of the file.
        column: header; None where the rule speaks of no column.
        code: of the rule that must find it.
        refused: whether the delivery must be refused whole.
    """

    file: str
    row: int | None
    column: str | None
    code: str
    refused: bool = False


# A copy of a good row with one cell changed breaks exactly the rule named.
_CELLS: tuple[tuple[str, str, str, str], ...] = (
    ("R01", _CRIMES, "Offence Title", ""),
    ("R01", _VICTIMS, "Nominal Reference", " "),
    ("R02", _CRIMES, "Easting", "43x000"),
    ("R02", _CRIMES, "Northing", "335000.5"),
    ("R02", _OUTCOMES, "Outcome Sequence", "first"),
    ("R03", _CRIMES, "Committed From", "31/02/2021 10:00"),
    ("R03", _CRIMES, "Recorded Date Time", "yesterday"),
    ("R03", _VICTIMS, "Date of Birth", "02/30/1990"),
    ("R03", _OUTCOMES, "Outcome Date", "15.07.2023"),
    ("R04", _CRIMES, "Recorded Date Time", "01/01/2099 00:00"),
    ("R04", _CRIMES, "Committed To", "01/01/1999 00:00"),
    ("R04", _VICTIMS, "Date of Birth", "01/01/2098"),
    ("R04", _SUSPECTS, "Date of Birth", "01/01/1850"),
    ("R05", _CRIMES, "Weapon Description", "Kitchen knife"),
    ("R05", _CRIMES, "District", "Nottingham"),
    ("R05", _VICTIMS, "Sex", "Female"),
    ("R05", _SUSPECTS, "Self Defined Ethnicity", "White"),
    ("R05", _OUTCOMES, "Outcome Code", "23"),
    ("R10", _CRIMES, "Easting", "530000"),
    ("R10", _STREET, "Latitude", "0"),
    ("R11", _CRIMES, "Offence Title", "=A1&B1"),
    ("R11", _OUTCOMES, "Outcome Title", '=HYPERLINK("x")'),
    ("R12", _CRIMES, "Offence Title", f"Assault of {_NHS_NUMBER}"),
    ("R12", _CRIMES, "Ward Name", "DE1 2AB"),
    ("R12", _OUTCOMES, "Outcome Title", f"ring {_PHONE}"),
    ("R12", _OUTCOMES, "Outcome Title", "ask someone@example.org"),
    ("R13", _CRIMES, "Crime Reference", "see officer"),
    ("R13", _CRIMES, "LSOA Code", "S01013453"),
    ("R14", _SEARCH, "Outcome linked to object of search", "maybe"),
    ("R15", _CRIMES, "Committed From", "01/02/19 10:00"),
    ("R15", _VICTIMS, "Date of Birth", "01/02/65"),
    ("R20", _CRIMES, "Northing", "#N/A"),
    ("R20", _OUTCOMES, "Outcome Code", "#REF!"),
    ("R21", _CRIMES, "Crime Reference", "2.02E+10"),
    ("R22", _HOSPITAL, "Assault Method", "Trebuchet"),
    ("R25", _CRIMES, "Ward Name", "Market\x1b[1mPlace"),
    ("R26", _CRIMES, "Ward Name", "Market Place " * 3_000),
)


def add_faults(raw: Path, *, seed: int) -> Path:
    """Add faults to the demonstration deliveries in a landing zone; returns the manifest, `<raw>/dirt-manifest.json`.

    The manifest is a list of objects with the fields of `Injected`. The same seed and deliveries yield the same faults.

    Raises:
        FileNotFoundError: a feed has too few demonstration deliveries to hold its faults.
    """
    for earlier in raw.glob("*/*/*.v[0-9]*"):  # only an earlier call makes these
        earlier.unlink()
    random_ = random.Random(seed)
    months = _Months(raw, random_)
    injected = [*_bad_cells(months, random_), *_bad_rows(months, random_), *_refused(months), *_accepted_with_a_note(months)]
    injected.sort(key=lambda fault: (fault.file, fault.row or 0, fault.code))
    manifest = raw / MANIFEST
    manifest.write_text(json.dumps([asdict(fault) for fault in injected], indent=1) + "\n")
    return manifest


def add_faults_to_month(raw: Path, month: str, *, seed: int) -> int:
    """Add bad cells to the deliveries of one month, and list them in the manifest beside those that are there; how many.

    Each is a copy of a good row with one changed cell, as `add_faults` adds them. The same seed and deliveries yield the
    same faults.
    """
    random_ = random.Random(f"{seed} {month}")
    files = {
        feed: _File(raw, path) for feed in dict.fromkeys(cell[1] for cell in _CELLS) for path in raw.glob(f"{feed}/{month}*")
    }
    injected = []
    for code, feed, header, value in _CELLS:
        if feed in files:
            file = files[feed]
            (number,) = file.append(file.with_cell(random_.choice([row for row in file.rows if row]), header, value))
            file.rows.append([])
            injected.append(Injected(file.name(file.path), number, header, code))
    manifest = raw / MANIFEST
    earlier = json.loads(manifest.read_text()) if manifest.exists() else []
    manifest.write_text(json.dumps([*earlier, *map(asdict, injected)], indent=1) + "\n")
    return len(injected)


class _Months:
    """Hands out each delivery of a landing zone once, so that no fault hides another."""

    def __init__(self, raw: Path, random_: random.Random) -> None:
        self.raw, self._random, self._left = raw, random_, dict[str, list[Path]]()

    def take(self, feed: str, *, months_before: int = 0) -> _File:
        if feed not in self._left:
            self._left[feed] = sorted((self.raw / feed).glob("*.csv"))
            self._random.shuffle(self._left[feed])
        # Their first versions; resubmissions have a `.v`.
        early = sorted(path for path in (self.raw / feed).glob("*.csv") if ".v" not in path.name)[:months_before]
        place = next((place for place, path in enumerate(self._left[feed]) if path not in early), None)
        if place is None:
            raise FileNotFoundError(f"{self.raw / feed} holds too few demonstration deliveries for all faults")
        return _File(self.raw, self._left[feed].pop(place))


class _File:
    """One CSV delivery."""

    def __init__(self, raw: Path, path: Path) -> None:
        self.raw, self.path = raw, path
        self.text = path.read_text("utf-8")
        self.header, *self.rows = list(csv.reader(io.StringIO(self.text, newline="")))

    @property
    def month(self) -> date:
        return date.fromisoformat(f"{self.path.name[:7]}-01")

    @property
    def next_month(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1)

    def name(self, path: Path) -> str:
        return path.relative_to(self.raw).as_posix()

    def with_cell(self, row: Sequence[str], header: str, value: str) -> Row:
        changed = list(row)
        changed[self.header.index(header)] = value
        return changed

    def append(self, *rows: Sequence[str]) -> list[int]:
        """Add rows at the end; returns their numbers."""
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        first = len(self.rows) + 2
        return list(range(first, first + len(rows)))

    def resubmit(self, content: str | bytes, version: int = 2, extension: str = "csv") -> str:
        """Write another version of the delivery; returns its name below the landing zone."""
        stem = self.path.name.removesuffix(".csv")
        path = self.path.with_name(f"{stem}.v{version}.{extension}")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.name(path)

    def written(self, header: Sequence[str], rows: Sequence[Sequence[str]], separator: str = ",") -> str:
        file = io.StringIO()
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows([header, *rows])
        return file.getvalue()


def _bad_cells(months: _Months, random_: random.Random) -> Iterator[Injected]:
    """Copies of good rows with one bad cell; several of a feed share a file where it has few."""
    files: dict[str, list[_File]] = {}
    for code, feed, header, value in _CELLS:
        if feed not in files:
            files[feed] = [months.take(feed) for _ in range(3)]
        file = random_.choice(files[feed])
        (number,) = file.append(file.with_cell(random_.choice(file.rows), header, value))
        file.rows.append([])  # counted, never chosen again: it is no good row
        yield Injected(file.name(file.path), number, header, code)


def _bad_rows(months: _Months, random_: random.Random) -> Iterator[Injected]:
    """Rows that are bad beside others: of another period, twice, in contradiction, or broken."""
    for feed, header in ((_CRIMES, "Recorded Date Time"), (_VICTIMS, "Crime Recorded Date Time"), (_OUTCOMES, "Outcome Date")):
        file = months.take(feed)
        clock = " 00:30" if "Time" in header else ""
        elsewhere = file.with_cell(random_.choice(file.rows), header, f"{file.next_month:%d/%m/%Y}{clock}")
        (number,) = file.append(elsewhere)
        yield Injected(file.name(file.path), number, header, "R08")
    for feed in (_CRIMES, _VICTIMS, _OUTCOMES):
        file = months.take(feed)
        (number,) = file.append(random_.choice(file.rows))
        yield Injected(file.name(file.path), number, None, "R06")
    file = months.take(_CRIMES)
    one = file.with_cell(random_.choice(file.rows), "Crime Reference", f"DC-{file.month:%Y}-9999999")
    other = "Erewash" if one[file.header.index("District")] != "Erewash" else "High Peak"
    for number in file.append(one, file.with_cell(one, "District", other)):
        yield Injected(file.name(file.path), number, None, "R07")
    # Two such rows of one month could be more than a delivery of health may have.
    for code, header in (("R23", "Location Description"), ("R24", "Assault Date Time")):
        file = months.take(_HOSPITAL)
        value = "Zorvath" if code == "R23" else f"{file.month - timedelta(days=500):%d/%m/%Y} 10:00"
        (number,) = file.append(file.with_cell(random_.choice(file.rows), header, value))
        yield Injected(file.name(file.path), number, header, code)
    file = months.take(_SUSPECTS)
    row = random_.choice(file.rows)
    for number in file.append(row[:-2], [*row, "one", "too many"]):
        yield Injected(file.name(file.path), number, None, "R09")


def _refused(months: _Months) -> Iterator[Injected]:
    """Resubmissions that must be refused whole."""

    def refuse(
        code: str, feed: str, spoil: Callable[[_File], str | bytes], column: str | None = None, months_before: int = 0
    ) -> Injected:
        file = months.take(feed, months_before=months_before)
        return Injected(file.resubmit(spoil(file)), None, column, code, refused=True)

    yield refuse("D01", _CRIMES, lambda file: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    yield refuse("D01", _VICTIMS, lambda file: "<!DOCTYPE html><html><body>Please log in</body></html>")
    yield refuse("D02", _CRIMES, lambda file: file.text.encode() + "Café,".encode() + b"Caf\xe9\n")
    yield refuse("D03", _OUTCOMES, lambda file: file.written(file.header, []))
    yield refuse("D04", _CRIMES, lambda file: _without(file, _RELATIONSHIP), _RELATIONSHIP)
    yield refuse("D05", _CRIMES, lambda file: file.written([*file.header, "Beat"], [[*row, "B1"] for row in file.rows]), "Beat")
    yield refuse("D06", _OUTCOMES, lambda file: file.written([*file.header[:-1], "Outcome Title"], file.rows), "Outcome Title")
    yield refuse("D07", _SUSPECTS, lambda file: file.written(file.header, [*file.rows, file.header, *file.rows[:1]]))
    yield refuse("D08", _OUTCOMES, lambda file: _all_in_the_next_month(file))
    yield refuse("D09", _CRIMES, lambda file: _every_tenth_row_bad(file))
    yield refuse("D10", _VICTIMS, lambda file: file.text + '"DC-2020-0000001,01/01/2020 10:00\n')
    yield refuse("D11", _VICTIMS, lambda file: _with_names(file), "Victim Name")
    yield refuse("D20", _CRIMES, lambda file: file.text[: file.text.rindex(",", 0, len(file.text) - 40)])
    yield refuse("D21", _STREET, lambda file: file.written(file.header, file.rows * 2))
    yield refuse("D22", _VICTIMS, lambda file: file.written(file.header, file.rows[: len(file.rows) // 10]), months_before=13)
    yield refuse("D23", _STOPS, lambda file: _with_one(file, "Search Outcome", "Outcome 99"), "Search Outcome")
    yield refuse("D30", _SUSPECTS, lambda file: file.written(file.header, file.rows, ";"))
    yield refuse("D31", _STREET, lambda file: _with_one(file, "Reported by", "Nottinghamshire Police"), "Reported by")
    yield refuse("D32", _OUTCOMES, lambda file: file.text.partition("\n")[2])
    yield _workbook_without_sheet(months.take(_CRIMES))


def _without(file: _File, header: str) -> str:
    place = file.header.index(header)
    header_left, *rows = [row[:place] + row[place + 1 :] for row in [file.header, *file.rows]]
    return file.written(header_left, rows)


def _with_one(file: _File, header: str, value: str) -> str:
    first, *rows = file.rows
    return file.written(file.header, [file.with_cell(first, header, value), *rows])


def _all_in_the_next_month(file: _File) -> str:
    moved = f"{file.next_month:%d/%m/%Y}"
    return file.written(file.header, [file.with_cell(row, "Outcome Date", moved) for row in file.rows])


def _every_tenth_row_bad(file: _File) -> str:
    rows = [file.with_cell(row, "Easting", "unknown") if place % 10 == 0 else row for place, row in enumerate(file.rows)]
    return file.written(file.header, rows)


def _with_names(file: _File) -> str:
    return file.written([*file.header, "Victim Name"], [[*row, "A Person"] for row in file.rows])


def _workbook_without_sheet(file: _File) -> Injected:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": WRITTEN})
        page = book.add_worksheet("Sheet1")
        page.write_row(0, 0, file.header)
    return Injected(file.resubmit(content.getvalue(), extension="xlsx"), None, None, "D12", refused=True)


def _accepted_with_a_note(months: _Months) -> Iterator[Injected]:
    """Resubmissions of the same rows that are accepted with a note."""
    file = months.take(_VICTIMS)
    yield Injected(file.resubmit(file.text.encode("utf-16")), None, None, "I01")
    file = months.take(_CRIMES)
    yield Injected(file.resubmit(("\ufeff" + file.text).encode()), None, None, "I02")
    file = months.take(_OUTCOMES)
    blank = "," * (len(file.header) - 1) + "\n"
    name = file.resubmit(file.text + blank * 3)
    yield Injected(name, None, None, "I03")
    yield Injected(name, None, None, "I06")
    file = months.take(_SUSPECTS)
    yield Injected(file.resubmit(file.text), None, None, "I08")
    file = months.take(_VICTIMS)
    yield Injected(file.resubmit("\u200b" + file.text), None, None, "I14")
    file = months.take(_OUTCOMES)
    empty = [[*row, "", ""] for row in [file.header, *file.rows]]
    yield Injected(file.resubmit(file.written(empty[0], empty[1:])), None, None, "I15")
    file = months.take(_CRIMES)
    yield Injected(file.resubmit(file.text.rstrip("\n")), None, None, "I20")
    file = months.take(_STREET)
    anonymous = [row for row in file.rows if not row[file.header.index("Crime ID")]]
    named = [row for row in file.rows if row[file.header.index("Crime ID")]]
    yield Injected(file.resubmit(file.written(file.header, named + anonymous * 2)), None, "Crime ID", "I04")
    file.resubmit(file.text, version=3)
