"""Files that claim more than there is, or are not what their format is: each is refused by name, in seconds, and ends nothing."""

from __future__ import annotations

import io
import struct
import time
import warnings
import zipfile
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.files import confined, parser_process, workbook_scan
from orchestration.ingest.files.readers import open_source
from orchestration.ingest.rules import UnreadableError
from tests.unit.orchestration.ingest.conftest import GOOD, codes, row, rows, text
from tests.unit.orchestration.ingest.files.test_workbook import changed, crimes

SHEET = "xl/worksheets/sheet1.xml"
FAR = "XFD1048576"
BOUNDARIES, WARDS = "ward_boundaries", "2025-E07000032.geojson"
SECONDS = 30


def last_row(xml: str):
    """A change of a sheet: XML after its rows."""
    return lambda sheet: sheet.replace(b"</sheetData>", xml.encode() + b"</sheetData>")


def stray(cell: str):
    return changed(crimes(), SHEET, last_row(f'<row r="3">{cell}</row>'))


def part(name: str, change):
    return changed(crimes(), name, change)


def utf_16(sheet: bytes) -> bytes:
    content = last_row(f'<row r="3"><c r="{FAR}"><v>1</v></c></row>')(sheet).decode()
    return content.replace("UTF-8", "UTF-16").encode("utf-16")


def prefixed(sheet: bytes) -> bytes:
    """The same elements under a prefix."""
    content = last_row(f'<row r="3"><c r="{FAR}"><v>1</v></c></row>')(sheet)
    content = content.replace(b"xmlns=", b"xmlns:x=")
    for name in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
        for before in (b"<", b"</"):
            for after in (b" ", b">"):
                content = content.replace(before + name + after, before + b"x:" + name + after)
    return content


def with_parts(*added: tuple[str, bytes], content: bytes | None = None) -> bytes:
    file = io.BytesIO(content or crimes())
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of a name that is there
        for name, data in added:
            archive.writestr(name, data)
    return file.getvalue()


def elsewhere() -> bytes:
    """The sheet in a part that is not called XML."""
    sheet = zipfile.ZipFile(io.BytesIO(crimes())).read(SHEET)
    moved = changed(
        crimes(), "xl/_rels/workbook.xml.rels", lambda rels: rels.replace(b"worksheets/sheet1.xml", b"media/picture.png")
    )
    return with_parts(("xl/media/picture.png", last_row(f'<row r="3"><c r="{FAR}"><v>1</v></c></row>')(sheet)), content=moved)


def renamed_in_place(which: bytes, old: bytes, new: bytes, content: bytes) -> bytes:
    """A name changed in one of its two places: before the part (PK34) or in the directory (PK12)."""
    data = bytearray(content)
    at = next(n for n in range(len(data)) if data[n : n + 4] == which and old in data[n : n + 46 + len(old)])
    at = data.index(old, at)
    data[at : at + len(old)] = new
    return bytes(data)


def overlapping() -> bytes:
    """A directory in which many parts are one stretch of the file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(crimes())) as old:
            for name in old.namelist():
                archive.writestr(name, old.read(name))
        archive.writestr("xl/media/1.xml", b"<a>" + b" " * 100_000 + b"</a>")
        info = archive.getinfo("xl/media/1.xml")
        for number in range(2, 50):
            other = zipfile.ZipInfo(f"xl/media/{number}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(other, name, getattr(info, name))
            archive.filelist.append(other)
            archive.NameToInfo[other.filename] = other
    return file.getvalue()


def claims(size: int) -> bytes:
    """A directory that claims a size by ZIP64."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(crimes())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.getinfo(SHEET).file_size = size
    return file.getvalue()


def longer_than_said() -> bytes:
    """A stream that goes on after the size and the check sum that both its headings say."""
    content = bytearray(crimes())
    info = zipfile.ZipFile(io.BytesIO(content)).getinfo(SHEET)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read(SHEET)[:-20]
    for at, place in ((info.header_offset, 14), (content.index(b"PK\x01\x02", info.header_offset), 16)):
        while content[at : at + 4] == b"PK\x01\x02" and SHEET.encode() not in content[at : at + 80]:
            at = content.index(b"PK\x01\x02", at + 4)
        content[at + place : at + place + 4] = struct.pack("<I", zipfile.crc32(sheet))
        content[at + place + 8 : at + place + 12] = struct.pack("<I", len(sheet))
    return bytes(content)


def shared_strings(strings: str) -> bytes:
    return part("xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", strings.encode() + b"</sst>"))


MERGED = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(3, 30_000))
OVERLAPPING = '<mergeCell ref="A1:U2"/>' * 100

