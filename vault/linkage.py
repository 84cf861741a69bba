"""One person under several nominal references: probabilistic linkage of keyed tokens by splink.

The model is that of Fellegi and Sunter (1969) as splink fits it: how often tokens agree by chance is counted (`chance`), and how
often they agree in one person is estimated by expectation maximisation; rare names weigh more than common ones. Nothing
here knows a name or a date of birth, and nothing here may be fed with health data: the only input is the register of nominals.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vault import chance

if TYPE_CHECKING:
    import duckdb
    from splink import SettingsCreator

THRESHOLD = 0.9
"""Match probability from which two references are one person; precision and recall at it are in docs/how-to/link-people.md."""
REPORTED = 0.1
"""Match probability below which a pair is not kept, even for the audit."""
TOGETHER = 0.8
"""Assumed share of the references of one person that agree in both names and the date of birth, for splink to start from."""
NAMES = ("surname", "forename")
TWO_OF_THREE = " or ".join(f"{parts}_l = {parts}_r" for parts in chance.PARTS_OF_DATE)


def link(con: duckdb.DuckDBPyConnection, people: str) -> None:
    """Link the rows of a table and leave the result in two temporary tables of the connection.

    Args:
        people: table with one row per reference: position, person_key, the tokens of surname, forename and date of birth as
            the contract `derbyshire_constabulary/nominals` lands them, and sex. Position is the place in the register, so that
            the links do not depend on the key of pseudonyms and tokens.

    `linked_pair`: person_key, other_key, match_weight (base-2 logarithm of the odds), match_probability, surname, forename,
    born, sex (how they agree: `same`, `alike`, `different`, `not known`); one row per pair from `REPORTED` on.
    `linked_person`: person_key, linked_key; one row per reference, `linked_key` the least person_key of its person.
    """
    from splink import DuckDBAPI, Linker, block_on

    # splink logs every iteration as a warning.
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=con)
    linker = Linker(api.register(people), _settings(chance.agreement(con, people)), log_level=logging.ERROR)
    agreeing = block_on("surname_token", "forename_token", "born_token")
    linker.training.estimate_probability_two_random_records_match([agreeing], recall=TOGETHER)
    for known in (block_on("surname_token", "forename_token"), block_on("born_token")):
        linker.training.estimate_parameters_using_expectation_maximisation(known)
    pairs = linker.inference.predict(threshold_match_probability=REPORTED)
    people_found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=THRESHOLD)
    # splink numbers the levels of a comparison from 0, the last, upwards, and has -1 where either side is blank.
    agreement = ", ".join(
        f"case gamma_{column} when -1 then 'not known' when 0 then 'different' when {most} then 'same' else 'alike' end"
        f" as {column}"
        for column, most in (("surname", 2), ("forename", 2), ("born", 2), ("sex", 1))
    )
    con.execute(
        f"""
        create or replace temp table linked_pair as
        select
            least(one.person_key, other.person_key) as person_key, greatest(one.person_key, other.person_key) as other_key,
            match_weight, match_probability, {agreement}
        from {pairs.physical_name} as pair
        join {people} as one on one.position = pair.position_l
        join {people} as other on other.position = pair.position_r
        """
    )
    con.execute(
        f"""
        create or replace temp table linked_person as
        select person_key, min(person_key) over (partition by cluster_id) as linked_key from {people_found.physical_name}
        """
    )
    linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]


def _settings(by_chance: Mapping[str, list[float]]) -> SettingsCreator:
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    def compared(name: str, column: str, alike: str, rare: bool) -> compare.CustomComparison:
        levels: list[Any] = [
            level.NullLevel(column),
            level.ExactMatchLevel(column, term_frequency_adjustments=rare),
            level.CustomLevel(alike, label_for_charts="alike"),
            level.ElseLevel(),
        ]
        made = compare.CustomComparison(output_column_name=name, comparison_levels=levels)
        made.configure(u_probabilities=by_chance[name])
        return made

    sex = compare.ExactMatch("sex").configure(u_probabilities=by_chance["sex"])
    names = [compared(name, f"{name}_token", f"{name}_token_sound_l = {name}_token_sound_r", rare=True) for name in NAMES]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="position",
        comparisons=[*names, compared("born", "born_token", TWO_OF_THREE, rare=False), sex],
        blocking_rules_to_generate_predictions=[
            block_on("born_token", "sex"),
            block_on("surname_token_sound", "born_token_year_month"),
            block_on("surname_token_sound", "born_token_year_day"),
            block_on("surname_token_sound", "born_token_month_day"),
            block_on("surname_token", "forename_token"),
        ],
        retain_intermediate_calculation_columns=True,
    )
