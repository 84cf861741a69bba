"""Workbooks that are damaged, malicious or only odd."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping

from tests.corpus import valid
from tests.corpus.case import NOT_WHOLE, REFUSED, Case, Outcome, content
from tests.corpus.valid import (
    AMBULANCE,
    SOCIAL_CARE_CITY,
    SOCIAL_CARE_COUNTY,
    county_return,
    ods,
    packed,
    parts,
    xlsx,
)

Parts = dict[str, bytes]
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
OK: tuple[Outcome, ...] = ("accepted", "refused")


def cases() -> Iterator[Case]:
    for feed, name, base in (
        (AMBULANCE.feed, "2023-07", lambda: xlsx(valid.calls())),
        (SOCIAL_CARE_COUNTY, "2023-24", lambda: xlsx(county_return())),
        (SOCIAL_CARE_CITY, "2023-24", lambda: xlsx(valid.city_return())),
    ):
        for what, (damage, right) in _XLSX.items():
            make = content(lambda base=base, damage=damage: damage(base()))
            yield Case("XLSX", f"{what}, {feed}", feed, f"{name}.xlsx", make, right, cheap=what not in _COSTLY)
    for what, (made, right) in _ODS.items():
        yield Case("ODS", what, SOCIAL_CARE_COUNTY, "2023-24.ods", content(made), right, cheap=what not in _COSTLY)


def edited(part: str, old: str, new: str) -> Callable[[bytes], bytes]:
    """The workbook with a text of one of its parts replaced."""

    def damage(book: bytes) -> bytes:
        files = parts(book)
        text = files[part].decode()
        assert old in text, f"{old} is not in {part}"
        return packed({**files, part: text.replace(old, new, 1)})

    return damage


def with_rows(xml: str) -> Callable[[bytes], bytes]:
    """The workbook with further rows in its first sheet."""
    return edited(SHEET, "</sheetData>", f"{xml}</sheetData>")


def _far(cell: str) -> Callable[[bytes], bytes]:
    return with_rows(f"<row><c {cell}><v>1</v></c></row>")


def _without(part: str) -> Callable[[bytes], bytes]:
    return lambda book: packed({name: data for name, data in parts(book).items() if name != part})


def with_part(part: str, data: bytes | str) -> Callable[[bytes], bytes]:
    return lambda book: packed({**parts(book), part: data})


def _ole(stream: str) -> bytes:
    """A compound file, the container of a workbook with a password and of XLS, with the name of a stream in it."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    return head + bytes(478) + stream.encode("utf-16-le") + bytes(4096)


def _bomb(part: str, megabytes: int) -> Callable[[bytes], bytes]:
    def damage(book: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in parts(book).items():
                if name != part:
                    archive.writestr(name, data)
            with archive.open(part, "w", force_zip64=True) as stream:
                block = b"<row><c><v>1</v></c></row>" * 40_000
                for _ in range(megabytes):
                    stream.write(block)
        return made.getvalue()

    return damage


def _entries(count: int) -> Callable[[bytes], bytes]:
    return lambda book: packed({**parts(book), **{f"xl/media/{n}.bin": b"" for n in range(count)}})


def _wrong_sizes(book: bytes) -> bytes:
    """Sizes in the directory that are not those of the files."""
    data = bytearray(book)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 24 : place + 28] = struct.pack("<I", 10)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REFERENCE = "&{};"
_DTD = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">{}]>'
_LAUGHS = _DTD.format("".join(f'<!ENTITY {chr(98 + n)} "{_REFERENCE.format(chr(97 + n)) * 10}">' for n in range(2, 9)))
_FOREIGN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _declared(document_type: str, entity: str) -> Callable[[bytes], bytes]:
    def damage(book: bytes) -> bytes:
        files = parts(book)
        text = files[SHEET].decode()
        head, _, rest = text.partition("?>")
        rest = rest.replace("</sheetData>", f'<row><c t="inlineStr"><is><t>{entity}</t></is></c></row></sheetData>')
        return packed({**files, SHEET: f"{head}?>{document_type}{rest}"})

    return damage


