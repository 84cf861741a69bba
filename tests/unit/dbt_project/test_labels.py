"""Every label of an agency goes through the seed source_label, and staging declares each column of labels."""

from __future__ import annotations

import csv
import re

from orchestration.contracts.reader import load_contracts
from orchestration.home import areas
from orchestration.home.environment import DBT_PROJECT
from orchestration.warehouse import declared

MODELS = DBT_PROJECT / "models"
CHECKED = {(model, column, scheme) for model, columns in declared.labels(MODELS).items() for column, scheme in columns.items()}


def test_every_label_column_of_staging_is_checked():
    columns = {
        (path.stem, column)
        for path in (MODELS / "staging").rglob("stg_*.sql")
        for column in re.findall(r" as (\w+_label)\b", path.read_text())
    }
    # The crimes have seeds of their own, keyed by their labels.
    columns -= {("stg_police__crimes", "relationship_source_label")}
    assert columns == {check[:2] for check in CHECKED}


def test_every_fact_maps_a_label_by_the_scheme_that_is_checked():
    for path in (MODELS / "conformed").rglob("fct_*.sql"):
        text = path.read_text()
        read = set(re.findall(r"stg_\w+", text))
        for column, scheme in re.findall(r"join_label\('\w+', '\w+\.(\w+)', '(\w+)'\)", text):
            # Crimes without a known district have a rule of their own, which allows some.
            if column != "district_source_name":
                assert {(model, column, scheme) for model in read} <= CHECKED, path.name


def test_the_contracts_name_the_schemes_that_the_facts_use():
    """So that a label without a meaning is found when its delivery is landed; no delivery has what staging makes up."""
    named = {
        (f"stg_{contract.relation}", labels.scheme)
        for contract in load_contracts().values()
        for column in contract.columns
        for labels in column.labels
    }
    made_up = {
        (path.stem, column)
        for path in (MODELS / "staging").rglob("stg_*.sql")
        for column in re.findall(r"(?:cast\(null as varchar\)|'\w+') as (\w+_label)\b", path.read_text())
    }
    assert named == {(model, scheme) for model, column, scheme in CHECKED if (model, column) not in made_up}


def test_a_label_has_one_meaning_in_its_scheme():
    with (DBT_PROJECT / "seeds" / "reference" / "source_label.csv").open() as file:
        rows = [(row["scheme"], row["source_label"]) for row in csv.DictReader(file)]
    rows += [(scheme, label) for scheme, label, _ in areas.load("derbyshire").all_labels()]
    labels = [(scheme, " ".join(label.lower().split())) for scheme, label in rows]
    assert len(set(labels)) == len(labels)
    assert {scheme for scheme, _ in labels} == {scheme for _, _, scheme in CHECKED}
