"""Section 7 of the SNA, counted from the delivered files alone: no model and no step of their making is asked."""

from itertools import pairwise

import pytest
from python_calamine import load_workbook

from tests.integration.synthetic.conftest import SEEDS

pytestmark = pytest.mark.xdist_group("synthetic")

YEARS = ("2019/20", "2020/21", "2021/22", "2022/23", "2023/24")


def delivered_weights(raw):
    (path,) = (raw / "cambridge" / "crime_harm_index").glob("*.xlsx")
    return path, load_workbook(path)


@pytest.fixture(scope="module")
def harm(raw, count):
    """By who: total harm, volume and mean of the five years."""
    _, book = delivered_weights(raw)
    (sheet,) = (name for name in book.sheet_names if name.endswith("values sheet"))
    header, *rows = book.get_sheet_by_name(sheet).to_python()
    code, score = header.index("HOME_OFFICE_CLASSIFICATION"), header.index("CCHI Score")
    with count(raw) as con:
        con.execute(
            f"""create table weight as select ho_sub_code as code, harm_days::double as days
                from read_csv('{SEEDS}/reference/harm_weight.csv', all_varchar = true)
                where harm_version = '2023' and harm_days is not null"""
        )
        known = {code for (code,) in con.execute("select code from weight").fetchall()}
        made_up = [(row[code], row[score]) for row in rows]
        assert not known & {code for code, _ in made_up}
        con.executemany("insert into weight values (?, ?)", made_up)
        counted = con.execute(
            """
            with person as (
                select 'victims' as role, reference, age from victim union all select 'suspects', reference, age from suspect
            ),
            weighed as (
                select 'offences' as who, year, "HO Sub Code" as code from offence
                union all
                select if(age < 18, 'child ', 'adult ') || role, offence.year, offence."HO Sub Code"
                from person join offence using (reference) where age is not null
            )
            select who, year, sum(days), count(*), sum(days) / count(*), count(*) - count(days)
            from weighed left join weight using (code) group by all order by all
            """
        ).fetchall()
    assert [row for row in counted if row[5]] == []
    found = {}
    for who, year, *numbers, _ in counted:
        assert year in YEARS
        found.setdefault(who, []).append(tuple(numbers))
    assert {len(years) for years in found.values()} == {5}
    return {who: tuple(zip(*years, strict=True)) for who, years in found.items()}


def rises(series):
    return all(earlier < later for earlier, later in pairwise(series))


def test_what_the_index_weighs_is_as_printed(harm):
    _, _, means = harm["adult victims"]
    assert [round(mean) for mean in means[3:]] == [840, 938]
    assert max(means) == means[4]


def test_children_were_hurt_most_in_2022_23(harm):
    total, volume, _ = harm["child victims"]
    assert [round(100 * (1 - series[4] / series[3])) for series in (total, volume)] == [7, 10]
    assert [series.index(max(series)) for series in (total, volume)] == [3, 3]


def test_harm_rose_to_its_highest(harm):
    total, volume, mean = harm["offences"]
    assert rises(total[2:]) and rises(volume[2:]) and rises(mean[2:])
    assert max(total) == total[4]
    assert mean[1] > mean[0] and mean[1] > mean[2]


def test_suspects_of_age_did_more_and_children_less(harm):
    for series in harm["adult suspects"][:2]:
        assert rises(series[2:]) and max(series) == series[4]
    for series in harm["child suspects"][:2]:
        assert rises(series[:1:-1]) and min(series) == series[4]


def test_made_up_weights_say_so_wherever_they_go(raw):
    path, book = delivered_weights(raw)
    assert "." in path.name
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert "Illustrative" in sheets[0][0][0]
    assert all(row[-1].startswith("Illustrative, for demonstration only") for row in sheets[1][1:])