WORKBOOKS = {
    "apostrophes": (stray(f"<c r='{FAR}'><v>1</v></c>"), "D16"),
    "lower case": (stray(f'<c r="{FAR.lower()}"><v>1</v></c>'), "D16"),
    "spaces": (stray(f'<c r = " {FAR} "><v>1</v></c>'), "D16"),
    "line break in the tag": (stray(f'<c\n\tr\n=\n"{FAR}"><v>1</v></c>'), "D16"),
    "character reference": (stray(f'<c r="&#88;{FAR[1:]}"><v>1</v></c>'), "D16"),
    "dollars": (stray('<c r="$XFD$1048576"><v>1</v></c>'), "D16"),
    "other attributes first": (stray(f'<c s="0" t="n" r="{FAR}"><v>1</v></c>'), "D16"),
    "only the row says where": (changed(crimes(), SHEET, last_row('<row r="99999999"><c><v>1</v></c></row>')), "D16"),
    "a number in the last row": (
        changed(crimes(), SHEET, last_row('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
        "D16",
    ),
    "a million empty rows": (changed(crimes(), SHEET, last_row("<row/>" * 1_000_000)), None),
    "column beyond the last": (stray('<c r="ZZZZ3"><v>1</v></c>'), "D16"),
    "number without end": (stray('<c r="A99999999999999999999999"><v>1</v></c>'), "D10"),
    "no place": (stray('<c r="here"><v>1</v></c>'), "D10"),
    "row zero": (stray('<c r="A0"><v>1</v></c>'), "D10"),
    "UTF-16": (part(SHEET, utf_16), "D16"),
    "prefix": (part(SHEET, prefixed), "D16"),
    "sheet that is called a picture": (elsewhere(), "D16"),
    "document type": (part(SHEET, lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY e "x">]><worksheet', 1)), "D10"),
    "nested deep": (changed(crimes(), SHEET, last_row("<a>" * 100_000 + "</a>" * 100_000)), None),
    "merged cells without number": (
        part(SHEET, lambda xml: xml.replace(b"</sheetData>", f"</sheetData>{MERGED}".encode())),
        "D16",
    ),
    "merged over each other": (
        part(SHEET, lambda xml: xml.replace(b"</sheetData>", f"</sheetData>{OVERLAPPING}".encode())),
        "D10",
    ),
    "long cell": (shared_strings(f"<si><t>{'x' * 5_000_000}</t></si>"), None),
    "long cell in use": (
        changed(crimes(), SHEET, last_row(f'<row r="3"><c r="A3" t="inlineStr"><is><t>{"x" * 2_000_000}</t></is></c></row>')),
        "D16",
    ),
    "two parts of one name": (with_parts((SHEET, b"<worksheet/>")), "D10"),
    "two parts whose names differ in case": (with_parts((SHEET.upper(), b"<worksheet/>")), "D10"),
    "names that disagree": (renamed_in_place(b"PK\x03\x04", b"sheet1.xml", b"sheet9.xml", crimes()), "D10"),
    "parts over each other": (overlapping(), "D10"),
    "claim of an exabyte": (claims(2**60), "D16"),
    "stream that goes on": (longer_than_said(), "D10"),
    "archive in an archive": (with_parts(("xl/embeddings/inner.zip", crimes())), None),
    "many parts": (with_parts(*((f"xl/media/{n}", b"") for n in range(10_001))), "D16"),
    "dimension that is no such": (
        part(SHEET, lambda xml: xml.replace(b'ref="A1:U2"', b'ref="A1:XFD1048576"')),
        None,
    ),
}


@pytest.mark.parametrize(("content", "code"), WORKBOOKS.values(), ids=list(WORKBOOKS))
def test_a_workbook_is_taken_or_refused_by_its_content(desk, content, code):
    start = time.monotonic()
    record = desk.land("crimes", content, "2023-07.xlsx")
    assert time.monotonic() - start < SECONDS
    if code is None:
        assert (record.verdict, record.rows_accepted) == ("accepted", 1)
    else:
        assert (record.verdict, codes(record), record.rows_accepted) == ("refused", [code], 0)


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:{t}="{uri}" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<{t}:table {t}:name="IMD2019">{rows}</{t}:table></office:spreadsheet></office:body></office:document-content>'
)
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


def ods(rows: str, prefix: str = "table", uri: str = TABLE) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", ODS.format(t=prefix, uri=uri, rows=rows))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return file.getvalue()


def repeated(rows: str = "1", columns: str = "1", prefix: str = "table", content: str = 'office:value-type="float"') -> str:
    """A row of one cell, both of which are repeated."""
    cell = f'{prefix}:table-cell {prefix}:number-columns-repeated="{columns}" {content} office:value="1"'
    row = f'{prefix}:table-row {prefix}:number-rows-repeated="{rows}"'
    return f"<{row}><{cell}><text:p>1</text:p></{prefix}:table-cell></{prefix}:table-row>"


BILLION = "1000000000"
SHEETS = {
    "rows": (ods(repeated(rows=BILLION)), "D16"),
    "columns": (ods(repeated(columns=BILLION)), "D16"),
    "both": (ods(repeated("100000", "100000")), "D16"),
    "other prefix": (ods(repeated(rows=BILLION, prefix="t"), "t"), "D16"),
    "known prefix of another namespace": (ods(repeated(rows=BILLION), uri="urn:nothing"), "D16"),
    "cell without a type": (ods(repeated(rows=BILLION, content="")), "D16"),
    "error value": (ods(repeated(rows=BILLION).replace(">1<", ">#REF!<")), "D16"),
    "long text": (ods(repeated("1000", "100").replace(">1<", f">{'x' * 5_000}<")), "D16"),
    "no number": (ods(repeated(rows="many")), "D10"),
}


@pytest.mark.parametrize(("content", "code"), SHEETS.values(), ids=list(SHEETS))
def test_repeated_cells_are_counted_whatever_they_are_called(desk, content, code):
    start = time.monotonic()
    record = desk.land("imd_2019", content, "2019.ods")
    assert time.monotonic() - start < SECONDS
    assert (record.verdict, codes(record)) == ("refused", [code])


def wide(columns: int) -> str:
    return ",".join(f"h{n}" for n in range(columns)) + "\n" + "," * (columns - 1) + "\n"


def spoilt(bad: str) -> str:
    return text([row("crimes", 1), row("crimes", 2, Offence_Title="BAD")]).replace("BAD", bad)


TEXTS = {
    "100,000 columns": (wide(100_000), "D16"),
    "header without an end": ("x" * 300_000 + "\n", "D16"),
    "line of 17 MB": (spoilt("x" * 17_000_000), "D16"),
    "quotation mark that is never closed": (spoilt('"x'), "D10"),
    "quotation of 5 MB": (spoilt('"' + "x\n" * 2_500_000 + '"'), "D16"),
    "quotation of 5 MB that is never closed": (spoilt('"' + "x\n" * 2_500_000), "D16"),
    "UTF-32": (text(rows("crimes", 2)).encode("utf-32"), "D02"),
    "UTF-32 without a mark": (text(rows("crimes", 2)).encode("utf-32-le"), "D01"),
    "zero bytes": (b"\0" * 10_000, "D01"),
}


@pytest.mark.parametrize(("content", "code"), TEXTS.values(), ids=list(TEXTS))
def test_text_is_bounded(desk, content, code):
    record = desk.land("crimes", content)
    assert (record.verdict, record.rows_accepted) == ("refused", 0)
    assert code in codes(record)


def test_a_zero_byte_late_in_a_file_costs_its_row_at_most(desk):
    many = text(rows("crimes", 1_000)) + text([row("crimes", 1_001, Offence_Title="A\0B")]).partition("\n")[2]
    record = desk.land("crimes", many)
    assert record.rows_delivered == 1_001 and record.rows_accepted >= 1_000


@pytest.mark.slow
def test_a_cell_of_many_lines_and_more_than_can_be_read_is_named(desk):
    record = desk.land("crimes", spoilt('"' + "x\n" * 10_000_000 + '"'))
    assert record.rows_delivered == record.rows_accepted + record.rows_rejected
    assert {"D10", "D16", "R09"} & set(codes(record))


REGISTERS = {
    "anchor": ("- Intervention: &a one\n- Intervention: *a\n", "D10"),
    "merge key": ("- &a {Intervention: one}\n- <<: *a\n", "D10"),
    "tag": ("- Intervention: !!python/object/apply:os.system [ls]\n", "D10"),
    "two documents": ("- Intervention: one\n---\n- Intervention: two\n", "D10"),
    "key twice": ("- Intervention: one\n  Intervention: two\n", "D06"),
    "nested in brackets": ("[" * 100_000, "D10"),
    "nested by indentation": ("\n".join("  " * n + "-" for n in range(500)), "D10"),
    "half a character": ('- Intervention: "\\ud800"\n', "D10"),
    "no text": (b"- Intervention: \xff\xfe\n", "D10"),
    "long cell": (f"- Intervention: {'x' * 2_000_000}\n", "D16"),
}


@pytest.mark.parametrize(("content", "code"), REGISTERS.values(), ids=list(REGISTERS))
def test_a_register_in_yaml_is_strict(desk, content, code):
    record = desk.land("interventions", content, "2024-25.yaml")
    assert (record.verdict, codes(record)[:1]) == ("refused", [code])


def json_register(value: str) -> bytes:
    return f'[{{"Intervention": {value}}}]'.encode()


@pytest.mark.parametrize(
    ("written", "kept"),
    [("no", "no"), ("013", "013"), ("0o17", "0o17"), ("1_000", "1_000"), ("12:30", "12:30"), ("1e999", "1e999")],
)
def test_a_value_in_yaml_is_kept_as_it_is_written(tmp_path, written, kept):
    path = tmp_path / "2024-25.yaml"
    path.write_text(f"- Name: {written}\n")
    assert list(confined.sheet_rows(path, "yaml")) == [["Name"], [kept]]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "D10"),
        ("-Infinity", "D10"),
        ("[" * 100_000, "D10"),
        ('{"a": ' * 3_000 + "1" + "}" * 3_000, "D10"),
        ('"\\ud83d"', "D10"),
        ('1, "Intervention": 2', "D06"),
        ("1}] trailing [{", "D10"),
    ],
    ids=["NaN", "infinity", "brackets", "braces", "half a character", "key twice", "trailing"],
)
def test_a_register_in_json_is_strict(tmp_path, value, code):
    path = tmp_path / "2024-25.json"
    path.write_bytes(json_register(value))
    with pytest.raises(UnreadableError, match=code):
        list(confined.sheet_rows(path, "json"))


