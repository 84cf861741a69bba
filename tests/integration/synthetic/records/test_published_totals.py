"""Counts of the delivered files are the published tables, with the errata corrected. Knows nothing of how they were made."""

import re

import pytest

pytestmark = pytest.mark.xdist_group("synthetic")

POLICE_CELLS = 2057
ERRATA = 76


@pytest.fixture(scope="module")
def counted(raw, count):
    with count(raw) as con:
        yield con


def test_every_cell_equals_the_published_figure_or_its_correction(counted):
    assert counted.execute("from differing").fetchall() == []
    assert counted.execute("select count(*), count(*) filter (is_erratum) from compared").fetchall() == [(POLICE_CELLS, ERRATA)]


def test_each_figure_is_counted_once(counted):
    twice = "select table_id, row_label, column_label from counted group by all having count(*) > 1"
    assert counted.execute(twice).fetchall() == []


def test_what_was_printed_wrong_is_not_reproduced(counted):
    wrong = "select table_id, row_label, column_label from compared where is_erratum and found = published::double"
    assert counted.execute(wrong).fetchall() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("feed", "spoil", "tables"),
    [
        ("crimes", lambda line: "", {"T01", "T03", "T06", "T07"}),
        ("crimes", lambda line: re.sub(r" \d\d:", " 05:", line), {"T07"}),
        ("victims", lambda line: "", {"T12", "T15"}),
        ("suspects", lambda line: re.sub(r"/(19|20)(\d\d),", r"/1931,", line), {"T20", "T21"}),
        ("outcomes", lambda line: "", {"T40"}),
    ],
    ids=["offence dropped", "hour changed", "victim dropped", "birth changed", "outcome dropped"],
)
def test_the_count_notices_one_spoilt_record(counted, raw, count, tmp_path, feed, spoil, tables):
    link_tree(raw, tmp_path)
    table = {"crimes": "offence", "victims": "victim", "suspects": "suspect", "outcomes": "outcome"}[feed]
    # A record that every table of the feed counts: of midday, with an age, of a known district, and final.
    pick = {
        "offence": "select reference from offence where hour(committed) = 12 and district is not null",
        "victim": "select reference from victim where band is not null and area is not null",
        "suspect": "select reference from suspect where band is not null and area is not null",
        "outcome": """select "Crime Reference" from outcome""",
    }[table]
    ((reference,),) = counted.execute(f"{pick} order by 1 limit 1").fetchall()
    for path in sorted((tmp_path / "derbyshire_constabulary" / feed).iterdir()):
        lines = path.read_text().splitlines(keepends=True)
        hits = [i for i, line in enumerate(lines) if line.startswith(reference)]
        if hits:
            lines[hits[-1]] = spoil(lines[hits[-1]])
            path.unlink()
            path.write_text("".join(lines))
    with count(tmp_path) as con:
        noticed = {table_id for (table_id,) in con.execute("select distinct table_id from differing").fetchall()}
    assert tables <= noticed


def link_tree(raw, folder):
    """The constabulary's files again, by link."""
    for path in raw.glob("derbyshire_constabulary/*/*.csv"):
        copy = folder / path.relative_to(raw)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(path)


def test_prose_about_people(counted):
    question = """
        select (select count(*) from {t} where age = 15),
            (select mode(age) from {t} where age is not null),
            (select sum(n) from (select count(*) as n from {t} group by nominal order by n desc limit 25)),
            round(100.0 * (select count(*) from {t} where age < 18) / (select count(*) from {t} where age is not null))
    """
    assert counted.execute(question.format(t="victim")).fetchall() == [(321, 15, 135, 24)]
    assert counted.execute(question.format(t="suspect")).fetchall() == [(589, 15, 360, 26)]
    females = [
        n for (n,) in counted.execute("select count(*) from victim where sex = 'F' group by year order by year").fetchall()
    ]
    assert females == sorted(females)
    assert min(females[3:]) > 400
    assert counted.execute("select round(100.0 * avg((sex = 'M')::int)) from suspect").fetchall() == [(87,)]
