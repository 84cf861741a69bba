"""The serious-violence records of one county, all steps in order.

Order matters: ages first, then offences with room for their victims, districts, dates, suspects (with the ages of
victims), details, outcomes, persons, and last ethnicity and sex per person. No published figure is in this file.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from synthetic.records import ages, knife_carriers, minors
from synthetic.records.dates import serious_violence_times
from synthetic.records.details import offence_details
from synthetic.records.districts import place_offences
from synthetic.records.ethnicity import ethnicities
from synthetic.records.following_month import with_following_month
from synthetic.records.model import Records
from synthetic.records.offences import ADULT, CHILD, age_class, offence_records, place_victims
from synthetic.records.outcomes import outcome_records
from synthetic.records.persons import TOP_SUSPECTS, TOP_VICTIMS, identify
from synthetic.records.relationships import relationships
from synthetic.records.school_age import mark_serious, shift_years
from synthetic.records.sex import suspect_sexes, victim_sexes
from synthetic.records.suspects import suspect_records
from synthetic.records.targets import HOMICIDE, PersonTargets, Targets


def _people(
    rng: np.random.Generator,
    people: PersonTargets,
    top: tuple[int, ...],
    occurrences: pd.DataFrame,
    offences: pd.DataFrame,
    sexes: Callable[[np.random.Generator, pd.DataFrame], np.ndarray],
    cohort: knife_carriers.Carriers | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    at = occurrences["offence"].to_numpy()
    records = occurrences.assign(
        area=offences["area"].to_numpy()[at],
        day=offences["committed"].to_numpy()[at].astype("datetime64[D]"),
        counted=knife_carriers.counted(offences)[at] & (cohort is not None),
    )
    person, born, members = identify(rng, people, top, records, cohort)
    male = pd.Series(cohort.male if cohort else [], index=members, dtype=object)
    records = records.assign(person=person, male=male.reindex(person).to_numpy())
    persons = pd.DataFrame({"born": born, "sex": sexes(rng, records), "ethnicity": ethnicities(rng, people, records)})
    return records[["offence", "person"]], persons


def serious_violence(rng: np.random.Generator, targets: Targets) -> Records:
    """Draw the offences, people and outcomes whose counts equal ``targets``, and those of the month after."""
    victims = ages.occurrences(rng, targets.victims, targets.offences, ages.VICTIMS, targets.offences[:, HOMICIDE])
    victims = minors.split_by_year(rng, victims, minors.VICTIMS)
    offences = offence_records(rng, targets, victims)
    victims = place_victims(rng, offences, victims)
    area, district = place_offences(rng, targets, offences)
    offences = pd.concat([offences.assign(area=area, district=district), serious_violence_times(rng, offences)], axis=1)
    suspects = ages.occurrences(rng, targets.suspects, targets.offences, ages.SUSPECTS)
    suspects = minors.split_by_year(rng, suspects, minors.SUSPECTS)
    suspects = suspect_records(rng, targets, offences, victims, suspects)
    size = len(offences)
    offences["victims"] = np.bincount(victims["offence"], minlength=size)
    offences["suspects"] = np.bincount(suspects["offence"], minlength=size)
    for name, wanted in (("child_suspects", CHILD), ("adult_suspects", ADULT)):
        of_age = suspects.loc[age_class(suspects["age"]) == wanted, "offence"]
        offences[name] = np.bincount(of_age, minlength=size)
    offences = pd.concat([offences, offence_details(rng, targets, offences)], axis=1)
    offences["relationship"] = relationships(rng, targets, offences)
    offences = shift_years(rng, offences, victims)
    offences = pd.concat([offences, mark_serious(rng, offences, victims)], axis=1)
    outcomes = outcome_records(rng, targets, offences)
    victims, victim_persons = _people(rng, targets.victims, TOP_VICTIMS, victims, offences, victim_sexes)
    suspects, suspect_persons = _people(
        rng, targets.suspects, TOP_SUSPECTS, suspects, offences, suspect_sexes, knife_carriers.targets(rng)
    )
    return with_following_month(rng, Records(offences, victims, suspects, victim_persons, suspect_persons, outcomes))