@pytest.mark.parametrize("number", ["9" * 10_000, "1e999", "1.10", "-0"])
def test_a_number_in_json_is_kept_as_it_is_written(tmp_path, number):
    path = tmp_path / "2024-25.json"
    path.write_bytes(json_register(number))
    assert list(confined.sheet_rows(path, "json")) == [["Intervention"], [number]]


@pytest.mark.parametrize(
    "feature",
    [
        '{"type": "Feature", "properties": {"a": NaN}, "geometry": null}',
        '{"type": "Feature", "properties": {"a": 1e999}, "geometry": null}',
        f'{{"type": "Feature", "properties": {{"a": {"9" * 10_000}}}, "geometry": null}}',
        '{"type": "Feature", "properties": {"a": "\\ud800"}, "geometry": null}',
        '{"type": "Feature", "properties": {"\\udfff": 1}, "geometry": null}',
        f'{{"type": "Feature", "properties": {{}}, "geometry": {"[" * 3_000}{"]" * 3_000}}}',
        f'{{"type": "Feature", "properties": {{"a": {"[" * 990}{"]" * 990}}}, "geometry": null}}',
        f'{{"type": "Feature", "properties": {{}}, "geometry": {{"type": "Polygon", "coordinates": {"[" * 900}{"]" * 900}}}}}',
    ],
    ids=[
        "NaN",
        "infinite",
        "digits",
        "half a character",
        "half a character in a name",
        "nested",
        "nearly too deep",
        "coordinates",
    ],
)
def test_geojson_is_strict(desk, feature):
    record = desk.land(BOUNDARIES, f'{{"type": "FeatureCollection", "features": [{feature}]}}', WARDS)
    assert record.verdict == "refused" and codes(record)[0] in ("D10", "D24", "D32")


