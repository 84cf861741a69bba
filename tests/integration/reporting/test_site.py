"""The site of a release: every number is the release's, every page says what it is, and nothing asks the network."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from reporting import about, figures, site, specification
from reporting.release import Release
from tests.integration.reporting.conftest import AREA

# Elements whose text is a date, period, code, name or method and no figure.
NAMES = {"time", "code", "th", "h1", "h2", "h3", "caption", "figcaption", "a", "title", "summary", "dd", "dt", "style"}
NAMING = {"label", "prose", "people", "meta", "lead", "note", "banner", "handling", "site"}
EMPTY = {"meta", "link", "img", "br"}


class Reader(HTMLParser):
    """Figures of a page, and the texts in which no figure is expected."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.bare, self.ids, self.sources, self.images = [], [], [], [], []
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        own = dict(attributes)
        self.ids += [own["id"]] if "id" in own else []
        self.sources += [own[name] for name in ("src", "href") if name in own]
        if tag == "img":
            self.images.append(own)
        if tag not in EMPTY:
            self._open.append((tag, set((own.get("class") or "").split()), own))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open and self._open[-1][0] == "data" and "data-figure" in self._open[-1][2]:
            self.figures.append((self._open[-1][2]["data-figure"], self._open[-1][2]["value"], data))
        elif any(character.isdigit() for character in data) and not any(
            tag in NAMES or classes & NAMING for tag, classes, _ in self._open
        ):
            self.bare.append(data.strip())


def shown(text):
    """The number of a printed figure."""
    return float(re.sub(r"[^\d.\-]", "", text.replace("−", "-")))


def is_right(value, written, text):
    """Whether a figure shows a value of the release: the number at its precision, the text, or in words that there is none."""
    if value is None:
        return written == "" and not any(character.isdigit() for character in text)
    if isinstance(value, str):
        return written == text == value
    decimals = len(text.partition(".")[2].rstrip(" %"))
    return abs(shown(text) - float(value)) <= 0.5 * 10**-decimals + 1e-9


@pytest.mark.parametrize(
    ("value", "written", "text", "right"),
    [
        (2513, "2513", "2,513", True),
        (2513, "2513", "2,514", False),
        (-7.43, "-7.43", "−7.4 %", True),
        (-7.43, "-7.43", "7.4 %", False),
        (None, "", "missing", True),
        (None, "", "0", False),
        ("Derby", "Derby", "Derby", True),
        ("Derby", "Derby", "Erewash", False),
    ],
)
def test_a_figure_that_is_not_the_release_s_is_seen(value, written, text, right):
    assert is_right(value, written, text) is right


def test_every_figure_is_what_the_release_has(made):
    places = {}
    for page in made.pages:
        for place, value, text in Reader(made.html(page.path)).figures:
            places.setdefault(place, []).append((page.path, value, text))
    found = figures.look_up(made.release.con, places)
    assert len(places) > 3000
    wrong = [
        (path, place, text, found.get(place))
        for place, uses in places.items()
        for path, written, text in uses
        if not is_right(found.get(place), written, text)
    ]
    assert wrong == []


def test_a_wrong_figure_is_found(made):
    place = "marts.offences_yearly.offences?financial_year=2022/23"
    assert figures.look_up(made.release.con, [place])[place] > 0
    assert figures.look_up(made.release.con, [place.replace("2022/23", "1999/00")]) == {}


def test_no_digit_is_typed(made):
    bare = {page.path: found for page in made.pages if (found := Reader(made.html(page.path)).bare)}
    assert bare == {}


def test_every_page_says_what_it_is(made):
    for page in made.pages:
        text = made.html(page.path)
        for mark in (
            made.release.id,
            made.release.banner,
            made.release.handling,
            AREA,
            "for analysts",
            f"<h1>{escape(page.title)}</h1>",
        ):
            assert mark in text, (page.path, mark)
        assert re.search(r'<time datetime="\d{4}-\d{2}-\d{2}T', text), page.path


def test_nothing_is_asked_of_the_network(made):
    for page in made.pages:
        sources = Reader(made.html(page.path)).sources
        assert not [source for source in sources if re.match(r"(?i)(https?:)?//|data:|javascript:", source)], page.path
        assert "<script" not in made.html(page.path)
    for chart in (made.folder / "charts").glob("*.svg"):
        assert not re.findall(r'(?:href|src)="(?!#)|url\((?!#)|@import', chart.read_text()), chart.name


