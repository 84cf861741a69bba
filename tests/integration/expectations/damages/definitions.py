"""Damages to the definitions of violence: every mistake in a row of their seeds that the validation of the facts finds."""

from expectations.suites.definitions import BRIDGE, DEFINITION, RULE

CASES: list[tuple[str, str, str]] = []

SEED = "reference.violence_definition_rule"
MURDER = "where definition_id = 'sna-2024' and ho_sub_code = '001/01'"
COMPLETE = "Every definition has a name, an owner, a version and days in order"
KNOWN = "Every value of a rule is one that the definitions know"
CONSISTENT = "No rule of a definition contradicts another"

INCOMPLETE = ("owner = null", "valid_to = 'until revoked'", "valid_to = '2002-03-31'")
# What is wrong with a rule, and how many of its values are then not known.
MISSPELT = {
    "definition_id = 'sna2024'": 1,
    "effect = 'counts'": 2,
    "ho_class = '1A', ho_sub_code = null": 1,
    "ho_sub_code = '001/10'": 1,
    "offence_type = 'Homicides'": 1,
    "weapon = 'Knife'": 1,
    "exclusion = 'Domestic abuse'": 1,
    "knife_flag = 'Only'": 1,
    "domestic_abuse = null": 1,
    "modern_slavery = 'no'": 1,
    "public_place = 'yes'": 1,
    "victim_age_to = 'under 25'": 1,
    "suspect_age_from = '-1'": 1,
    "victim_age_from = '25', victim_age_to = '24'": 1,
    "valid_from = '7 June 2022'": 1,
    "valid_from = '2024-01-01', valid_to = '2023-12-31'": 1,
}
# What a rule beside that of murder says otherwise.
CONTRADICTING = (
    "'exclude' as effect, 'Another law' as exclusion, 'in' as domestic_abuse, 'in' as modern_slavery",
    "'Violence with injury' as offence_type, 'only' as knife_flag",
    "'Murder of a baby' as offence_subtype, '0' as victim_age_to",
    "'Another source' as source",
    "null as ho_sub_code, 'exclude' as effect, 'Another law' as exclusion, 'in' as domestic_abuse, 'in' as modern_slavery",
)

FACTS = [
    *(
        (DEFINITION, COMPLETE, f"update reference.violence_definition set {w} where definition_id = 'sna-2024'", 1)
        for w in INCOMPLETE
    ),
    (
        DEFINITION,
        "Every definition counts something",
        f"update {RULE} set effect = 'exclude' where definition_id = 'hkci-2024'",
        1,
    ),
    *((RULE, KNOWN, f"update {SEED} set {wrong} {MURDER}", values) for wrong, values in MISSPELT.items()),
    # The last of them excludes a class of which two sub-codes count.
    *(
        (RULE, CONSISTENT, f"insert into {SEED} select * replace ({other}) from {SEED} {MURDER}", 1 + ("ho_sub_code" in other))
        for other in CONTRADICTING
    ),
    (RULE, CONSISTENT, f"update {SEED} set domestic_abuse = 'only' where definition_id = 'sna-2024' and ho_class = '106'", 1),
    (
        *(BRIDGE, "The definition in force counts the serious violence of the facts"),
        *("delete from {0} where rowid in (select rowid from {0} where definition_id = 'sna-2024' and is_counted limit 3)", 3),
    ),
    (
        *(BRIDGE, "The definition in force has offence types of the seed offence_type only"),
        *("delete from reference.offence_type where offence_type = 'Robbery of personal property'", 215),
    ),
]
FOR_INFORMATION = [
    (
        *(BRIDGE, "Every delivered offence code is known to a definition or to the seed offence_code"),
        *("update conformed.dim_offence set is_inferred = true where ho_sub_code in ('003/01', '008/01')", 240),
    ),
    (
        *("conformed.fct_offence", "Every offence is recorded while its code is valid"),
        "update reference.offence_code set valid_from = '2099-01-01' where ho_sub_code = '003/01';"
        "update reference.offence_code set valid_to = '2000-01-01' where ho_sub_code = '008/01'",
        480,
    ),
]