@pytest.mark.slow
def test_parquet_that_claims_a_billion_rows_is_refused_by_its_directory(tmp_path):
    path = tmp_path / "many.parquet"
    columns = ", ".join(f"1 as c{n}" for n in range(30))
    duckdb.execute(f"copy (select {columns} from range(2_000_000)) to '{path}'")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnreadableError, match="D16"):
        next(confined.sheet_rows(path, "parquet"))


class TestConfinement:
    """What is not foreseen: the process that reads a file ends, and the next file is read by another."""

    @pytest.fixture
    def path(self, tmp_path) -> Path:
        path = tmp_path / "2024-25.json"
        path.write_bytes(json_register("1"))
        return path

    def broken(self, monkeypatch, path, code: str, name: str, said: str) -> None:
        """Put code in the place of a parser, in a process of its own."""
        started = confined.subprocess.Popen
        monkeypatch.setattr(confined, "_idle", [])
        program = (
            "import orchestration.ingest.files.parser_process as p\n"
            f"def bad(*_):\n    {code}\n    yield ['rows', []]\n"
            "p.CALLS['sheet_rows'] = bad\np.main()"
        )
        monkeypatch.setattr(
            confined.subprocess, "Popen", lambda command, **options: started([command[0], "-P", "-c", program], **options)
        )
        with pytest.raises(UnreadableError) as error:
            list(confined.sheet_rows(path, "json"))
        assert error.value.faults[0].code == name and said in error.value.faults[0].message
        monkeypatch.undo()
        assert list(confined.sheet_rows(path, "json")) == [["Intervention"], ["1"]]

    def test_a_program_that_somebody_stopped_says_nothing_of_the_file(self, monkeypatch, path):
        # A signal that the parent ignores is ignored by the program too.
        stop = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGTERM)"
        with pytest.raises(InterruptedError, match="sna refresh"):
            self.broken(monkeypatch, path, stop, "", "")

    @pytest.mark.parametrize(
        ("code", "name", "said"),
        [
            ("import os; os.abort()", "D16", "more memory"),
            ("import os; os.kill(os.getpid(), 9)", "D16", "more memory"),
            ("import os; os.kill(os.getpid(), 11)", "D10", "fails on it"),
            ("import os; os._exit(3)", "D10", "fails on it"),
            ("bytearray(4 << 30)", "D16", "more memory"),
            ("raise LookupError('a value of the file')", "D10", "LookupError"),
            ("class Panic(BaseException): pass\n    raise Panic", "D10", "Panic"),
        ],
    )
    def test_a_parser_that_fails_refuses_the_file(self, monkeypatch, path, code, name, said):
        self.broken(monkeypatch, path, code, name, said)

    def test_a_parser_that_computes_for_ever_is_ended(self, monkeypatch, path):
        monkeypatch.setattr(confined, "SECONDS", 0)
        self.broken(monkeypatch, path, "\n    while True: pass", "D16", "seconds")

    @pytest.mark.slow
    def test_a_parser_that_waits_for_ever_is_ended(self, monkeypatch, path):
        monkeypatch.setattr(confined, "SECONDS", 1)
        self.broken(monkeypatch, path, "import time; time.sleep(60)", "D16", "more than 1 seconds")

    def test_it_has_no_secret(self, monkeypatch, path):
        monkeypatch.setenv("SNA_VAULT_KEY", "a secret of this test")
        self.broken(
            monkeypatch, path, "import os; raise LookupError if 'SNA_VAULT_KEY' in os.environ else KeyError", "D10", "KeyError"
        )

    def test_one_process_reads_many_files(self, monkeypatch, path):
        monkeypatch.setattr(confined, "_idle", [])
        for _ in range(3):
            list(confined.sheet_rows(path, "json"))
            assert len(confined._idle) == 1
        first = confined._idle[0]
        list(confined.sheet_rows(path, "json"))
        assert confined._idle == [first]
        first.end()

    def test_reading_that_is_not_finished_ends_the_process(self, monkeypatch, path):
        monkeypatch.setattr(confined, "_idle", [])
        rows = confined.sheet_rows(path, "json")
        next(rows)
        rows.close()
        assert confined._idle == []


