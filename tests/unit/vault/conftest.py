"""A small warehouse with made-up suspects, and a vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.vault_runs.access import ENGINE
from vault import index, policy, store
from vault.index import Run, Sources

KEY = hashlib.sha256(b"a key for tests only").hexdigest()
FACTORS = {"known_for_violence": 25, "aged_under_25": 15, "victim_of_violence": 0}


@dataclass
class Force:
    """What the warehouse and the landing log hold. Days are ISO dates."""

    file: Path
    incidents: list[tuple] = field(default_factory=list)
    reports: list[tuple] = field(default_factory=list)
    assessments: list[tuple] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=lambda: dict(FACTORS))

    def incident(
        self,
        person: str,
        day: str,
        *,
        knife: bool = True,
        kind: str = "Violence with injury",
        domestic: bool = False,
        recorded: str = "",
        age: int | None = 20,
    ) -> None:
        self.incidents.append((person, f"C{len(self.incidents)}", day, knife, kind, domestic, recorded or day, age))

    def sources(self) -> Sources:
        self.file.unlink(missing_ok=True)
        with duckdb.connect(str(self.file)) as con:
            con.execute(
                """
                create schema conformed; create schema reference;
                create table made (person_key varchar, crime_reference varchar, offence_date date, is_knife_crime boolean,
                    offence_type varchar, is_domestic_abuse boolean, recorded_at timestamp, age smallint);
                """
            )
            con.executemany("insert into made values (?, ?, ?, ?, ?, ?, ?, ?)", self.incidents or [(None,) * 8])
            con.execute("create table weights (factor varchar, points integer)")
            con.executemany("insert into weights values (?, ?)", list(self.points.items()))
            con.execute(
                """
                create table reference.lifestyle_factor as from weights;
                create table conformed.fct_suspect as
                select person_key, crime_reference, offence_date, age, 'Male' as sex, 'W1' as ethnicity_code from made
                where person_key is not null;
                create table conformed.fct_offence as
                select crime_reference, is_knife_crime, offence_type, is_domestic_abuse, recorded_at, '008/26' as offence_code,
                    'E06000015' as district_code
                from made where person_key is not null;
                create table conformed.bridge_offence_definition as
                select crime_reference, 'hkci-2024' as definition_id,
                    (is_knife_crime or offence_type = 'Possession of weapons offences') and not is_domestic_abuse as is_counted
                from made where person_key is not null
                union all select crime_reference, 'sna-2024', true from made where person_key is not null;
                create table conformed.dim_ethnicity as select 'W1' as ethnicity_code, 'White' as ethnicity_group;
                create table conformed.dim_district as select 'E06000015' as district_code, 'Derby City' as area;
                create table conformed.dim_offence_harm as select '008/26' as offence_code, 5.0 as harm_days;
                """
            )
        reports = ", ".join(f"('{r}', '{p}', date '{d}')" for r, p, d in self.reports or [("none", "none", "1900-01-01")])
        answers = ", ".join(
            f"('{p}', date '{d}', '{a}', '{b}', '{c}', '0', 1)"
            for p, d, a, b, c in self.assessments or [("none", "1900-01-01", *"NNN")]
        )
        return Sources(
            warehouse=self.file,
            intelligence=f"select * from (values {reports}) as t (report_reference, person_key, reported_on)",
            lifestyle=f"""select * from (values {answers}) as t (
                person_key, assessed_on, known_for_violence, aged_under_25, victim_of_violence, _load_id, _row)""",
            fingerprint="0" * 64,
            is_synthetic=True,
        )


@pytest.fixture
def force(tmp_path) -> Force:
    return Force(tmp_path / "warehouse.duckdb")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Of a vault without a line in its log."""
    made = tmp_path / "vault"
    store.found(made, KEY, lambda _: None, ENGINE)
    return made


@pytest.fixture
def vault(folder) -> Iterator[duckdb.DuckDBPyConnection]:
    with store.opened(folder, KEY, ENGINE) as con:
        yield con


@pytest.fixture
def draw(vault, folder, force) -> Callable[..., Run]:
    """Make a run at a date."""

    def run(at: str, today: str = "2024-04-10") -> Run:
        return index.run(
            *(vault, folder, force.sources(), policy.load(), date.fromisoformat(at)),
            why="testing the rules",
            today=date.fromisoformat(today),
        )

    return run


@pytest.fixture
def members(vault) -> Callable[[Run, str], set[str]]:
    """Pseudonyms of a cohort."""

    def of(run: Run, cohort: str = "Crime") -> set[str]:
        rows = vault.execute("select person_key from vault.hkci.entry where run_id = ? and cohort = ?", [run.run_id, cohort])
        return {key for (key,) in rows.fetchall()}

    return of
