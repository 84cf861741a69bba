"""Workbooks that cannot or must not be opened: each has one clear outcome."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from orchestration.ingest.files import archives, workbook
from orchestration.ingest.load.loader import load, plan
from orchestration.ingest.rules import UnreadableError
from tests.unit.orchestration.ingest.conftest import CONTRACTS, GOOD, KEY, NOW, codes, parquet

HEADER = list(GOOD["crimes"])
VALUES = list(GOOD["crimes"].values())


def crimes(formula: str = "", value: object = None) -> bytes:
    """A workbook with a good row, and a formula in the place of its easting."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("Crimes")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, VALUES)
        if formula:
            page.write_formula(1, HEADER.index("Easting"), formula, None, value)
    return file.getvalue()


def changed(content: bytes, name: str, change) -> bytes:
    """A workbook with one part of its archive changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return file.getvalue()


def refused(desk, content: bytes, code: str, name: str = "2023-07.xlsx"):
    record = desk.land("crimes", content, name)
    assert (record.verdict, codes(record), record.rows_accepted) == ("refused", [code], 0)
    return record.faults[0]


class TestFormulas:
    @pytest.mark.parametrize("value", ["", 0])
    def test_d14_formulas_that_were_never_calculated(self, desk, value):
        """Some programs leave the value out, others write a zero and ask for calculation."""
        fault = refused(desk, crimes("=400000+35000", value), "D14")
        assert (fault.rows, fault.first_rows, fault.sheet) == (1, (2,), "Crimes")
        assert "let it calculate" in fault.remedy

    def test_a_calculated_formula_is_its_value(self, desk):
        record = desk.land("crimes", crimes("=400000+35000", 435000), "2023-07.xlsx")
        assert parquet(record.accepted)[0]["easting"] == 435000

    def test_a_calculated_zero_is_a_zero(self, desk):
        calculated = changed(crimes("=1-1", 0), "xl/workbook.xml", lambda xml: xml.replace(b' fullCalcOnLoad="1"', b""))
        record = desk.land("crimes", calculated, "2023-07.xlsx")
        assert codes(record) == ["R10"]  # read as 0, which is no easting of the county

    def test_d14_in_an_opendocument_workbook(self, desk):
        book = OpenDocumentSpreadsheet()
        page = Table(name="IMD2019")
        header = [column.header for column in CONTRACTS["imd_2019"].columns]
        for line in (header, ["E01000001", "City of London 001A", "E09000001", "City of London", "29199", "=formula"]):
            row = TableRow()
            for text in line:
                cell = TableCell(formula="of:=1+8") if text == "=formula" else TableCell(valuetype="string")
                cell.addElement(P(text="" if text == "=formula" else text))
                row.addElement(cell)
            page.addElement(row)
        book.spreadsheet.addElement(page)
        file = io.BytesIO()
        book.write(file)
        record = desk.land("imd_2019", file.getvalue(), "2019.ods")
        assert [(fault.code, fault.first_rows) for fault in record.faults] == [("D14", (2,))]


class TestProtection:
    def test_d15_an_encrypted_office_file(self, desk):
        """Encrypted workbooks are OLE containers: this is the head of one, with its directory."""
        sector = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
        fault = refused(desk, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + sector + bytes(448), "D15")
        assert "without a password" in fault.remedy

    def test_an_old_office_file_is_another_type(self, desk):
        refused(desk, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "D01")

    def test_d15_an_encrypted_opendocument_workbook(self, desk):
        manifest = (
            b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
        )
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", bytes(range(256)))
            archive.writestr("META-INF/manifest.xml", manifest)
        record = desk.land("imd_2019", file.getvalue(), "2019.ods")
        assert codes(record) == ["D15"]

    def test_d15_an_archive_with_encrypted_parts(self, desk):
        content = bytearray(crimes())
        for at in range(len(content) - 4):
            if content[at : at + 4] == b"PK\x01\x02":
                content[at + 8] |= 1
        refused(desk, bytes(content), "D15")


def bomb(megabytes: int) -> bytes:
    """A workbook whose sheet inflates to so many megabytes of spaces, deflated without ever holding them."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(crimes())) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for part in old.namelist():
            with new.open(part, "w") as target:
                target.write(old.read(part))
                if part.endswith("sheet1.xml"):
                    for _ in range(megabytes):
                        target.write(b" " * 1_000_000)
    return file.getvalue()