def test_what_fails_in_no_foreseen_way_keeps_no_good_file_from_landing(desk, monkeypatch):
    """Both while a file is opened, and while it is read together with others."""
    from orchestration.ingest.load import loader
    from orchestration.ingest.load.batch import Batch

    opened, read = open_source, Batch._find_labels

    def open_badly(path, contract, copy):
        if b"SECOND" in path.read_bytes():
            raise IndexError("not foreseen")
        return opened(path, contract, copy)

    def read_badly(self):
        if any("THIRD" in item.source.path.read_text() for item in self.items):
            raise ArithmeticError("not foreseen")
        read(self)

    monkeypatch.setattr(loader, "open_source", open_badly)
    monkeypatch.setattr(Batch, "_find_labels", read_badly)
    for month, title in (("07", "FIRST"), ("08", "SECOND"), ("09", "THIRD"), ("10", "FOURTH")):
        day = f"03/{month}/2023 10:15"
        made = row("crimes", int(month), Offence_Title=title, Recorded_Date_Time=day, Committed_From=day)
        desk.put("crimes", text([made]), f"2023-{month}.csv")
    records = desk.load("crimes")
    assert [(record.period, record.verdict) for record in records] == [
        ("2023-07", "accepted"),
        ("2023-08", "refused"),
        ("2023-09", "refused"),
        ("2023-10", "accepted"),
    ]
    assert [codes(record)[0] for record in records if record.verdict == "refused"] == ["D10", "D10"]


def test_limits_leave_room_for_a_year_of_a_county():
    columns = len(GOOD["crimes"])
    assert 100_000 * columns * 2 < workbook_scan.MAX_CELLS and 100_000 * columns < parser_process.MAX_FILLED
