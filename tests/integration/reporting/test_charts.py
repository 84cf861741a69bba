"""What a chart shows is in the order that a reader expects, whatever the order of its rows."""

import re

import pytest

from reporting import charts

# As tables come: by series, and not every series begins in the first year.
ROWS = [
    {"year": year, "series": series, "n": n}
    for series, counts in {
        "Ambulance calls": {"2021/22": 5, "2022/23": 6},
        "Knife crime": {"2019/20": 1, "2020/21": 2, "2021/22": 3, "2022/23": 4},
    }.items()
    for year, n in counts.items()
]
YEARS = ["2019/20", "2020/21", "2021/22", "2022/23"]


@pytest.mark.parametrize("kind", [charts.multiples, charts.lines, charts.grouped])
def test_years_are_in_order_although_a_series_begins_later(kind):
    drawn = charts.svg(charts.specification(kind(ROWS, "year", "n", "series", "year", "n")), "t", "d")
    labels = re.findall(r">(20\d\d/\d\d)</text>", drawn)
    assert labels[: len(YEARS)] == YEARS


def test_a_line_goes_from_the_first_year_to_the_last():
    drawn = charts.svg(charts.specification(charts.lines(ROWS, "year", "n", "series", "year", "n")), "t", "d")
    paths = re.findall(
        r'aria-roledescription="line mark"[^>]*? d="([^"]+)"|<path[^>]*? d="(M[\d.]+,[\d.]+L[^"]+)"[^>]*stroke-width="2.5"', drawn
    )
    across = [[float(x) for x in re.findall(r"[ML](-?[\d.]+),", "".join(path))] for path in paths]
    assert sorted(map(len, across)) == [2, 4]
    assert all(places == sorted(places) for places in across)


def test_members_that_are_no_years_are_as_the_rows_have_them():
    rows = [{"age": age} for age in ("Under 18", "18 to 24", "25 and over", "Under 18")]
    assert charts.members(rows, "age") == ["Under 18", "18 to 24", "25 and over"]


@pytest.mark.parametrize("kind", [charts.lines, charts.grouped])
def test_a_panel_has_the_rows_of_its_member_alone(kind):
    rows = [
        {"year": year, "sex": "Male", "measure": measure, "n": n}
        for measure, counts in {"days": (900, 800, 700), "days for each": (3, 2, 1)}.items()
        for year, n in zip(YEARS, counts, strict=False)
    ]
    drawn = charts.svg(charts.specification(kind(rows, "year", "n", "sex", "year", "n", panel="measure")), "t", "d")
    if kind is charts.lines:
        found = [
            re.findall(r"[ML]-?[\d.]+,", path)
            for path in re.findall(r' d="(M[\d.]+,[\d.]+L[^"]+)"[^>]*stroke-width="2.5"', drawn)
        ]
        assert [len(places) for places in found] == [3, 3]
    else:
        assert len(re.findall(r'<path[^>]*stroke-width="0.5"[^>]*>', drawn)) == len(rows)
    # Each measure has a scale of its own.
    assert re.findall(r">(3|3\.0)</text>", drawn) and re.findall(r">900</text>|>1,000</text>|>800</text>", drawn)


def test_labels_that_do_not_fit_are_slanted_and_many_bars_are_drawn_across():
    needs = ["Physical health", "Social services involvement", "Substance or alcohol use", "Mental health"]
    slanted = charts.specification(charts.bars([{"need": need, "n": 1} for need in needs], "need", "n", "need", "n"))
    assert slanted["encoding"]["x"]["axis"]["labelAngle"] == -45
    forces = [{"force": f"Force {number}", "of": of, "n": 1} for number in range(43) for of in ("a", "b")]
    across = charts.specification(charts.grouped(forces, "force", "n", "of", "force", "n"))
    assert across["encoding"]["y"]["field"] == "force" and across["encoding"]["x"]["field"] == "n"
