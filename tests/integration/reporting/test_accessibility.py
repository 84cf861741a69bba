"""The pages in Chromium: axe-core finds nothing, and what axe does not see holds. Skipped where there is no Chromium."""

import re
from pathlib import Path

import pytest

from reporting import charts
from tests.e2e.web_ui import CHROMIUM, FLAGS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All rows of a table come from one line of a template; axe looks at every cell for seconds.
FEW_ROWS = "document.querySelectorAll('tbody').forEach(one => [...one.rows].slice(12).forEach(row => row.remove()))"
EVERY_DAY = ("index.html", "district-derby.html", "section-3-1.html")
NARROW = {"width": 320, "height": 640}
CSS = Path(charts.__file__).parent / "templates" / "report.css"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return sum(
        share * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def contrast(one, other):
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_defines_it():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_text_of_pages_and_charts_has_contrast():
    """4.5 for text: axe does not judge text over drawn shapes."""
    variables = dict(re.findall(r"--(\w+): (#\w+);", CSS.read_text()))
    long = {name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:]) for name, value in variables.items()}
    for name in ("text", "quiet", "link"):
        for ground in ("paper", "shade", "warn"):
            assert contrast(long[name], long[ground]) >= 4.5, (name, ground)
    assert contrast(long["mark"], "#FFFFFF") >= 4.5
    assert contrast(charts.TEXT, charts.PAPER) >= 4.5


def test_marks_of_charts_have_contrast_with_the_paper():
    """3 for what must be seen to read a chart; lighter colours of maps have an edge and a table."""
    for colour in (charts.BLUE, charts.TURQUOISE, charts.PINK, charts.GREY, charts.LINES):
        assert contrast(colour, charts.PAPER) >= 3, colour
    # Orange and plum are drawn on blue, or with a shape or dash of their own.
    assert contrast(charts.ORANGE, charts.BLUE) >= 3


def test_numbers_in_heat_maps_can_be_read_on_their_cell():
    """Black text up to a share of the highest value, white above: the worst shades of each side."""
    shades = charts.SEQUENCE

    def at(share):
        place = share * (len(shades) - 1)
        low, part = int(place), place - int(place)
        high = min(low + 1, len(shades) - 1)
        mixed = [round(int(shades[low][n : n + 2], 16) * (1 - part) + int(shades[high][n : n + 2], 16) * part) for n in (1, 3, 5)]
        return "#" + "".join(f"{value:02x}" for value in mixed)

    assert contrast(charts.BLACK, at(charts.DARK)) >= 4.5
    assert contrast(charts.PAPER, at(charts.DARK + 0.01)) >= 4.5


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def chosen(made):
    """One page of each kind: all of a kind come from one template and one function."""
    found = {}
    for page in made.pages:
        kind = (page.group, tuple(sorted({type(item).__name__ for item in page.items})))
        found.setdefault(kind, page.path)
    return sorted({*found.values(), *EVERY_DAY})


@needs_chromium
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "each kind"])
def test_axe_finds_nothing(made, browser, every):
    from axe_playwright_python.sync_playwright import Axe

    axe, wrong = Axe(), []
    page = browser.new_page()
    for path in chosen(made) if every else EVERY_DAY:
        page.goto((made.folder / path).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(FEW_ROWS)
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        wrong += [(path, one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"]]
    page.close()
    assert wrong == []


@needs_chromium
def test_axe_would_find_a_fault(made, browser, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    broken = (made.folder / "index.html").read_text().replace("<img ", "<img data-was ").replace(" alt=", " data-alt=")
    (tmp_path / "index.html").write_text(broken)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert "image-alt" in {one["id"] for one in Axe().run(page).response["violations"]}
    page.close()


@needs_chromium
def test_no_page_scrolls_sideways_on_a_narrow_screen(made, browser):
    page = browser.new_page(viewport=NARROW)
    wide = []
    for path in chosen(made):
        page.goto((made.folder / path).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            wide.append(path)
    page.close()
    assert wide == []


@needs_chromium
def test_the_keyboard_reaches_content_navigation_and_tables_in_order(made, browser):
    page = browser.new_page()
    page.goto((made.folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = "document.activeElement"
        seen.append(page.evaluate(f"[{at}.tagName, !!{at}.closest('nav'), {at}.className].join()"))
    page.close()
    assert seen[0].startswith("A,false")
    first_nav, first_table = (next(at for at, one in enumerate(seen) if wanted in one) for wanted in ("true", "scroll"))
    assert first_nav < first_table
    assert any(one.startswith("SUMMARY") for one in seen)


@needs_chromium
def test_pages_load_whole_from_a_file(made, browser):
    page = browser.new_page()
    failed, asked = [], []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: failed.append(message.text))
    page.goto((made.folder / "index.html").as_uri())
    page.evaluate("document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("[...document.images].map(one => one.naturalWidth)")
    page.close()
    assert failed == []
    assert asked and all(url.startswith("file:") for url in asked)
    assert sizes and all(sizes)
