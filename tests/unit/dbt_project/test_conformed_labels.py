"""One dimension for the words of every agency, through the seed and the macros that the facts use."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.settings import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds" / "reference"
DISTRICTS = {
    "E06000015": ("Derby", "Derby City", "City of Derby", "DERBY", " derby  city ", "E06000015", "e06000015"),
    "E07000032": ("Amber Valley", "Amber\nValley", "E07000032"),
    "E07000035": ("Derbyshire Dales", "derbyshire dales", "E07000035"),
    "E07000038": ("North East Derbyshire", "North East\nDerbyshire", "North East \r\n Derbyshire", "NE Derbyshire", "E07000038"),
    "E07000039": ("South Derbyshire", "South\tDerbyshire", "E07000039"),
    "Outside": ("Outside Derbyshire", "Out of county", "Out of area"),
    "Unknown": ("Unknown", "Not known"),
}
# NHS Data Dictionary, ethnic category 2001 and the group of the self-defined ethnicity 18+1 in which each is counted.
NHS = {
    **dict.fromkeys("ABC", "White"),
    **dict.fromkeys("DEFG", "Mixed"),
    **dict.fromkeys("HJKL", "Asian"),
    **dict.fromkeys("MNP", "Black"),
    "S": "Any other ethnic group",
    "Z": "Not recorded",
    "99": "Not recorded",
}


@pytest.fixture(scope="module")
def conformed(render):
    """What a label becomes in a scheme: None where nobody has mapped it."""
    con = duckdb.connect()
    con.execute(f"create table source_label as from read_csv('{SEEDS / 'source_label.csv'}', all_varchar = true)")
    con.execute(f"create table ethnicity as from read_csv('{SEEDS / 'ethnicity.csv'}', all_varchar = true)")
    plain = render("{{ plain_label('$label') }}"), render("{{ plain_label('source_label') }}")
    sql = f"select conformed from source_label where scheme = $scheme and {plain[1]} = {plain[0]}"

    def run(scheme, label):
        found = con.execute(sql, {"scheme": scheme, "label": label}).fetchall()
        assert len(found) <= 1
        return found[0][0] if found else None

    run.con = con
    return run


@pytest.mark.parametrize(("code", "label"), [(code, label) for code, labels in DISTRICTS.items() for label in labels])
def test_every_name_of_a_district_is_one_district(conformed, code, label):
    assert conformed("district", label) == code


def test_all_nine_districts_are_known_by_name_and_code(conformed):
    rows = conformed.con.execute(
        f"select district_code, district, source_name from read_csv('{SEEDS / 'district.csv'}', all_varchar = true)"
    ).fetchall()
    assert len(rows) == 9
    assert [(conformed("district", label), code) for code, *names in rows for label in (code, *names)] == [
        (code, code) for code, *names in rows for _ in (code, *names)
    ]


@pytest.mark.parametrize(("letter", "group"), NHS.items())
def test_every_letter_of_the_nhs_is_counted_in_its_group(conformed, letter, group):
    code = conformed("nhs_ethnic_category", letter)
    found = conformed.con.execute("select ethnicity_group from ethnicity where ethnicity_code = ?", [code]).fetchall()
    assert found == [(group,)]


@pytest.mark.parametrize(("scheme", "label"), [("district", "Derbyshire"), ("district", "Derby North"), ("sex", "Femme")])
def test_what_nobody_has_mapped_is_guessed_by_nobody(conformed, scheme, label):
    assert conformed(scheme, label) is None


def test_every_code_that_a_label_becomes_is_there(conformed):
    lost = conformed.con.execute(
        """select scheme, conformed from source_label
           where scheme = 'nhs_ethnic_category' and conformed not in (select ethnicity_code from ethnicity)"""
    ).fetchall()
    assert lost == []
