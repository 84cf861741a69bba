"""The page for the board and the profiles of districts as PDF; skipped where Typst is not installed."""

import importlib.util
import json
import re

import pytest

from reporting import about, pdf
from reporting.blocks import Chart

needs_typst = pytest.mark.skipif(importlib.util.find_spec("typst") is None, reason="Typst is not installed")


@pytest.fixture
def pages(made):
    return [page for page in pdf.named(made.pages) if page.pdf]


@needs_typst
def test_the_board_and_each_district_have_a_pdf_that_is_tagged_and_says_its_language(made, pages, tmp_path):
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "charts").symlink_to(made.folder / "charts")
    assert pages[0].pdf == "board.pdf"
    assert {page.pdf for page in pages[1:]} == {page.path.replace(".html", ".pdf") for page in pages[1:]} != set()
    pdf.write(made.release, made.spec, pages[:2], folder)
    for page in pages[:2]:
        content = (folder / page.pdf).read_bytes()
        assert content.startswith(b"%PDF-")
        for mark in (b"/StructTreeRoot", b"/Lang", b"pdfuaid", page.title.encode()):
            assert mark in content, (page.pdf, mark)
        assert len(content) < 1_000_000


@needs_typst
def test_a_reader_s_software_finds_title_headings_tables_and_what_pictures_show(made, pages, tmp_path):
    """The structure of ISO 14289-1 (PDF/UA-1): 7.1 title, 7.2 language, 7.3 figures, 7.4 headings, 7.5 tables."""
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "charts").symlink_to(made.folder / "charts")
    pdf.write(made.release, made.spec, pages[:1], folder)
    content = (folder / pages[0].pdf).read_bytes()
    kinds = [one["kind"] for item in pages[0].items for one in pdf._items(item, folder)]
    assert kinds.count("chart") >= 5 and kinds.count("table") >= 5
    assert content.count(b"/S/Figure") == kinds.count("chart")
    assert content.count(b"/Alt(") >= kinds.count("chart")
    assert content.count(b"/S/H1") == kinds.count("heading")
    assert len(re.findall(rb"/S/Table\b", content)) == kinds.count("table")
    heads = sum(len(one["heads"]) for item in pages[0].items for one in pdf._items(item, folder) if one["kind"] == "table")
    assert len(re.findall(rb"/S/TH\b", content)) == len(re.findall(rb"/Scope/Column", content)) >= heads
    for mark in (b"/Marked true", b"/DisplayDocTitle true", b"/Lang(en-GB)", b"/Outlines", b"/Tabs/S"):
        assert mark in content, mark


@needs_typst
def test_two_builds_are_the_same_bytes(made, pages, tmp_path):
    written = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "charts").symlink_to(made.folder / "charts")
        pdf.write(made.release, made.spec, pages[:1], folder)
        written.append((folder / "board.pdf").read_bytes())
    assert written[0] == written[1]


def test_the_pdf_has_every_chart_and_the_figures_of_the_short_tables(made):
    board = made.pages[0]
    items = [one for item in board.items for one in pdf._items(item, made.folder)]
    charts = [item for item in board.items if isinstance(item, Chart)]
    assert [one["title"] for one in items if one["kind"] == "chart"] == [
        chart.title for chart in charts if chart.drawing is not None
    ]
    assert all(one["alt"] for one in items if one["kind"] == "chart")
    shown = json.dumps(items, ensure_ascii=False)
    for table in board.tables:
        if len(table.rows) <= 40:
            assert all(json.dumps(figure.text, ensure_ascii=False) in shown for figure in table.figures), table.id
    assert "data-figure" not in shown and "<" not in "".join(one.get("text", "") for one in items)


def test_without_typst_the_page_of_downloads_says_so(made, monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    assert not [page for page in pdf.named(made.pages) if page.pdf]
    page = about.downloads(made.release, [("needs-assessment.xlsx", "The workbook")])
    assert any("No PDF was made" in str(item) for item in page.items)
