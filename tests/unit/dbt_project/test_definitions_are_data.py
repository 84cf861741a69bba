"""What a definition of violence leaves out is in its rules: no SQL and no Python looks at the flags for itself."""

import re

from orchestration.home.environment import DBT_PROJECT, PROJECT

FLAGS = re.compile(r"domestic_abuse|modern_slavery")
# Where the flags are renamed, kept beside the crime, held against the rules, and shown as a dimension; and the names of these
# conditions.
ALLOWED = {
    "dbt_project/macros/definitions.sql",
    "dbt_project/macros/person_marts.sql",
    "dbt_project/models/conformed/police/bridge_offence_code_rule.sql",
    "dbt_project/models/conformed/police/bridge_offence_definition.sql",
    "dbt_project/models/conformed/police/dim_definition_rule.sql",
    "dbt_project/models/conformed/police/fct_offence.sql",
    "dbt_project/models/marts/police/offence_outcomes.sql",
    "dbt_project/models/marts/police/recorded_offences.sql",
    "dbt_project/models/staging/police/stg_police__crimes.sql",
    "expectations/suites/definitions.py",
}
KEPT = "    classified.is_domestic_abuse,\n    classified.is_modern_slavery,\n"


def test_no_exclusion_is_in_sql_or_python():
    folders = (DBT_PROJECT, PROJECT / "expectations", PROJECT / "orchestration", PROJECT / "vault")
    files = [file for folder in folders for kind in ("*.sql", "*.py") for file in folder.rglob(kind)]
    naming = {file.relative_to(PROJECT).as_posix() for file in files if FLAGS.search(file.read_text("utf-8"))}
    assert naming == ALLOWED
    fact = (DBT_PROJECT / "models/conformed/police/fct_offence.sql").read_text("utf-8")
    assert not FLAGS.search(fact.replace(KEPT, ""))


def test_no_sql_or_python_names_a_definition_but_as_the_one_of_a_table_or_policy():
    """Which definition is used is a variable, a seed or the policy of the vault."""
    seed = (DBT_PROJECT / "seeds/reference/violence_definition.csv").read_text("utf-8").splitlines()[1:]
    named = re.compile("|".join(f"['\"]{row.partition(',')[0]}['\"]" for row in seed))
    folders = (
        DBT_PROJECT / "models",
        DBT_PROJECT / "macros",
        PROJECT / "expectations",
        PROJECT / "orchestration",
        PROJECT / "vault",
    )
    files = [file for folder in folders for kind in ("*.sql", "*.py") for file in folder.rglob(kind)]
    assert [file for file in files if named.search(file.read_text("utf-8"))] == []
