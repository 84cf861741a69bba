"""Other crime holds nothing that the definition of serious violence would count."""

import numpy as np
import pandas as pd
import pytest

from synthetic.records.details import KNIFE, OTHER_WEAPONS
from synthetic.records.other_crime import other_crime
from synthetic.records.targets import HERE, SEEDS, counted_by, labels, read_csv


def reference(name):
    return read_csv(SEEDS / "reference" / f"{name}.csv")


@pytest.fixture(scope="module")
def drawn():
    known = pd.DataFrame(
        {
            "born": np.array(["1990-05-01", "2015-05-01", "NaT"], dtype="datetime64[D]"),
            "sex": ["M", "F", "F"],
            "ethnicity": ["W1", "NS", "A1"],
        }
    )
    serious = pd.DataFrame({"knife": True, "minor": True, "month": np.repeat([25, 37, 49], 90), "school": 0})
    return other_crime(np.random.default_rng(1), np.full(9, 1 / 9), known, serious)


def test_codes_are_known_and_excluded_where_the_definition_holds_them():
    titles = {row["ho_sub_code"] for row in reference("offence_code")}
    serious = {rule["ho_sub_code"] for rule in counted_by("sna-2024")}
    rows = read_csv(HERE / "other_crime.csv")
    assert {row["ho_sub_code"] for row in rows} <= titles
    for row in rows:
        if row["ho_sub_code"] in serious:
            assert "1" in (row["domestic"], row["slavery"]), row["ho_sub_code"]


def test_weapons_and_relationships_are_those_of_the_contract(drawn):
    assert set(drawn.offences["weapon"]) - {""} <= set(labels("T04"))
    assert set(OTHER_WEAPONS) - {""} <= set(labels("T04"))
    sent = {row["source_label"] for row in reference("relationship")}
    assert set(drawn.offences["relationship"]) <= sent | {""}


def test_knife_flags_are_on_knives(drawn):
    flagged = drawn.offences[drawn.offences["knife"]]
    assert len(flagged) > 500
    assert (flagged["weapon"] == KNIFE).all()


def test_people_known_from_serious_violence_are_met_again_but_not_before_birth(drawn):
    met = set(drawn.victims["person"]) | set(drawn.suspects["person"])
    assert {0, 2} <= met
    assert 1 not in met


def test_victims_fit_the_name_of_the_offence(drawn):
    code = drawn.offences["code"].to_numpy()[drawn.victims["offence"]]
    people = drawn.persons.iloc[drawn.victims["person"][code == "019/08"] - 3]
    assert (people["sex"] == "F").all()
    assert (people["born"] < pd.Timestamp("2001-01-01")).all()