def test_every_link_leads_somewhere(made):
    ids = {page.path: set(Reader(made.html(page.path)).ids) for page in made.pages}
    broken = []
    for page in made.pages:
        for source in Reader(made.html(page.path)).sources:
            path, _, anchor = source.partition("#")
            path = path or page.path
            if path.startswith("../"):
                # From where the link `report` is, not from where its folder is.
                here = made.release.folder.parent.parent / "report" / path
                broken += [] if here.resolve().exists() else [(page.path, source)]
            elif not (made.folder / path).exists() or (anchor and anchor not in ids[path]):
                broken.append((page.path, source))
    assert broken == []


def test_ids_are_unique(made):
    for page in made.pages:
        ids = Reader(made.html(page.path)).ids
        assert len(ids) == len(set(ids)), page.path


def test_pages_are_small(made):
    for page in made.pages:
        html = (made.folder / page.path).stat().st_size
        charts = sum(
            (made.folder / "charts" / f"{chart.id}.svg").stat().st_size for chart in page.charts if chart.drawing is not None
        )
        assert html < 300_000, page.path
        assert html + charts < 1_000_000, page.path


def test_every_chart_has_a_name_a_description_and_a_table_with_its_figures(made):
    drawn = [chart for page in made.pages for chart in page.charts if chart.drawing is not None]
    assert len(drawn) > 20
    assert len({chart.id for chart in drawn}) == len(drawn)
    for chart in drawn:
        svg = (made.folder / "charts" / f"{chart.id}.svg").read_text()
        assert svg.startswith('<svg role="img" aria-labelledby="t d"'), chart.id
        assert re.search(r'<title id="t">[^<]+</title><desc id="d">[^<]+</desc>', svg), chart.id
        assert chart.table is not None and chart.table.caption and chart.data, chart.id
        in_table = {float(figure.value) for figure in chart.table.figures if isinstance(figure.value, int | float | Decimal)}
        # Positions of a spine chart are on a scale of its own.
        own = {name for name in ("low", "high", "at") if "against" in chart.data[0]}
        plotted = {
            float(value)
            for row in chart.data
            for name, value in row.items()
            if name not in own and isinstance(value, (int, float)) and not isinstance(value, bool)
        }
        assert plotted <= in_table, (chart.id, sorted(plotted - in_table)[:3])
    for page in made.pages:
        assert all(image["alt"] for image in Reader(made.html(page.path)).images)


def test_a_table_says_what_is_missing_and_never_shows_it_as_zero(made):
    values = made.release.rows(
        "select district_code, indicator_id from marts.district_profile where value is null and financial_year = ?",
        [made.spec.year],
    )
    assert values
    page = dict(_district_pages(made))
    row = next(row for row in values if row["district_code"] in page)
    place = figures.place_of(
        "marts.district_profile",
        "value",
        {"financial_year": made.spec.year, "district_code": row["district_code"], "indicator_id": row["indicator_id"]},
    )
    found = [
        text for where, _, text in Reader(made.html(page[row["district_code"]])).figures if where.replace("&amp;", "&") == place
    ]
    assert found and set(found) == {"missing"}


def _district_pages(made):
    from reporting import districts

    return [(code, districts.path(name)) for code, name in districts.names(made.release, made.spec.year)]


def test_a_year_without_data_is_said_and_not_drawn(published, tmp_path):
    release = Release(published, "analysts")
    spec = specification.standard(AREA, "2015/16")
    pages = site.pages(release, spec)
    site.write(release, spec, pages, tmp_path / "report")
    release.close()
    index = (tmp_path / "report" / "index.html").read_text()
    assert 'class="gap"' in index
    assert not [page.path for page in pages if page.group in ("Districts", "Sections")]


def test_text_of_the_release_cannot_become_markup(published, tmp_path):
    release = Release(published, "analysts")
    spec = specification.standard('<script>alert("x")</script> & Co', "2023/24")
    pages = [about.glossary()]
    site.write(release, spec, pages, tmp_path / "report")
    release.close()
    text = (tmp_path / "report" / "glossary.html").read_text()
    assert "<script>" not in text and "&lt;script&gt;" in text


@pytest.mark.parametrize("wanted", ["12 March 2024", "section-3-1.html"])
def test_the_reader_finds_a_typed_digit(wanted):
    assert Reader(f"<main><p>{wanted}</p></main>").bare == [wanted]
