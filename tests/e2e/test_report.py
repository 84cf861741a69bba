"""The report of refreshed counties: by the commands on the small one, and every figure and chart of the demonstration's."""

import html
import json
import re
from dataclasses import replace

import docx
import pytest

from orchestration.home.areas import AREAS
from reporting import build, figures, specification
from reporting.blocks import Table
from reporting.release import Release
from reporting.site import pages
from tests.integration.reporting.test_site import Reader, is_right

CHARTS = 80
# What a board asks: the links to follow from the first page, each open to see, and what is there.
QUESTIONS = {
    "Is knife crime rising in Derby?": (
        ["district-derby.html"],
        r"Knife crime ?: [\d,]+ offences in 2023/24 ?, .{1,20} on the year before .{1,20} (an? (in|de)crease|no clear change)",
    ),
    "Where is violence concentrated?": ([], r"half of the [\d,]+ offences are in \d+ of [\d,]+ neighbourhoods"),
    "When is violence concentrated?": (
        [],
        r"The hours of the week with most offences: (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day from \d\d:00",
    ),
    "Which districts do worse and worsen?": (["priorities.html"], r"Worse than the county and worse than the year before"),
    "What of the printed report was wrong?": (
        ["errata.html"],
        r"[\d,]+ of the [\d,]+ printed figures are wrong.*printed\s+computed\s+unit\s+why",
    ),
}
# C19, by sex, has numbers that the vault withholds.
DRAWN = 76


@pytest.fixture
def small(own_small_county, tmp_path):
    """A county whose browser writes down what it was asked to open."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o755)
    return replace(own_small_county, variables={**own_small_county.variables, "BROWSER": f"{browser} %s"})


def test_the_report_is_made_opened_and_checked(small, tmp_path):
    county = small
    before = county.sna("open")
    assert before.returncode == 1 and "sna report" in before.stderr

    first = county.sna("report")
    assert first.returncode == 0, first.stderr
    folder = county.settings.published / "report"
    about = json.loads((folder / "report.json").read_text())
    assert about["release_id"] == county.settings.published.joinpath("current").readlink().name
    assert f"{about['pages']} pages" in first.stdout and str(folder / "index.html") in first.stdout
    # Two months are no year: the page says what is missing, and shows no rate.
    assert 'class="gap"' in (folder / "index.html").read_text()
    assert "already" in county.sna("report").stdout

    opened = county.sna("open")
    assert opened.returncode == 0 and (tmp_path / "opened").read_text().strip() == (folder / "index.html").as_uri()

    wrong = county.sna("report", "--report", "nothing")
    assert wrong.returncode == 1 and "sna-2024" in wrong.stderr

    edited = tmp_path / "edited.docx"
    document = docx.Document(str(folder / "needs-assessment.docx"))
    document.paragraphs[0].add_run(" Ours.")
    document.save(str(edited))
    same = county.sna("report", "--check", str(edited))
    assert same.returncode == 0 and "Every figure is the release's." in same.stdout
    assert not (tmp_path / "edited-checked.docx").exists()


@pytest.mark.slow
def test_the_report_of_another_year_is_made(own_small_county):
    year = own_small_county.sna("report", "--report", "2019-20")
    assert year.returncode == 0 and "2019/20" in year.stdout
    assert (own_small_county.settings.published / "report-2019-20" / "index.html").exists()


def test_the_demonstration_has_every_figure_and_chart(county, tmp_path):
    """Every number of every page is in the release; 76 charts of 80 or more are drawn, and a frame says why for the others."""
    folder = tmp_path / "report"
    spec = specification.load(AREAS / "derbyshire" / "reports" / "sna-2024", "Derby and Derbyshire")
    current = county.settings.published / "current"
    build.build(current, "analysts", spec, folder)
    release = Release(current, "analysts")
    made = pages(release, spec)
    shown, bare = {}, {}
    for page in made:
        read = Reader((folder / page.path).read_text("utf-8"))
        bare |= {page.path: read.bare} if read.bare else {}
        for place, value, text in read.figures:
            shown.setdefault(place, set()).add((page.path, value, text))
    found = figures.look_up(release.con, shown)
    wrong = [(place, use) for place, uses in shown.items() for use in uses if not is_right(found.get(place), *use[1:])]
    ids = {row["chart_id"] for row in release.rows("select chart_id from sna.charts")}
    items = {
        item.id.removesuffix("-table"): item
        for page in made
        if page.group == "Sections"
        for item in page.items
        if hasattr(item, "id")
    }
    listed = {name: item for name, item in items.items() if name in ids}
    specified = {row["chart_id"]: row for row in release.rows("from sna.charts")}
    release.close()
    # The demonstration's weights of harm are made up for the most part.
    assert "no finding may rest on it" in (folder / "section-7.html").read_text("utf-8")
    assert "no finding may rest on it" not in (folder / "section-8.html").read_text("utf-8")
    assert wrong == []
    assert bare == {}
    assert len(ids) == len(listed) == CHARTS
    drawn = [name for name, item in listed.items() if isinstance(item, Table) or item.drawing is not None]
    assert len(drawn) >= DRAWN, sorted(ids - set(drawn))
    assert all(item.why_not for item in listed.values() if not isinstance(item, Table) and item.drawing is None)
    for name, item in listed.items():
        if not isinstance(item, Table) and item.specification:
            own = {key: specified[name][key] for key in item.specification}
            assert item.specification == own, name
    for question, (clicks, answer) in QUESTIONS.items():
        assert answered(folder, clicks, answer), question


def answered(folder, clicks, answer):
    """Whether each link can be seen on the page before it, and the last page has the answer."""
    path = "index.html"
    for link in clicks:
        before, found, _ = (folder / path).read_text("utf-8").partition(f'<a href="{link}"')
        if not found or not re.search(r"<details open>(?:(?!</?details).)*$", before, re.DOTALL):
            return False
        path = link
    text = html.unescape(re.sub(r"<[^>]+>", " ", (folder / path).read_text("utf-8")))
    return re.search(answer, " ".join(text.split())) is not None
