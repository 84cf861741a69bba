"""Each page of a method has an example, its limits and when not to use it, and the examples are computed again."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binom, binomtest, chi2

from orchestration.home.environment import PROJECT

FOLDER = PROJECT / "docs" / "explanation" / "methods"
PAGES = sorted(FOLDER.glob("*.md"))
# What is in each page, as a heading or at the beginning of a paragraph.
PARTS = ("worked example", "limits", "when not to use")


def text(name: str) -> str:
    """A page on one line."""
    return " ".join((FOLDER / f"{name}.md").read_text("utf-8").split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_of_a_method_has_all_its_parts(page):
    lines = page.read_text("utf-8").lower().splitlines()
    begins = [line.removeprefix("### ").removeprefix("## ").removeprefix("**") for line in lines if line.startswith(("#", "**"))]
    assert [part for part in PARTS if not any(line.startswith(part) for line in begins)] == []


def test_every_page_is_listed_beside_the_others():
    listed = (PROJECT / "docs" / "explanation" / "methods.md").read_text("utf-8")
    navigation = (PROJECT / "mkdocs.yml").read_text("utf-8")
    for page in PAGES:
        assert f"(methods/{page.name}" in listed and f"explanation/methods/{page.name}" in navigation, page.name


def test_the_examples_of_limits_are_right():
    page = text("limits")
    low, high = chi2.ppf(0.025, 24) / 2, chi2.ppf(0.975, 26) / 2
    assert f"**{low:.1f} to {high:.1f}**" in page and f"1.2 per 1,000, {low / 10:.2f} to {high / 10:.2f}." in page
    for part, whole in ((12, 40), (120, 400)):
        limits = binomtest(part, whole).proportion_ci(method="wilson")
        assert f"{100 * limits.low:.1f} to {100 * limits.high:.1f}%" in page
    limits = binomtest(60, 210).proportion_ci(method="wilson")
    assert f"limits {100 * limits.low:.1f} to {100 * limits.high:.1f}%" in page
    ratio = [100 * limit / (1 - limit) for limit in (limits.low, limits.high)]
    assert f"**{ratio[0]:.1f} and {ratio[1]:.1f}**" in page


def test_the_examples_of_agencies_and_places_are_right():
    # Of 60 attendances 30 at night, by the share of offences at night; twice the smaller tail.
    p = 2 * binom.sf(29, 60, 40 / 150)
    assert f"p-value is {p:.4f}." in text("agencies") and f"({60 * 40 / 150:.0f} expected)" in text("agencies")
    limits = binomtest(120, 400).proportion_ci(method="wilson")
    assert f"limits {100 * limits.low:.1f} to {100 * limits.high:.1f}%" in text("places")


def test_the_examples_of_repeat_people_are_right():
    times = [3, 2, 1, 1, 1]
    repeats = [n for n in times if n > 1]
    assert f"{sum(times)} occurrences = {len(times)} − {len(repeats)} + {sum(repeats)}" in text("repeat-people")
    left = (1 - 20 / 100) * (1 - 10 / 70)
    reach = 1.96 * left * math.sqrt(20 / (100 * 80) + 10 / (70 * 60))
    assert f"**{100 * (1 - left):.1f}%**" in text("repeat-people")
    assert f"limits {100 * (1 - left - reach):.1f} to {100 * (1 - left + reach):.1f}%" in text("repeat-people")


def test_the_examples_of_harm_are_right():
    days = 5475 + 40 * 5
    assert f"{days:,} days: {5475 / days:.1%} of the harm" in text("crime-harm")
    assert f"{days / 41:.1f} days an offence" in text("crime-harm")
