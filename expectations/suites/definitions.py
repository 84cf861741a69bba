"""Gate 2, part of it: definitions of violence can be read, have no contradictions, and know the offences of the force."""

from __future__ import annotations

from expectations.rules import Suite, none, zero

DEFINITION, RULE, BRIDGE = "conformed.dim_definition", "conformed.dim_definition_rule", "conformed.bridge_offence_definition"
SEED = "dbt_project/seeds/reference/violence_definition_rule.csv"
GUIDE = "docs/how-to/add-a-definition.md has the values of each column"
FLAGS = ("knife_flag", "domestic_abuse", "modern_slavery", "public_place")
AGES = ("victim_age_from", "victim_age_to", "suspect_age_from", "suspect_age_to")
DATES = ("valid_from", "valid_to")
CONDITIONS = (*FLAGS, "weapon", *AGES)


def suites() -> list[Suite]:
    """Suites of the definitions, of their rules, and of what they make of the delivered offences."""
    return [_definitions(), _values(), _contradictions(), _counted(), _codes(), _validity()]


def _definitions() -> Suite:
    unreadable = " or ".join(f"({column} is not null and try_cast({column} as date) is null)" for column in DATES)
    remedy = "The data engineer fills the row in dbt_project/seeds/reference/violence_definition.csv."
    return Suite(
        subject=DEFINITION,
        title="definitions",
        grain="definitions",
        sql=f"""
            select
                definition_id,
                (definition_name is null or owner is null or version is null or {unreadable} or valid_from > valid_to)::int
                    as rows_incomplete,
                (definition_id not in (select definition_id from {RULE} where effect = 'count'))::int as rows_counting_nothing
            from reference.violence_definition order by all
        """,
        labels=("definition_id",),
        rules=(
            zero("Every definition has a name, an owner, a version and days in order", "rows_incomplete", remedy),
            zero(
                "Every definition counts something",
                "rows_counting_nothing",
                f"The data engineer adds the rules of the definition to {SEED}, or removes it; {GUIDE}.",
            ),
        ),
    )


def _values() -> Suite:
    """Each value of a rule that cannot be read or that nothing else knows: a spelling mistake, mostly."""
    faults = {
        "definition_id": "definition_id not in (select definition_id from reference.violence_definition)",
        "effect": "coalesce(effect, '') not in ('count', 'exclude')",
        "ho_class": "coalesce(ho_class, '') not in (select ho_class from reference.offence_code union select '*')",
        "ho_sub_code": "ho_sub_code is not null and coalesce(ho_class, '') || ' ' || ho_sub_code"
        " not in (select ho_class || ' ' || ho_sub_code from reference.offence_code)",
        "offence_type": "offence_type not in (select offence_type from reference.offence_type"
        " union select recorded_crime_group from reference.offence_code)",
        "weapon": "weapon not in (select weapon from reference.weapon)",
        "exclusion": "coalesce(effect, '') <> case when exclusion is null then 'count' else 'exclude' end",
    }
    faults |= {flag: f"coalesce({flag}, '') not in ('in', 'out', 'only')" for flag in FLAGS}
    faults |= {age: f"{age} is not null and coalesce(try_cast({age} as integer), -1) not between 0 and 129" for age in AGES}
    faults |= {date: f"{date} is not null and try_cast({date} as date) is null" for date in DATES}
    # The last day or age is before the first, which nothing can meet.
    for first, last in (*zip(AGES[::2], AGES[1::2], strict=True), DATES):
        kind = "date" if first in DATES else "integer"
        faults[last] += f" or try_cast({first} as {kind}) > try_cast({last} as {kind})"
    rows = " union all ".join(
        f"select definition_id, ho_class as seed_class, ho_sub_code as seed_sub_code, '{column}' as column_name,"
        f" {column} as seed_value"
        f" from reference.violence_definition_rule where {fault}"
        for column, fault in faults.items()
    )
    return Suite(
        subject=RULE,
        title="values",
        grain="values",
        sql=f"select * from ({rows}) order by all",
        labels=("definition_id", "seed_class", "seed_sub_code", "column_name", "seed_value"),
        rules=(
            none(
                "Every value of a rule is one that the definitions know",
                f"The data engineer corrects the value in {SEED}, mostly a spelling mistake; {GUIDE}. A new offence code goes to"
                " the seed offence_code too.",
            ),
        ),
    )


