"""Charts that a release specifies and statements that it computes, over marts of the mini county."""

import re
import shutil

import duckdb
import pytest

from reporting import figures, sections, specified
from reporting.blocks import Chart, Table
from reporting.maps import Boundaries
from reporting.release import Release
from reporting.statements import statements
from tests.integration.reporting.test_site import Reader

CHARTS = """
create or replace table sna.charts (
    report_id varchar default 'sna-2024', chart_id varchar, section varchar, chart_title varchar, chart_kind varchar,
    definition_id varchar, mart varchar, period_column varchar, first_period varchar, last_period varchar, filters varchar,
    dimensions varchar[],
    dimension_expressions varchar[], measures varchar[], measure_expressions varchar[], units varchar[], boundaries varchar,
    sort_by varchar, top integer, query varchar, chart_note varchar);
insert into sna.charts (chart_id, section, chart_title, chart_kind, mart, first_period, last_period, dimensions, measures, units,
                        boundaries, query, chart_note)
values
    ('C01', '3', 'Yearly', 'bar', 'offences', '2022/23', '2023/24', ['financial_year'], ['offences'], ['count'], null,
     'select financial_year, sum(offences) as offences from marts.offences group by 1 order by 1', null),
    ('C02', '3', 'Types by year', 'line', 'offences', '2022-04-01', '2024-03-01', ['financial_year', 'offence_type'],
     ['offences'], ['count'], null,
     'select financial_year, offence_type, sum(offences) as offences from marts.offences group by all order by all', null),
    ('C03', '3', 'Places', 'map', 'offences', null, null, ['ward_code'], ['offences'], ['count'], 'wards.ward_code',
     'select ward_code, sum(offences) as offences from marts.offences group by 1 order by 1', null),
    ('C04', '3', 'Withheld', 'bar', 'offences', null, null, ['sex'], ['nominals', 'symbol'], ['count', 'symbol'], null,
     'select * from (values (''Female'', null::int, ''c''), (''Male'', null, ''c'')) as t (sex, nominals, symbol)', null),
    ('C05', '3', 'Partly withheld', 'bar', 'offences', null, null, ['sex'], ['nominals', 'symbol'], ['count', 'symbol'], null,
     'select * from (values (''Female'', null::int, ''c''), (''Male'', 53, null), (''Unknown'', null, null))
      as t (sex, nominals, symbol)',
     'A note.'),
    ('C06', '3', 'Nothing', 'bar', 'poisson_limits', null, null, ['district'], ['offences'], ['count'], null,
     'select ''a'' as district, 1 as offences from marts.poisson_limits where false', null),
    ('C07', '3', 'Table', 'table', 'offences', null, null, ['district'], ['offences'], ['count'], null,
     'select district, sum(offences) as offences from marts.offences group by 1 order by 1', null),
    ('C08', '3', 'Fault', 'bar', 'offences', null, null, ['district'], ['offences'], ['count'], null,
     'select no_such_column from marts.offences', null),
    ('C09', '3', 'Panels', 'bar', 'offences', null, null, ['financial_year', 'is_knife_crime', 'district'], ['offences'],
     ['count'], null,
     'select financial_year, is_knife_crime, district, sum(offences) as offences from marts.offences group by all order by all',
     null);
create or replace table sna.statements (
    report_id varchar, claim_id varchar, section varchar, statement_kind varchar, statement varchar, published varchar,
    computed varchar,
    value double, unit varchar, status varchar, proof varchar, citation varchar, reason varchar);
insert into sna.statements values
    ('sna-2024', 'N1', '3', 'number', 'There were 206 offences per month in 2023/24.', '206', '206', 206, 'count', 'match',
     null, null, null),
    ('sna-2024', 'N2', '3', 'change', 'It changed by 3.46% since 2021/22.', '3.45', '3.46', 3.46, 'percent', 'erratum',
     'arithmetic', 'D003', 'The percentage was cut off.'),
    ('sna-2024', 'N3', '3', 'number', 'Twice 5 and 5.', '5', '5', 5, 'count', 'match', null, null, null),
    ('sna-2024', 'N4', '3', null, 'It took … months.', 'six', null, null, 'text', 'not computable', null,
     null, 'Needs records of staff'),
    ('sna-2025', 'N1', '3', 'number', 'Another report.', null, '7', 7, 'count', null, null, null, null);
"""


