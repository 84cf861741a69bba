"""One dimension for the words of every agency, through the seed and the macros that the facts use."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT

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
# The labels of pupils and of the census, by the same group.
PUPILS = {
    "White": (
        *("WBRI", "WIRI", "WIRT", "WROM", "WOTH", "White - British", "White - Irish", "Any other white background"),
        *("Traveller of Irish heritage", "Gypsy/Roma", "Gypsy / Roma"),
    ),
    "Mixed": (
        *("MWBC", "MWBA", "MWAS", "MOTH", "White and Black Caribbean", "White and Black African", "White and Asian"),
        "Any other mixed background",
    ),
    "Asian": ("AIND", "APKN", "ABAN", "AOTH", "Indian", "Pakistani", "Bangladeshi", "Any other Asian background"),
    "Black": (
        *("BCRB", "BAFR", "BOTH", "Black Caribbean", "Black - Caribbean", "Black African", "Black - African"),
        "Any other Black background",
    ),
    "Any other ethnic group": ("CHNE", "OOTH", "Chinese", "Any other ethnic group"),
    "Not recorded": ("REFU", "NOBT", "Refused", "Information not yet obtained"),
}
ASIAN, BLACK = "Asian, Asian British or Asian Welsh", "Black, Black British, Black Welsh, Caribbean or African"
MIXED, OTHER = "Mixed or Multiple ethnic groups", "Other ethnic group"
CENSUS = {
    "White": (
        *("White: English, Welsh, Scottish, Northern Irish or British", "White: Irish", "White: Gypsy or Irish Traveller"),
        *("White: Roma", "White: Other White"),
    ),
    "Mixed": tuple(
        f"{MIXED}: {name}"
        for name in (
            *("White and Black Caribbean", "White and Black African", "White and Asian"),
            "Other Mixed or Multiple ethnic groups",
        )
    ),
    "Asian": tuple(f"{ASIAN}: {name}" for name in ("Indian", "Pakistani", "Bangladeshi", "Other Asian")),
    "Black": tuple(f"{BLACK}: {name}" for name in ("African", "Caribbean", "Other Black")),
    # The police count Chinese here, see the seed ethnicity.
    "Any other ethnic group": (f"{ASIAN}: Chinese", f"{OTHER}: Arab", f"{OTHER}: Any other ethnic group"),
    "Not recorded": ("Does not apply",),
}
GROUPS = {"dfe_ethnicity": PUPILS, "census_ethnic_group": CENSUS}


@pytest.fixture(scope="module")
def conformed(render):
    """What a label becomes in a scheme: None where nobody has mapped it."""
    con = duckdb.connect()
    con.execute(f"create table source_label as from read_csv('{SEEDS / 'source_label.csv'}', all_varchar = true)")
    con.executemany(
        "insert into source_label (scheme, source_label, conformed) values (?, ?, ?)", areas.load("derbyshire").all_labels()
    )
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
    districts = areas.load("derbyshire").districts
    assert len(districts) == 9
    assert [(conformed("district", code), conformed("district", name)) for code, name in districts.items()] == [
        (code, code) for code in districts
    ]


@pytest.mark.parametrize(("letter", "group"), NHS.items())
def test_every_letter_of_the_nhs_is_counted_in_its_group(conformed, letter, group):
    code = conformed("nhs_ethnic_category", letter)
    found = conformed.con.execute("select ethnicity_group from ethnicity where ethnicity_code = ?", [code]).fetchall()
    assert found == [(group,)]


@pytest.mark.parametrize(("scheme", "groups"), GROUPS.items())
def test_every_label_of_pupils_and_the_census_is_counted_in_its_group(conformed, scheme, groups):
    found = conformed.con.execute(
        """select source_label, ethnicity_group from source_label
           left join ethnicity on conformed = ethnicity_code where scheme = ?""",
        [scheme],
    ).fetchall()
    assert dict(found) == {label: group for group, labels in groups.items() for label in labels}


@pytest.mark.parametrize(("scheme", "label"), [("district", "Derbyshire"), ("district", "Derby North"), ("sex", "Femme")])
def test_what_nobody_has_mapped_is_guessed_by_nobody(conformed, scheme, label):
    assert conformed(scheme, label) is None


def test_every_code_that_a_label_becomes_is_there(conformed):
    lost = conformed.con.execute(
        """select scheme, conformed from source_label
           where scheme in ('nhs_ethnic_category', 'police_ethnicity', 'dfe_ethnicity', 'census_ethnic_group')
               and conformed not in (select ethnicity_code from ethnicity)"""
    ).fetchall()
    assert lost == []
