"""Workbooks hold nothing but a table: hiding places are searched and refused by their place; what a plain save writes passes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from orchestration.ingest.legal_gate import parts
from synthetic.feeds.ods import write_ods

SECRET = "Pt Zorvik Tallen NHS 943 476 5919"


def xlsx(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["Measure", "Number"], book.add_format({"bold": True}))
        sheet.write_row(1, 0, ["Referrals", 12])
        sheet.write_formula(2, 1, "=SUM(B2:B2)", None, 12)
        sheet.set_column(0, 0, 24)
        sheet.freeze_panes(1, 0)
    return path


def changed(path: Path, part: str, old: str = "", new: str = "", add: str = "") -> Path:
    """The workbook with one text in a part replaced, or another part added."""
    made = path.with_name(f"changed{path.suffix}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part and old:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode(), 1)
            target.writestr(name, data)
        if add:
            target.writestr(part, add)
    return made


def nested() -> str:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{SECRET}</t></si></sst>")
    return file.getvalue().decode("latin-1")


SHEET = "xl/worksheets/sheet1.xml"
ADDED = {
    "embedded file": ("xl/embeddings/oleObject1.bin", SECRET),
    "custom properties": ("docProps/custom.xml", f"<p><v>{SECRET}</v></p>"),
    "custom XML": ("customXml/item1.xml", f"<p>{SECRET}</p>"),
    "sheet without a name": ("xl/worksheets/sheet9.xml", f"<w><t>{SECRET}</t></w>"),
    "legacy comments": ("xl/drawings/vmlDrawing1.vml", f"<x><div>{SECRET}</div></x>"),
    "diagram": ("xl/diagrams/data1.xml", f"<d><t>{SECRET}</t></d>"),
    "slicer": ("xl/slicers/slicer1.xml", f'<s caption="{SECRET}"/>'),
    "pivot items": ("xl/pivotTables/pivotTable1.xml", f'<i n="{SECRET}"/>'),
    "revision log": ("xl/revisions/revisionLog1.xml", f"<r><nc><t>{SECRET}</t></nc></r>"),
    "query": ("xl/connections.xml", f'<c description="{SECRET}"/>'),
    "part of the root": ("note.txt", SECRET),
}
CHANGED = {
    "validation list": (
        SHEET,
        "</sheetData>",
        f'</sheetData><dataValidations><dataValidation><formula1>"{SECRET}"</formula1></dataValidation></dataValidations>',
    ),
    "prompt": (SHEET, "</sheetData>", f'</sheetData><dataValidations><dataValidation prompt="{SECRET}"/></dataValidations>'),
    "conditional format": (
        SHEET,
        "</sheetData>",
        f"</sheetData><conditionalFormatting><cfRule><formula>{SECRET}</formula></cfRule></conditionalFormatting>",
    ),
    "link": (SHEET, "</sheetData>", f'</sheetData><hyperlinks><hyperlink tooltip="{SECRET}"/></hyperlinks>'),
    "scenario": (SHEET, "</sheetData>", f'</sheetData><scenarios><scenario comment="{SECRET}"/></scenarios>'),
    "filter": (
        SHEET,
        "</sheetData>",
        f'</sheetData><autoFilter ref="A1"><filterColumn><filters><filter val="{SECRET}"/></filters></filterColumn></autoFilter>',
    ),
    "attribute": (SHEET, "<sheetData>", f'<sheetData note="{SECRET}">'),
    "comment of the XML": (SHEET, "<sheetData>", f"<!-- {SECRET} --><sheetData>"),
    "text between rows": (SHEET, "</row>", f"</row>{SECRET}"),
    "extension": (SHEET, "</sheetData>", f"</sheetData><extLst><ext><x>{SECRET}</x></ext></extLst>"),
    "orphan": ("xl/sharedStrings.xml", "</sst>", f"<si><t>{SECRET}</t></si></sst>"),
    "title": ("docProps/core.xml", "</cp:coreProperties>", f"<dc:title>{SECRET}</dc:title></cp:coreProperties>"),
    "manager": ("docProps/app.xml", "</Properties>", f"<Manager>{SECRET}</Manager></Properties>"),
}
SEARCHED = {
    "author": ("docProps/core.xml", "<dc:creator>", f"<dc:creator>{SECRET}"),
    "defined name": (
        "xl/workbook.xml",
        "</sheets>",
        f'</sheets><definedNames><definedName name="a">"{SECRET}"</definedName></definedNames>',
    ),
    "number format": (
        "xl/styles.xml",
        "<fonts",
        f'<numFmts><numFmt numFmtId="164" formatCode="&quot;{SECRET}&quot;0"/></numFmts><fonts',
    ),
    "formula": (SHEET, "SUM(B2:B2)", f'IF(1,1,"{SECRET}")'),
    "name of a theme": ("xl/theme/theme1.xml", 'name="Office Theme"', f'name="{SECRET}"'),
    "page header": (SHEET, "</worksheet>", f"<headerFooter><oddHeader>{SECRET}</oddHeader></headerFooter></worksheet>"),
}


def searched(contents: parts.Contents) -> str:
    return "\n".join(text.text for text in contents.texts)


@pytest.mark.parametrize("hidden", ADDED.values(), ids=ADDED)
def test_a_part_off_the_list_is_strange_and_searched(tmp_path, hidden):
    name, text = hidden
    contents = parts.examine(changed(xlsx(tmp_path / "a.xlsx"), name, add=text))
    assert len(contents.strange) == 1 and "Tallen" not in contents.strange[0]
    assert SECRET in searched(contents)


@pytest.mark.parametrize("hidden", CHANGED.values(), ids=CHANGED)
def test_an_element_off_the_list_is_strange_and_searched(tmp_path, hidden):
    contents = parts.examine(changed(xlsx(tmp_path / "a.xlsx"), *hidden))
    assert contents.strange and "Tallen" not in str(contents.strange)
    assert SECRET in searched(contents)


@pytest.mark.parametrize("hidden", SEARCHED.values(), ids=SEARCHED)
def test_texts_that_a_save_may_write_are_searched(tmp_path, hidden):
    assert SECRET in searched(parts.examine(changed(xlsx(tmp_path / "a.xlsx"), *hidden)))


def test_a_workbook_within_the_workbook_is_opened(tmp_path):
    made = tmp_path / "b.xlsx"
    xlsx(made)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/embeddings/book1.xlsx", nested().encode("latin-1"))
    contents = parts.examine(made)
    assert SECRET in searched(contents) and len(contents.strange) == 1


def test_the_archive_itself_hides_nothing(tmp_path):
    made = xlsx(tmp_path / "a.xlsx")
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = SECRET.encode()
    assert parts.examine(made).strange == ("the archive's comments",)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as archive:
        archive.comment = b""
        archive.writestr("xl/styles.xml", "<styleSheet/>")
    assert "a second xl/styles.xml" in parts.examine(made).strange


def test_names_of_people_are_in_no_name_of_a_part(tmp_path):
    made = changed(xlsx(tmp_path / "a.xlsx"), "xl/embeddings/Zorvik Tallen.xlsx", add="x")
    contents = parts.examine(made)
    assert contents.strange == ("a part in xl/embeddings",)
    assert "Zorvik Tallen" in searched(contents)


ODS = {
    "tracked changes": (
        "<office:spreadsheet>",
        f"<office:spreadsheet><table:tracked-changes><text:p>{SECRET}</text:p></table:tracked-changes>",
    ),
    "shape": ("</table:table>", f"<table:shapes><text:p>{SECRET}</text:p></table:shapes></table:table>"),
    "comment": ("<text:p>", f"<office:annotation><text:p>{SECRET}</text:p></office:annotation><text:p>"),
    "help of a validation": (
        "<office:spreadsheet>",
        f"<office:spreadsheet><table:content-validations><text:p>{SECRET}</text:p></table:content-validations>",
    ),
    "named expression": (
        "</office:spreadsheet>",
        f'<table:named-expressions><table:named-expression table:name="{SECRET}"/></table:named-expressions>'
        "</office:spreadsheet>",
    ),
    "attribute": ("<office:spreadsheet>", f'<office:spreadsheet table:note="{SECRET}">'),
}


@pytest.mark.parametrize("hidden", ODS.values(), ids=ODS)
def test_an_opendocument_workbook_hides_nothing(tmp_path, hidden):
    made = tmp_path / "a.ods"
    write_ods(made, [("Summary", [["Measure", "2023-24"], ["Referrals", 12]])])
    assert parts.examine(made).strange == ()
    contents = parts.examine(changed(made, "content.xml", *hidden))
    assert contents.strange and "Tallen" not in str(contents.strange)
    assert SECRET in searched(contents)


def test_what_a_plain_save_writes_passes(tmp_path):
    frame = pd.DataFrame({"Measure": ["Referrals"], "Number": [12]})
    frame.to_excel(tmp_path / "pandas.xlsx", index=False)
    frame.to_excel(tmp_path / "odfpy.ods", index=False, engine="odf")
    for path in (xlsx(tmp_path / "a.xlsx"), tmp_path / "pandas.xlsx", tmp_path / "odfpy.ods"):
        assert parts.examine(path).strange == ()


EXCEL = {
    "xl/workbook.xml": (
        "<workbookPr ",
        '<x:AlternateContent xmlns:x="m"><x:Choice Requires="x15"><x:absPath '
        'url="C:\\Users\\Zorvik Tallen\\Documents\\"/></x:Choice>'
        '</x:AlternateContent><workbookPr codeName="ThisWorkbook" ',
    ),
    SHEET: ("<sheetPr", '<sheetPr codeName="Sheet1"'),
    "docProps/core.xml": ("<dc:creator>", "<dc:creator>Zorvik Tallen"),
}


def test_the_people_whose_computers_saved_it_are_not_sought(tmp_path):
    made = xlsx(tmp_path / "a.xlsx")
    for part in ("xl/workbook.xml", "docProps/core.xml"):
        made = changed(made, part, *EXCEL[part]).rename(tmp_path / f"{part[:2]}.xlsx")
    contents = parts.examine(made)
    assert contents.strange == ()
    assert [text.kind for text in contents.texts if re.search("Tallen", text.text)] == ["author"]
