"""The core names no place: what is true of one area only is in its folder of `areas/`.

Files that still name one are listed in `files_that_name_places.txt`. The list may only become shorter:
`python -m tests.unit.test_no_places` writes it without the files that no longer do, and adds none.
"""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

from orchestration.home import areas, national
from orchestration.home.environment import PROJECT

LIST = Path(__file__).with_name("files_that_name_places.txt")
SUFFIXES = (".py", ".sql", ".yml", ".yaml", ".csv")
# What is of an area, of the made-up county or of the whole nation; and what is made up to test an area.
APART = ("areas/", "synthetic/", "dbt_project/seeds/national/")
TESTS_APART = re.compile(
    r"tests/.*(synthetic|test_areas|test_area_files|test_national|test_no_places|test_other_areas|test_real_)"
)
# Every area has such agencies, and a hospital that is all others.
ANYWHERE = {"vru", "probation_service", "local_education_authorities", "nhs_liaison_and_diversion", "Other"}


@functools.cache
def names() -> frozenset[str]:
    """Names and codes of the districts, authorities, hospitals, agencies and forces of the committed areas."""
    found: set[str] = set()
    for name in areas.names():
        area = areas.load(name)
        codes = {*area.districts, *area.authorities}
        found |= {*codes, *area.districts.values(), *area.authorities.values(), name, *area.forces}
        found |= {national.authorities()[code].authority for code in area.authorities}
        found |= {national.forces()[force].force_name for force in area.forces}
        found |= {hospital.name for hospital in area.hospitals} | {agency.id for agency in area.agencies}
    return frozenset(found - ANYWHERE)


@functools.cache
def pattern() -> re.Pattern[str]:
    """Any of the names, whole words, joined by blanks or underscores."""
    words = (re.escape(name).replace(r"\ ", r"[\s_]+") for name in sorted(names(), key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{'|'.join(words)})(?![a-z])", re.IGNORECASE)


def that_name_a_place() -> list[str]:
    """The files of the core that name one, in their text or their path."""
    tracked = subprocess.check_output(["git", "ls-files"], cwd=PROJECT, text=True).split("\n")
    return [
        path
        for path in sorted(tracked)
        if path.endswith(SUFFIXES)
        and not path.startswith(APART)
        and not TESTS_APART.match(path)
        and (PROJECT / path).is_file()
        and pattern().search(f"{path}\n{(PROJECT / path).read_text('utf-8', 'replace')}")
    ]


def test_a_place_is_found_however_it_is_written():
    for text in (
        "'E07000036'",
        "stg_derbyshire_constabulary__crimes",
        "the city of NOTTINGHAM.",
        "High\nPeak",
        "royal_derby_hospital",
    ):
        assert pattern().search(text), text
    for text in ("derbyshirelike", "an area", "Other", "vru/interventions", "E07000999"):
        assert not pattern().search(text), text


def test_no_file_names_a_place_but_those_that_are_listed():
    listed = LIST.read_text("utf-8").split()
    assert sorted(set(that_name_a_place()) - set(listed)) == [], "names a place: move that to areas/<area>/"
    assert sorted(set(listed) - set(that_name_a_place())) == [], "names none any more: take it off the list"


def test_no_seed_names_a_place():
    """But for who owns a definition of violence."""
    seeds = [path for path in that_name_a_place() if path.startswith("dbt_project/seeds/")]
    assert seeds == ["dbt_project/seeds/reference/violence_definition.csv"]


if __name__ == "__main__":
    known = set(LIST.read_text("utf-8").split())
    LIST.write_text("".join(f"{path}\n" for path in that_name_a_place() if path in known), "utf-8")