class TestSize:
    def test_d16_a_bomb_of_200_megabytes_is_refused_before_it_is_inflated(self, desk, tmp_path, monkeypatch):
        content = bomb(200)
        assert len(content) < 1_000_000
        assert "would become 200 MB" in refused(desk, content, "D16").message

        def inflated(*_):
            raise AssertionError("a part of the archive was read")

        # The directory alone decides.
        monkeypatch.setattr(archives, "inflated", inflated)
        (tmp_path / "bomb.xlsx").write_bytes(content)
        with pytest.raises(UnreadableError, match="D16"):
            workbook.checked(tmp_path / "bomb.xlsx")

    def test_d10_a_directory_with_a_wrong_size(self, desk):
        content = bytearray(bomb(60))
        at = next(
            at for at in range(len(content)) if content[at : at + 4] == b"PK\x01\x02" and b"sheet1.xml" in content[at : at + 80]
        )
        content[at + 24 : at + 28] = struct.pack("<I", 4000)
        refused(desk, bytes(content), "D10")

    def test_d16_a_large_archive_without_a_suspicious_ratio(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archives, "MAX_INFLATED_BYTES", 5_000)
        (tmp_path / "large.xlsx").write_bytes(crimes())
        with pytest.raises(UnreadableError, match="D16"):
            workbook.checked(tmp_path / "large.xlsx")

    def test_d16_a_cell_at_the_end_of_the_sheet(self, desk):
        """A grid of a million rows and sixteen thousand columns for one stray cell."""
        stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        content = changed(crimes(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", stray))
        assert "1,048,576 rows and 16,384 columns" in refused(desk, content, "D16").message

    def test_d16_a_repeated_cell_of_an_opendocument_workbook(self, desk):
        book = OpenDocumentSpreadsheet()
        page = Table(name="IMD2019")
        row = TableRow(numberrowsrepeated="1048576")
        row.addElement(TableCell(valuetype="float", value="1", numbercolumnsrepeated="16384"))
        page.addElement(row)
        book.spreadsheet.addElement(page)
        file = io.BytesIO()
        book.write(file)
        assert codes(desk.land("imd_2019", file.getvalue(), "2019.ods")) == ["D16"]

    def test_real_workbooks_are_far_from_the_limits(self):
        """A year of a county's crimes as a workbook; cells of one text shrink more than any return's."""
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            page = book.add_worksheet("Crimes")
            for number in range(3_000):
                page.write_row(number, 0, VALUES)
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
        assert max(part.file_size / part.compress_size for part in parts) < archives.MAX_RATIO / 2
        assert sum(part.file_size for part in parts) * 30 < archives.MAX_INFLATED_BYTES


class TestDamage:
    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
    def test_d10_a_workbook_that_was_cut_off(self, desk, share):
        content = crimes()
        record = desk.land("crimes", content[: int(len(content) * share)], "2023-07.xlsx")
        assert (record.verdict, codes(record)) in (("refused", ["D10"]), ("refused", ["D01"]))

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
    def test_d10_parts_that_are_no_xml(self, desk, part):
        refused(desk, changed(crimes(), part, lambda xml: xml[: len(xml) // 2]), "D10")

    def test_d10_a_flipped_byte(self, desk):
        content = bytearray(crimes())
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            info = archive.getinfo("xl/worksheets/sheet1.xml")
        content[info.header_offset + 60 + info.compress_size // 2] ^= 0xFF
        refused(desk, bytes(content), "D10")
        assert zlib.crc32(content) != zlib.crc32(crimes())

    def test_macros_are_not_run_and_do_no_harm(self, desk):
        file = io.BytesIO(crimes())
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"anything")
        assert desk.land("crimes", file.getvalue(), "2023-07.xlsx").rows_accepted == 1


def test_hidden_sheets_of_an_opendocument_workbook(desk):
    """LibreOffice hides a sheet by a style."""
    from odf.style import Style, TableProperties

    book = OpenDocumentSpreadsheet()
    hidden = Style(name="hidden", family="table")
    hidden.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(hidden)
    header = [column.header for column in CONTRACTS["imd_2019"].columns]
    for name, style in (("2018", "hidden"), ("2019", None)):
        page = Table(name=name, **({"stylename": style} if style else {}))
        for line in (header, ["E01000001", "City of London 001A", "E09000001", "City of London", "29199", name[-1]]):
            row = TableRow()
            for text in line:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=text))
                row.addElement(cell)
            page.addElement(row)
        book.spreadsheet.addElement(page)
    file = io.BytesIO()
    book.write(file)
    for sheet, expected in (("2018", ["D12"]), ("2019", ["I11"])):
        contract = replace(CONTRACTS["imd_2019"], sheet=sheet)
        desk.put("imd_2019", file.getvalue(), "2019.ods")
        (record,) = load(plan(desk.raw, desk.landing, contract, KEY), contract, desk.landing, KEY, now=NOW)
        assert [code for code in codes(record) if code != "I07"] == expected
