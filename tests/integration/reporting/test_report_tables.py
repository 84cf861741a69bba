"""Tables of a report in a release that has those of several: each has its own years, and what is missing or withheld says so."""

import shutil
from itertools import pairwise, takewhile

import docx
import duckdb
import pytest
from python_calamine import CalamineWorkbook

from reporting import build, document, figures, sections, specification, specified, workbook
from reporting.blocks import Table
from reporting.maps import Boundaries
from reporting.page import Heading
from reporting.release import Release, ReportError
from tests.integration.reporting.conftest import AREA, REPORTS
from tests.integration.reporting.test_site import Reader

# The second report has the figures of the first, one higher, and none of T01.
SEVERAL = """
insert into sna.figures
    select * replace (
        'sna-2025' as report_id, value + 1 as value,
        case when value is null then value_text else cast(value + 1 as varchar) end as value_text
    )
    from sna.figures where table_id <> 'T01';
insert into sna.charts
    select * replace ('sna-2025' as report_id, last_period[:2] || '9' || last_period[4:] as last_period)
    from sna.charts where chart_id = 'C01';
update sna.reconciliation set status = 'erratum' where table_id = 'T03';
-- Delivered for its year, and all of it withheld; and a part of another one.
update sna.figures set value = null, value_text = null, symbol = 'c',
    column_label = replace(replace(column_label, '2024', '2025'), '2023', '2024')
    where report_id = 'sna-2025' and table_id = 'T29';
update sna.figures set value = null, value_text = null, symbol = if(row_order = 1, 'c', 'x')
    where report_id = 'sna-2025' and table_id = 'T10' and row_order <= 2;
"""