def _contradictions() -> Suite:
    """Pairs of rules of one definition and code that are valid at the same time."""
    same = " and ".join(f"one.{column} is not distinct from other.{column}" for column in CONDITIONS)
    bare = " and ".join(f"coalesce({column}, 'in') = 'in'" for column in CONDITIONS)
    return Suite(
        subject=RULE,
        title="contradictions",
        grain="pairs of rules",
        sql=f"""
            with rule as (select row_number() over () as place, * from reference.violence_definition_rule)
            select
                one.definition_id, one.ho_class as seed_class, other.ho_sub_code as seed_sub_code,
                case
                    when one.ho_sub_code is distinct from other.ho_sub_code then 'the class is excluded whole'
                    when one.effect <> other.effect then 'one counts what the other excludes'
                    when {same} then 'the same conditions twice'
                    else 'two offence types'
                end as fault
            from rule as one
            join rule as other
                on one.definition_id = other.definition_id and one.ho_class = other.ho_class
                and (
                    (one.place < other.place and one.ho_sub_code is not distinct from other.ho_sub_code)
                    or (
                        one.ho_sub_code is null and other.ho_sub_code is not null
                        and one.effect = 'exclude' and other.effect = 'count'
                    )
                )
                and coalesce(one.valid_from, '') <= coalesce(other.valid_to, '9999')
                and coalesce(other.valid_from, '') <= coalesce(one.valid_to, '9999')
            where
                one.effect <> other.effect
                or one.offence_type is distinct from other.offence_type
                or one.offence_subtype is distinct from other.offence_subtype
                or ({same})
            union all
            select definition_id, ho_class, ho_sub_code, 'an exclusion with conditions'
            from rule where effect = 'exclude' and not ({bare})
            order by all
        """,
        labels=("definition_id", "seed_class", "seed_sub_code", "fault"),
        rules=(
            none(
                "No rule of a definition contradicts another",
                f"The data engineer removes or joins the rules of this code in {SEED}: those of one code count it under one"
                " type, or one of them excludes it without conditions.",
            ),
        ),
    )


def _counted() -> Suite:
    """The definition in force, in the facts and in the bridge; and types that only it may not have, for marts list them."""
    return Suite(
        subject=BRIDGE,
        title="the definition in force",
        grain="years",
        sql=f"""
            with bridge as (
                select financial_year, count(*) as counted, count(*) filter (kind.offence_type is null) as rows_of_unlisted_type
                from {BRIDGE} as bridge join {DEFINITION} as definition using (definition_id)
                left join reference.offence_type as kind on bridge.offence_type = kind.offence_type
                where is_in_force and is_counted group by all
            ),
            fact as (
                select financial_year, count(*) as serious_violence
                from conformed.fct_offence where is_serious_violence group by all
            )
            select
                financial_year, coalesce(counted, 0) - coalesce(serious_violence, 0) as rows_difference,
                coalesce(rows_of_unlisted_type, 0) as rows_of_unlisted_type
            from bridge full join fact using (financial_year) order by all
        """,
        labels=("financial_year",),
        rules=(
            zero(
                "The definition in force counts the serious violence of the facts",
                "rows_difference",
                "The data engineer compares fct_offence with bridge_offence_definition, corrects the dbt model and rebuilds it.",
            ),
            zero(
                "The definition in force has offence types of the seed offence_type only",
                "rows_of_unlisted_type",
                f"The data engineer names these types in the rules of the definition in {SEED}, or adds them to the seed"
                " offence_type, whose types the marts list.",
            ),
        ),
    )


def _codes() -> Suite:
    """Titles are those of dim_offence: of few crimes as a shape, for a text in a wrong column can be anything."""
    return Suite(
        subject=BRIDGE,
        title="offence codes that no definition knows",
        grain="codes",
        sql=f"""
            select
                case when regexp_full_match(ho_sub_code, '\\d{{1,3}}[A-Z]?/\\d{{1,3}}') then offence_code end as code_in_form,
                code.offence_title as title_in_use, count(*) as offences
            from conformed.fct_offence join conformed.dim_offence as code using (offence_code)
            where code.is_inferred
                and ho_sub_code not in (select ho_sub_code from {RULE} where ho_sub_code is not null)
            group by all order by offences desc, code_in_form
        """,
        labels=("code_in_form", "title_in_use"),
        rules=(
            none(
                "Every delivered offence code is known to a definition or to the seed offence_code",
                "Nothing fails: only rules of a whole class or of all classes count these offences. New law brings new codes: the"
                " data engineer adds them to the seed offence_code, and the analyst decides for each definition whether a rule in"
                f" {SEED} counts them.",
                counts="offences",
                blocking=False,
            ),
        ),
    )


def _validity() -> Suite:
    """By month of recording: a force's system has a new code from some day of it."""
    return Suite(
        subject="conformed.fct_offence",
        title="offence codes before and after their law",
        grain="codes",
        sql="""
            select offence_code, code.offence_title, known.valid_from, known.valid_to, count(*) as offences
            from conformed.fct_offence as offence
            join conformed.dim_offence as code using (offence_code)
            join reference.offence_code as known using (ho_class, ho_sub_code)
            where offence.recorded_month < date_trunc('month', known.valid_from) or offence.recorded_month > known.valid_to
            group by all order by offences desc, offence_code
        """,
        labels=("offence_code", "offence_title"),
        rules=(
            none(
                "Every offence is recorded while its code is valid",
                "Nothing fails: ask the force whether these offences have the right code and date. If the days are wrong, the"
                " data engineer corrects valid_from or valid_to in the seed offence_code.",
                counts="offences",
                blocking=False,
            ),
        ),
    )
