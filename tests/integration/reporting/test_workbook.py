"""The workbook against the Analysis Function's checklist, and against the release."""

import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from reporting import figures, workbook


@pytest.fixture(scope="module")
def path(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbook")
    names = workbook.write(made.release, made.spec, made.pages, folder)
    assert names[0][0] == workbook.FILE
    return folder / workbook.FILE


@pytest.fixture(scope="module")
def sheets(path):
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def part(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def test_cover_contents_and_notes_come_first(sheets):
    assert list(sheets)[:3] == ["Cover", "Contents", "Notes"]
    assert {"T01", "T03", "T74", "Derby"} <= set(sheets)


def test_every_sheet_has_one_table_and_no_merged_cell(path, sheets):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        tables = [name for name in names if name.startswith("xl/tables/")]
        assert len(tables) == len(sheets) - 1  # all but the cover
        assert not any(b"mergeCell" in archive.read(name) for name in names if name.startswith("xl/worksheets/sheet"))


def test_contents_links_to_every_sheet(path, sheets):
    linked = set(re.findall(r"location=\"(?:&apos;|')?([^!'&\"]+)", part(path, "xl/worksheets/sheet2.xml")))
    assert linked >= set(sheets) - {"Cover", "Contents", "Notes"}


def test_every_sheet_says_release_area_audience_and_mark(made, sheets):
    cover = "\n".join(str(cell) for row in sheets["Cover"] for cell in row)
    for mark in (
        made.release.handling,
        made.release.banner,
        made.release.id,
        made.spec.area,
        "For: analysts",
        "[x]",
        "[c]",
        "[z]",
        "[low]",
    ):
        assert mark in cover
    for name in set(sheets) - {"Cover", "Contents", "Notes"}:
        head = "\n".join(str(row[0]) for row in sheets[name][:8])
        assert made.release.id in head and made.spec.area in head and "For: analysts" in head, name


def test_every_note_is_referenced_and_explained(sheets):
    explained = {f"note {row[0]:.0f}" for row in sheets["Notes"] if isinstance(row[0], float) and row[1]}
    titles = " ".join(str(rows[0][0]) for name, rows in sheets.items() if name not in ("Cover", "Contents", "Notes"))
    used = set(re.findall(r"note \d+", titles))
    assert used == explained and used


def test_cells_are_numbers_or_shorthand(made, sheets):
    """T03: years of six kinds; each number as the release has it."""
    rows = sheets["T03"]
    start = next(at for at, row in enumerate(rows) if row[0] == "row")
    heads = rows[start]
    places = {}
    for row in rows[start + 1 :]:
        for head, cell in zip(heads[1:], row[1:], strict=True):
            key = {"table_id": "T03", "row_group": "", "row_label": row[0], "column_label": head}
            places[figures.place_of("sna.figures", "value", key)] = cell
    found = figures.look_up(made.release.con, places)
    assert len(found) == len(places) >= 10
    for place, cell in places.items():
        assert cell == ("[x]" if found[place] is None else found[place]), place


def test_no_cell_is_empty(sheets):
    """A table without blank cells: what is missing is named."""
    for name in ("T01", "T03", "Derby"):
        rows = sheets[name]
        start = next(at for at, row in enumerate(rows) if row[0] in ("row", "indicator"))
        assert all(cell != "" for row in rows[start:] for cell in row), name


def test_two_writings_are_the_same_bytes(made, path, tmp_path):
    workbook.write(made.release, made.spec, made.pages, tmp_path)
    assert (tmp_path / workbook.FILE).read_bytes() == path.read_bytes()


def test_the_document_has_title_author_and_release(made, path):
    core = part(path, "docProps/core.xml")
    assert made.spec.title in core and made.spec.area in core and made.release.id in core