@pytest.fixture(scope="module")
def release(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("several") / "release"
    shutil.copytree(published, folder)
    (folder / "sna_marts.duckdb").chmod(0o600)
    with duckdb.connect(str(folder / "sna_marts.duckdb")) as con:
        con.execute(SEVERAL)
    opened = Release(folder, "analysts")
    yield opened
    opened.close()


def tables(release, report):
    spec = specification.load(REPORTS / report, AREA)
    return {
        table.id: table
        for page in sections.pages(release, spec, Boundaries(release))
        for table in page.tables
        if table.source == sections.FIGURES
    }


def test_a_report_of_another_year_has_its_own_tables(release):
    first, second = tables(release, "sna-2024"), tables(release, "sna-2025")
    assert first.keys() - second.keys() == {"T01-table"} and len(second) > 70
    assert {table.caption for table in second.values()} <= {table.caption for table in first.values()}
    before, after = ({figure.place: figure for figure in made["T03-table"].figures} for made in (first, second))
    assert {place.replace("sna-2024", "sna-2025") for place in before} == set(after)
    for place, figure in before.items():
        moved = after[place.replace("sna-2024", "sna-2025")]
        assert (figure.value is None) == (moved.value is None)
        assert figure.value is None or float(moved.value) == float(figure.value) + 1
    # Each is found again, though two reports have a figure of the same table, row and column.
    found = figures.look_up(release.con, {*before, *after})
    assert len(found) == len(before) + len(after)


def test_a_table_that_a_year_does_not_have_is_said_to_be_missing(release):
    spec = specification.load(REPORTS / "sna-2025", AREA)
    (said,) = [
        (page.path, str(item))
        for page in sections.pages(release, spec, Boundaries(release))
        for heading, item in pairwise(page.items)
        if isinstance(heading, Heading) and heading.id == "T01"
    ]
    assert said[0] == "section-3.html"
    assert "nothing was delivered that has this table" in said[1] and "2024/25" in said[1]


@pytest.fixture(scope="module")
def later(release):
    """The pages of the report with the withheld table."""
    spec = specification.load(REPORTS / "sna-2025", AREA)
    return spec, list(sections.pages(release, spec, Boundaries(release)))


def below(pages, table):
    """What is below the heading of a table: its cells, and the sentences."""
    (page,) = (page for page in pages if table in {heading.id for heading in page.headings})
    at = [isinstance(item, Heading) and item.id == table for item in page.items].index(True)
    own = list(takewhile(lambda item: not isinstance(item, Heading), page.items[at + 1 :]))
    cells = [str(cell) for item in own if isinstance(item, Table) for _, row in item.rows for cell in row]
    return cells, [str(item) for item in own if not isinstance(item, Table)]


def test_a_table_that_is_withheld_is_not_said_to_be_missing(later):
    cells, said = below(later[1], "T29")
    assert set(cells) <= {"withheld", "–"} and "withheld" in cells
    assert any(sections.ALL_WITHHELD in sentence for sentence in said)
    assert not any("issing" in sentence for sentence in said)


def test_a_table_that_is_withheld_in_part_says_which_cells(later):
    cells, said = below(later[1], "T10")
    assert {"withheld", "missing"} < set(cells)
    assert not any(sections.ALL_WITHHELD in sentence or sections.ALL_UNKNOWN in sentence for sentence in said)


def test_document_and_workbook_say_what_is_withheld_and_what_is_missing(release, later, tmp_path):
    document.write(release, *later, tmp_path)
    workbook.write(release, *later, tmp_path)
    paragraphs = [paragraph.text for paragraph in docx.Document(str(tmp_path / document.FILE)).paragraphs]
    at = paragraphs.index(sections.ALL_WITHHELD)
    assert any(text.startswith("T29: ") for text in paragraphs[at - 4 : at])
    assert any("nothing was delivered that has this table for 2024/25" in text for text in paragraphs)
    book = CalamineWorkbook.from_path(str(tmp_path / workbook.FILE))
    cells = {name: [cell for row in book.get_sheet_by_name(name).to_python() for cell in row] for name in ("T29", "T10")}
    assert workbook.CLOSED in cells["T29"] and workbook.MISSING not in cells["T29"]
    assert {workbook.CLOSED, workbook.MISSING} <= set(cells["T10"])


@pytest.mark.parametrize(
    ("symbol", "said"),
    [("c", "withheld"), ("d", "withheld"), ("x", "missing"), ("z", "not applicable"), ("k", "rounds to zero"), (None, "missing")],
)
def test_a_symbol_says_why_there_is_no_number(symbol, said):
    assert figures.meaning(symbol) == said
    shorthand = {"withheld": "[c]", "missing": "[x]", "not applicable": "[z]", "rounds to zero": "[low]"}
    assert workbook._value(figures.Figure("a.b.c?", None, note=said)) == shorthand[said]


def test_only_the_printed_report_has_errata(release):
    printed, later = (specification.load(REPORTS / report, AREA) for report in ("sna-2024", "sna-2025"))
    assert sections.errata_page(release, printed) is not None
    assert sections.errata_page(release, later) is None
    html = "".join(str(cell.__html__()) for table in tables(release, "sna-2025").values() for cell in table.figures)
    assert "printed" not in html and Reader(html).figures


def test_a_chart_says_that_its_last_year_was_not_delivered(release):
    rows = release.rows("from sna.charts where chart_id = 'C01' order by report_id")
    notes = [specified.chart(release, row, Boundaries(release)).table.notes for row in rows]
    said = [[note for note in of_chart if note.startswith("Missing")] for of_chart in notes]
    assert said == [[], [f"Missing: nothing was delivered for {rows[1]['last_period']}."]]


@pytest.mark.parametrize(
    ("labels", "whole"),
    [
        (["2023/24", "2024/25"], True),
        (["22/23", "23/24"], False),
        (["23/24", "24/25", "Total"], True),
        (["2022/2023", "2023/2024", "Volume"], False),
        (["2024-25"], True),
        (["2023-2024", "Per 1000 population"], False),
        (["2023/24: Count", "2024/25: %"], True),
        # Ages and hours are no years.
        (["18-24", "23", "Monday"], True),
    ],
)
def test_a_table_without_the_report_s_year_is_known_by_its_labels(labels, whole):
    assert specification.load(REPORTS / "sna-2025", AREA).year_is_among(labels) is whole


def test_a_release_of_an_earlier_version_says_what_to_do(published, tmp_path):
    folder = tmp_path / "release"
    shutil.copytree(published, folder)
    (folder / "sna_marts.duckdb").chmod(0o600)
    with duckdb.connect(str(folder / "sna_marts.duckdb")) as con:
        con.execute("alter table sna.figures drop report_id")
    spec = specification.load(REPORTS / "sna-2024", AREA)
    with pytest.raises(ReportError, match=r"earlier version.*Next: `sna refresh`"):
        build.build(folder, "analysts", spec, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_titles_of_sections_that_have_dates_move():
    printed, later = (specification.load(REPORTS / report, AREA) for report in ("sna-2024", "sna-2025"))
    titles = {before.title: after.title for before, after in zip(printed.sections, later.sections, strict=True)}
    assert {before: after for before, after in titles.items() if before != after} == {
        "Crime Cohort #1 March 2024": "Crime Cohort #1 March 2025",
        "Interventions 2024-2025": "Interventions 2025-2026",
    }