_XLSX: dict[str, tuple[Callable[[bytes], bytes], tuple[Outcome, ...]]] = {
    **{
        f"far cell, {name}": (_far(cell), REFUSED)
        for name, cell in {
            "double quotation marks": 'r="XFD1048576"',
            "single quotation marks": "r='XFD1048576'",
            "a blank before the equals sign": 'r ="XFD1048576"',
            "blanks around it": 'r = "XFD1048576"',
            "a line break in it": 'r\n=\n"XFD1048576"',
            "small letters": 'r="xfd1048576"',
            "behind other attributes": 's="0" t="n" r="XFD1048576"',
            "dollar signs": 'r="$XFD$1048576"',
            "a reference to a character": 'r="&#88;FD1048576"',
            "a column past the last": 'r="ZZZZ9"',
            "a row past the last": 'r="A99999999"',
            "a number that overflows": 'r="A99999999999999999999"',
            "a column that overflows": 'r="ZZZZZZZZZZZZZZZZZZ1"',
            "nought": 'r="A0"',
            "no row": 'r="XFD"',
            "no column": 'r="1048576"',
        }.items()
    },
    "far row": (with_rows('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), REFUSED),
    "far row in single quotation marks": (with_rows("<row r='4294967295'><c r='A4294967295'><v>1</v></c></row>"), REFUSED),
    "far cell with a prefix": (
        with_rows(f'<x:row xmlns:x="{_MAIN}"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'),
        OK,
    ),
    "dimension of all cells": (edited(SHEET, "<dimension ref=", '<dimension ref="A1:XFD1048576" x='), OK),
    "no dimension": (edited(SHEET, "<dimension ", "<nothing "), OK),
    "dimension that is none": (edited(SHEET, "<dimension ref=", '<dimension ref="??" x='), OK),
    "truncated": (lambda book: book[: len(book) * 6 // 10], REFUSED),
    "last bytes missing": (lambda book: book[:-10], REFUSED),
    "first bytes missing": (lambda book: book[10:], ("refused", "accepted")),
    "one byte flipped within": (lambda book: book[:200] + bytes([book[200] ^ 255]) + book[201:], ("refused", "accepted")),
    "empty archive": (lambda book: packed({}), REFUSED),
    "archive of something else": (lambda book: packed({"word/document.xml": "<x/>"}), REFUSED),
    "no workbook": (_without(BOOK), REFUSED),
    "no sheet": (_without(SHEET), REFUSED),
    "no list of types": (_without("[Content_Types].xml"), OK),
    "no relations": (_without("xl/_rels/workbook.xml.rels"), REFUSED),
    "no shared strings": (_without("xl/sharedStrings.xml"), REFUSED),
    "sheet is empty": (with_part(SHEET, b""), REFUSED),
    "sheet is no XML": (with_part(SHEET, b"\x00\x01\x02 not XML"), REFUSED),
    "sheet is cut off": (lambda book: with_part(SHEET, parts(book)[SHEET][:900])(book), REFUSED),
    "tags in the wrong order": (edited(SHEET, "</sheetData>", "</row></sheetData></c>"), REFUSED),
    "shared string that is not there": (edited(SHEET, "<v>0</v>", "<v>99999</v>"), REFUSED),
    "shared string below nought": (edited(SHEET, "<v>0</v>", "<v>-1</v>"), REFUSED),
    "password, new form": (lambda book: _ole("EncryptedPackage"), REFUSED),
    "old XLS": (lambda book: _ole("Workbook"), REFUSED),
    "damaged compound file": (lambda book: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), REFUSED),
    "XLSB": (lambda book: packed({"xl/workbook.bin": b"\x83\x01\x00", "[Content_Types].xml": "<Types/>"}), REFUSED),
    "macro": (with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), OK),
    "entities that grow": (_declared(_LAUGHS, "&j;"), REFUSED),
    "entity from a file": (_declared(_FOREIGN, "&a;"), REFUSED),
    "document type from elsewhere": (_declared('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "x"), REFUSED),
    "nested ten thousand deep": (with_rows("<row>" + "<c>" * 10_000 + "</c>" * 10_000 + "</row>"), REFUSED),
    "bomb in the sheet": (_bomb(SHEET, 600), REFUSED),
    "bomb in the shared strings": (_bomb("xl/sharedStrings.xml", 600), REFUSED),
    "bomb in a picture": (_bomb("xl/media/image1.png", 600), OK),
    "bomb in the properties": (_bomb("docProps/custom.xml", 300), REFUSED),
    "fifty thousand files": (_entries(50_000), OK),
    "sizes that are not so": (_wrong_sizes, ("refused", "accepted")),
    "a name that leaves the archive": (with_part("../../../../tmp/corpus-escaped.txt", b"x"), OK),
    "an absolute name": (with_part("/tmp/corpus-escaped.txt", b"x"), OK),
    "the sheet twice": (lambda book: _twice(book), OK),
    "a cell of forty megabytes": (with_rows(f'<row><c t="inlineStr"><is><t>{"x" * 40_000_000}</t></is></c></row>'), NOT_WHOLE),
    "a million empty rows": (with_rows("<row/>" * 1_000_000), OK),
    "three hundred thousand cells in a row": (with_rows("<row>" + "<c><v>1</v></c>" * 300_000 + "</row>"), REFUSED),
    "hidden sheet alone": (edited(BOOK, "<sheet ", '<sheet state="hidden" '), ("refused", "accepted")),
    "renamed sheet": (edited(BOOK, '<sheet name="', '<sheet name="x'), ("refused", "accepted")),
    "formula that was never calculated": (with_rows('<row><c r="A45"><f>1+1</f></c></row>'), NOT_WHOLE),
    "error value": (edited(SHEET, "<v>0</v>", '<v>0</v></c><c t="e"><v>#REF!</v>'), ("refused", "rows rejected", "accepted")),
    "CSV named XLSX": (lambda book: b"a,b\n1,2\n", REFUSED),
    "JPEG named XLSX": (lambda book: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), REFUSED),
    "no bytes": (lambda book: b"", REFUSED),
}


def _twice(book: bytes) -> bytes:
    made = io.BytesIO(book)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(SHEET, parts(book)[SHEET].replace(b"<sheetData>", b"<sheetData><row/>"))
    return made.getvalue()


def _ods_with(inside: str) -> Callable[[], bytes]:
    return lambda: ods(county_return(), inside=inside)


def _ods_edited(edit: Callable[[Parts], Mapping[str, bytes | str]]) -> Callable[[], bytes]:
    return lambda: packed(edit(parts(ods(county_return()))))


def _content(files: Parts, old: str, new: str) -> dict[str, bytes | str]:
    text = files["content.xml"].decode()
    assert old in text
    return {**files, "content.xml": text.replace(old, new, 1)}


def _repeated(rows: str = "", cells: str = "") -> Callable[[], bytes]:
    """A row with a cell, with these attributes."""
    cell = f'<table:table-cell {cells} office:value-type="float" office:value="1"/>'
    return _ods_with(inside=f"<table:table-row {rows}>{cell}</table:table-row>")


def _locked(files: Parts) -> dict[str, bytes | str]:
    entry = b'<manifest:file-entry manifest:full-path="x"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
    manifest = files["META-INF/manifest.xml"].replace(b"</manifest:manifest>", entry)
    return {**files, "META-INF/manifest.xml": manifest, "content.xml": bytes(range(256)) * 4}


_LAST_CELLS = '<table:table-cell table:number-columns-repeated="16384"/>'
_LAST_ROWS = f'<table:table-row table:number-rows-repeated="1048500">{_LAST_CELLS}</table:table-row>'
_GROUPS = "<table:table-row-group>" * 10_000 + "</table:table-row-group>" * 10_000
_ROOT = "<office:document-content"
_ODS: dict[str, tuple[Callable[[], bytes], tuple[Outcome, ...]]] = {
    "row repeated a billion times": (_repeated('table:number-rows-repeated="1000000000"'), REFUSED),
    "row repeated in single quotation marks": (_repeated("table:number-rows-repeated='1000000000'"), REFUSED),
    "cell repeated a billion times": (_repeated("", 'table:number-columns-repeated="1000000000"'), REFUSED),
    "cell repeated in single quotation marks": (_repeated("", "table:number-columns-repeated = '1000000000'"), REFUSED),
    "rows and cells repeated": (
        _repeated('table:number-rows-repeated="60000"', 'table:number-columns-repeated="16000"'),
        REFUSED,
    ),
    "repeated below nought": (_repeated('table:number-rows-repeated="-5"'), OK),
    "repeated without a number": (_repeated('table:number-rows-repeated="many"'), OK),
    "repeated an overflowing number of times": (_repeated('table:number-rows-repeated="99999999999999999999999"'), REFUSED),
    "empty rows repeated to the last": (_ods_with(inside=_LAST_ROWS), OK),
    "truncated": (lambda: ods(county_return())[:900], REFUSED),
    "no content": (_ods_edited(lambda files: {name: data for name, data in files.items() if name != "content.xml"}), REFUSED),
    "content is no XML": (_ods_edited(lambda files: {**files, "content.xml": b"not XML"}), REFUSED),
    "content is cut off": (_ods_edited(lambda files: {**files, "content.xml": files["content.xml"][:1500]}), REFUSED),
    "no kind": (_ods_edited(lambda files: {name: data for name, data in files.items() if name != "mimetype"}), OK),
    "kind of a text": (_ods_edited(lambda files: {**files, "mimetype": b"application/vnd.oasis.opendocument.text"}), REFUSED),
    "password": (_ods_edited(_locked), REFUSED),
    "entities that grow": (_ods_edited(lambda files: _content(files, _ROOT, _LAUGHS + _ROOT)), REFUSED),
    "entity from a file": (_ods_edited(lambda files: _content(files, _ROOT, _FOREIGN + _ROOT)), REFUSED),
    "nested ten thousand deep": (_ods_with(inside=_GROUPS), OK),
    "bomb": (lambda: _bomb("content.xml", 600)(ods(county_return())), REFUSED),
    "macro": (lambda: ods(county_return(), files={"Basic/Standard/Module1.xml": "<x/>"}), OK),
}
_COSTLY = {
    *(
        "bomb in the sheet",
        "bomb in the shared strings",
        "bomb in a picture",
        "bomb in the properties",
        "bomb",
        "fifty thousand files",
    ),
    *("a cell of forty megabytes", "a million empty rows", "three hundred thousand cells in a row"),
}
