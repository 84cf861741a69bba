"""The reports of other years and areas: that of the printed year, of the year after it, and of an area that has open data alone.

Every number, link, id and size of every page is checked, and every page in Chromium where it is installed.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from orchestration.home import areas
from reporting import build, document, figures, specification
from reporting.release import Release
from reporting.specification import Specification
from tests.conftest import REAL_DATA, County
from tests.e2e.test_other_areas import LOOK_UP, OTHERS, boundaries, published
from tests.e2e.web_ui import CHROMIUM, FLAGS
from tests.integration.reporting.test_accessibility import NARROW, TAGS
from tests.integration.reporting.test_site import Reader, is_right

pytestmark = pytest.mark.slow
REPORTS = areas.AREAS / "derbyshire" / "reports"
NAME = "Derby and Derbyshire"
# Charts of feeds that the months after the printed year do not have.
DRAWN = {"sna-2024": 76, "sna-2025": 70}
HEADS = re.compile(r'<(h1|h2|h3|title|caption|figcaption|summary|p class="lead")\b[^>]*>([^<]*)')


def checked(release_folder: Path, spec: Specification, folder: Path) -> dict[str, str]:
    """Build a report and check all of it that needs no browser; returns path → HTML of its pages."""
    build.build(release_folder, "analysts", spec, folder)
    html = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.html"))}
    read = {name: Reader(text) for name, text in html.items()}
    shown = {(place, value, text) for reader in read.values() for place, value, text in reader.figures}
    release = Release(release_folder, "analysts")
    found = figures.look_up(release.con, {place for place, *_ in shown})
    release.close()
    assert [use for use in shown if not is_right(found.get(use[0]), *use[1:])] == []
    assert {name: reader.bare for name, reader in read.items() if reader.bare} == {}
    for name, reader in read.items():
        assert len(reader.ids) == len(set(reader.ids)), name
        for source in reader.sources:
            path, _, anchor = source.partition("#")
            if not path.startswith("../"):
                assert (folder / (path or name)).exists(), (name, source)
                assert not anchor or anchor in read[path or name].ids, (name, source)
        size = (folder / name).stat().st_size
        charts = {source for source in reader.sources if source.startswith("charts/")}
        assert size < 300_000, name
        assert size + sum((folder / chart).stat().st_size for chart in charts) < 1_000_000, name
    return html


def judged(folder: Path) -> list[tuple[str, str]]:
    """What axe finds on any page with all of it open, and pages that scroll sideways on a narrow screen."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    axe, wrong = Axe(), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        for path in sorted(folder.glob("*.html")):
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            found = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
            wrong += [(path.name, one["id"]) for one in found.response["violations"]]
            page.set_viewport_size(NARROW)
            if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
                wrong.append((path.name, "scrolls sideways"))
        browser.close()
    return wrong


@pytest.fixture(scope="module")
def later(tmp_path_factory) -> Path:
    """The release of the demonstration with its months to March 2025: all gates pass, the printed year's figures included."""
    from tests import counties

    county = counties.whole().copy(tmp_path_factory.mktemp("later"))
    for _ in range(11):
        assert county.sna("demo", "--next-month").returncode == 0
    refreshed = county.sna("refresh")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    return (county.settings.published / "current").resolve()


@pytest.mark.parametrize("report", ["sna-2024", "sna-2025"])
def test_a_report_of_the_demonstration_is_whole(later, report, tmp_path):
    spec = specification.load(REPORTS / report, NAME)
    html = checked(later, spec, tmp_path / "report")
    about = build.read(tmp_path / "report")
    with duckdb.connect(str(later / "sna_marts.duckdb"), read_only=True) as con:
        charts = [chart for (chart,) in con.execute("select chart_id from sna.charts where report_id = ?", [report]).fetchall()]
        tables = {table for (table,) in con.execute("select table_id from sna.figures where report_id = ?", [report]).fetchall()}
    assert {"T01", "T26", "T27", "P6.3"} <= tables
    assert len(charts) == 80
    assert len(set(charts) - set(about["charts_not_drawn"])) >= DRAWN[report]
    assert len(html) > 80
    edited = tmp_path / "report" / document.FILE
    release = Release(later, "analysts")
    assert document.check(release, edited, tmp_path / "copy.docx") == []
    release.close()
    if CHROMIUM:
        assert judged(tmp_path / "report") == []