@pytest.fixture(scope="module")
def release(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("specified") / "release"
    shutil.copytree(published, folder)
    with duckdb.connect(str(folder / "sna_marts.duckdb")) as con:
        con.execute(CHARTS)
    opened = Release(folder, "analysts")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def drawn(release):
    found = list(specified.charts_of(release, "sna-2024", "3", Boundaries(release)))
    headings, charts = found[::2], found[1::2]
    assert [heading.id for heading in headings] == [f"C0{number}" for number in range(1, 10)]
    return dict(zip((heading.id for heading in headings), charts, strict=True))


def test_charts_are_drawn_with_the_figures_of_their_query(release, drawn):
    for name in ("C01", "C02", "C05", "C09"):
        chart = drawn[name]
        assert isinstance(chart, Chart) and chart.drawing is not None, name
        found = figures.look_up(release.con, [figure.place for figure in chart.table.figures])
        assert [found[figure.place] for figure in chart.table.figures] == [figure.value for figure in chart.table.figures]
        assert {row["value"] for row in chart.data} <= {figure.value for figure in chart.table.figures}


def test_a_chart_says_kind_dimensions_and_period(drawn):
    assert drawn["C02"].specification == {
        "chart_kind": "line",
        "dimensions": ["financial_year", "offence_type"],
        "first_period": "2022-04-01",
        "last_period": "2024-03-01",
    }
    assert drawn["C02"].title == "C02: Types by year, April 2022 to March 2024"
    assert drawn["C02"].description == "Line chart of offences by financial year and offence type."


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("C03", "Boundaries have not been delivered"),
        ("C04", "withheld by the agency"),
        ("C06", "has no number of its period"),
        ("C08", "its query fails"),
    ],
)
def test_a_frame_says_why_a_chart_is_not_drawn(drawn, name, why):
    assert drawn[name].drawing is None
    assert why in drawn[name].why_not


def test_what_is_withheld_is_said_and_is_no_zero(drawn):
    table = drawn["C05"].table
    assert {head: cells[0].text for head, cells in table.rows} == {"Female": "withheld", "Male": "53", "Unknown": "missing"}
    assert [row["sex"] for row in drawn["C05"].data] == ["Male"]
    assert [note for note in table.notes if "not zero" in note] == [
        "Not drawn, since it is missing, which is not zero: Unknown.",
        "Not drawn, since it is withheld, which is not zero: Female.",
    ]


def test_a_chart_that_is_a_table_is_one(drawn):
    assert isinstance(drawn["C07"], Table)


def test_sentences_have_the_computed_part_as_figure_and_say_what_was_printed(release, made):
    items = list(statements(release, made.spec, "3"))
    page = "".join(str(item) for item in items if hasattr(item, "__html__"))
    read = Reader(page)
    assert read.bare == []
    found = figures.look_up(release.con, [place for place, _, _ in read.figures])
    assert all(found[place] == text for place, _, text in read.figures)
    shown = re.sub(r"<[^>]+>", "", page)
    assert "There were 206 offences per month in 2023/24. N1" in shown
    assert "It changed by 3.46% since 2021/22. The printed report says 3.45. The percentage was cut off. N2" in " ".join(
        shown.split()
    )
    assert "not a proven change" in shown
    assert "Needs records of staff" in shown and "Another report" not in shown
    computed = [place for place, _, _ in read.figures if place.startswith("sna.statements.computed")]
    assert [place.rpartition("=")[2] for place in computed] == ["N1", "N2"]


def test_a_section_has_its_charts_before_its_tables(release, made):
    page = next(page for page in sections.pages(release, made.spec, Boundaries(release)) if page.path == "section-3.html")
    headings = [heading.id for heading in page.headings]
    assert headings.index("words") < headings.index("C01") < headings.index("T01")
