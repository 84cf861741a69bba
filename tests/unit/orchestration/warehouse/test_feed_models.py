"""What a feed has in the dbt project is found step by step, and what it lacks is named."""

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.warehouse import feed_models

CONTRACT = load_contracts()["royal_derby_hospital", "ed_assaults"]
STAGING = "stg_health__ed_assaults"
LABELS = ", ".join(f"{scheme}_label: {scheme}" for scheme in feed_models.schemes(CONTRACT))
FILES = {
    "staging/health/sources.yml": "sources: [{name: landing, tables: [{name: health__ed_assaults}]}]",
    "staging/health/models.yml": f"models: [{{name: {STAGING}, config: {{meta: {{labels: {{{LABELS}}}}}}}}}]",
    f"staging/health/{STAGING}.sql": "select * from {{ source('landing', 'health__ed_assaults') }}",
    "conformed/health/fct_attendance.sql": f"select * from {{{{ ref('{STAGING}') }}}}",
    "marts/health/attendances.sql": "select * from {{ ref('fct_attendance') }}",
}


@pytest.fixture
def missing(tmp_path):
    """The steps that are missing in a project of these files, with what to do."""

    def of(files):
        for name, content in files.items():
            path = tmp_path / "models" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return {step.name: step.remedy for step in feed_models.steps(CONTRACT, tmp_path) if not step.found}

    return of


def test_nothing_is_missing_in_a_project_that_has_all(missing):
    assert missing(FILES) == {}


@pytest.mark.parametrize(
    ("without", "steps"),
    [
        ("staging/health/sources.yml", {"source"}),
        ("staging/health/models.yml", {"description", "labels"}),
        (f"staging/health/{STAGING}.sql", {"staging model", "mart"}),
        ("conformed/health/fct_attendance.sql", {"mart"}),
        ("marts/health/attendances.sql", {"mart"}),
    ],
)
def test_what_is_missing_is_named(missing, without, steps):
    assert set(missing({name: content for name, content in FILES.items() if name != without})) == steps


@pytest.mark.parametrize(
    "declared", [f"{{name: {STAGING}}}", f"{{name: other, config: {{meta: {{labels: {{{LABELS}}}}}}}}}, {{name: {STAGING}}}"]
)
def test_labels_that_the_staging_model_does_not_declare_are_missing(missing, declared):
    assert set(missing({**FILES, "staging/health/models.yml": f"models: [{declared}]"})) == {"labels"}


def test_a_staging_model_that_reads_another_feed_is_not_one_of_this(missing):
    other = "select * from {{ source('landing', 'health__assault_calls') }}"
    assert "staging model" in missing({**FILES, f"staging/health/{STAGING}.sql": other})


def test_a_fact_that_declares_the_feed_leads_to_its_marts(missing):
    declared = "models: [{name: fct_attendance, config: {meta: {feeds: [health/ed_assaults]}}}]"
    fact = {"conformed/health/fct_attendance.sql": "{{ attendances() }}", "conformed/health/models.yml": declared}
    assert missing(FILES | fact) == {}


def test_each_feed_of_the_project_reaches_a_mart():
    lacking = {
        feed: step.remedy for feed, contract in load_contracts().items() for step in feed_models.steps(contract) if not step.found
    }
    assert lacking == {}


def test_marts_that_a_feed_supplies_are_those_above_it():
    contracts = load_contracts()
    crimes = feed_models.marts(contracts["derbyshire_constabulary", "crimes"])
    assert crimes.index("offences") < crimes.index("drivers") and "schools" not in crimes
    assert feed_models.marts(contracts["derbyshire_constabulary", "nominals"]) == []