def test_every_year_of_the_later_report_is_one_later(later, tmp_path):
    spec = specification.load(REPORTS / "sna-2025", NAME)
    html = checked(later, spec, tmp_path / "report")
    # Of pages that are not of one section: no heading, caption or title says the year before.
    said = [(name, head) for name, text in html.items() if not name.startswith("section-") for _, head in HEADS.findall(text)]
    assert [one for one in said if "2023/24" in one[1]] == []
    assert any("2024/25" in head for _, head in said)
    with duckdb.connect(str(later / "sna_marts.duckdb"), read_only=True) as con:
        moved = con.execute(
            """select chart_id, before.first_period, after.first_period, before.last_period, after.last_period
               from sna.charts as before join sna.charts as after using (chart_id)
               where before.report_id = 'sna-2024' and after.report_id = 'sna-2025' and before.first_period is not null
                     and before.period_column <> 'census_year'"""
        ).fetchall()
        sentences = con.execute(
            """select before.statement, after.statement
               from sna.statements as before join sna.statements as after using (claim_id)
               -- The years of these are what was computed.
               where before.report_id = 'sna-2024' and after.report_id = 'sna-2025'
                     and coalesce(before.computed, '') not like '%/%'"""
        ).fetchall()
    years = re.compile(r"(?<!\d)20\d\d(?=/|-|$)")
    assert len(moved) > 60
    for chart, *periods in moved:
        for before, after in zip(periods[::2], periods[1::2], strict=True):
            assert [int(year) + 1 for year in years.findall(before)] == [int(year) for year in years.findall(after)], chart
    labels = re.compile(r"\b(20\d\d)/\d\d\b")
    pairs = [(labels.findall(before), labels.findall(after)) for before, after in sentences]
    assert sum(bool(before) for before, _ in pairs) > 50
    for before, after in pairs:
        assert after == [str(int(year) + 1) for year in before]


@pytest.mark.skipif(not OTHERS.is_dir(), reason="the publishers' files of other areas are not on this machine (../shared/data)")
def test_an_area_of_open_data_has_what_it_has_and_says_whom_to_ask(tmp_path):
    area = "nottinghamshire"
    county = County(tmp_path / "raw", tmp_path / "home")
    months = sorted(OTHERS.glob("police_uk/*/*-nottinghamshire-street.csv"))
    districts = areas.load(area).districts
    files = [*months, LOOK_UP, *boundaries(districts), REAL_DATA / "census2021", REAL_DATA / "imd2019"]
    published(county, area, files, new=False)
    made = county.sna("report", "--force")
    assert made.returncode == 0, made.stderr
    folder = (county.settings.published / "report").resolve()
    html = {path.name: path.read_text("utf-8") for path in folder.glob("*.html")}
    index = html["index.html"]
    assert "January 2025 to December 2025" in index
    for district in districts.values():
        assert district in index
    shown = {use for text in html.values() for use in Reader(text).figures}
    release = Release(county.settings.published / "current", "analysts")
    found = figures.look_up(release.con, {place for place, *_ in shown})
    release.close()
    assert [use for use in shown if not is_right(found.get(use[0]), *use[1:])] == []
    assert len([place for place, *_ in shown if place.startswith("marts.street_crime")]) > 100
    assert {path.stem for path in (folder / "charts").glob("*.svg")} >= {
        "street-violence",
        "street-months",
        "map-lsoas",
        "map-wards",
    }
    # Nobody of another area is to be asked.
    assert [name for name, text in html.items() if "derby" in text.casefold()] == []
    assert "ask the agency that should send it" in index and "ask Office for National Statistics" in index
    if CHROMIUM:
        assert judged(folder) == []
