"""Whatever is delivered in whatever order, what the increments leave is what `dbt build` makes from nothing."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import duckdb
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from orchestration.contracts.reader import load_contracts
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import log
from orchestration.ingest.load.loader import load, plan
from orchestration.operations import withdrawal
from orchestration.warehouse import dbt, increments, ledger, materializations, warehouse_file
from tests.content import content

pytestmark = [pytest.mark.xdist_group("increments"), pytest.mark.slow]

# The code does not change here.
SAME: dict[str, str] = {}
MONTHS = ("2023-02", "2023-03", "2023-04")
CONTRACTS = load_contracts()
POLICE = ("crimes", "victims", "suspects", "outcomes")
# Of the definition, of the definition but excluded by a flag, and outside it.
OFFENCES = (("8N", "008/01"), ("8N", "008/06"), ("34B", "034/22"), ("10C", "081/03"), ("44", "044/00"), ("105A", "105/01"))
DISTRICTS = ("Derby City", "High Peak", "Chesterfield", "Erewash")
ARCHIVE = ("street", "outcomes", "stop_and_search")
FOLLOWED = ("fct_offence", "fct_victim", "fct_suspect", "fct_outcome", "bridge_victim_suspect", "bridge_offence_definition")
FOLLOWED += ("fct_street_crime", "fct_street_outcome", "fct_stop_search")


def crime(reference: str, recorded: datetime, random: Random) -> dict[str, str]:
    ho_class, sub_code = random.choice(OFFENCES)
    return {
        "Crime Reference": reference,
        "Recorded Date Time": f"{recorded:%d/%m/%Y %H:%M}",
        "Committed From": f"{recorded - timedelta(hours=random.randrange(90)):%d/%m/%Y %H:%M}",
        "HO Class": ho_class,
        "HO Sub Code": sub_code,
        "Offence Title": f"Offence {sub_code}",
        "District": random.choice(DISTRICTS),
        "Location Type": "Street",
        "Domestic Abuse Flag": random.choice("YN"),
        "Modern Slavery Flag": "N",
        "Alcohol Qualifier": random.choice("YN"),
        "Drugs Qualifier": "N",
        "Knife Crime Flag": random.choice("YN"),
        "Suspect to Victim Relationship": random.choice(("Acquaintance", "Stranger", "")),
    }


def person(of: dict[str, str], random: Random) -> dict[str, str]:
    return {
        "Crime Reference": of["Crime Reference"],
        "Crime Recorded Date Time": of["Recorded Date Time"],
        "Offence Date": of["Committed From"][:10],
        "Nominal Reference": f"N{random.randrange(10):08}",
        "Date of Birth": f"01/02/{random.randrange(1950, 2015)}",
        "Sex": random.choice("MF"),
        "Self Defined Ethnicity": random.choice(("W1", "NS", "A2")),
    }


def outcome(reference: str, sequence: int, day: date, random: Random) -> dict[str, str]:
    return {
        "Crime Reference": reference,
        "Outcome Sequence": str(sequence),
        "Outcome Code": random.choice(("1", "14", "16", "18")),
        "Outcome Title": "As decided",
        "Outcome Date": f"{day:%d/%m/%Y}",
        "Decision Maker": "Police",
    }


def archived(feed: str, month: str, random: Random) -> dict[str, str]:
    """A row of one of the public archive's feeds; stops in the first and the last hours of the month among them."""
    place = {"Longitude": "-1.476000", "Latitude": "52.922000"}
    if feed == "stop_and_search":
        hour = datetime.fromisoformat(f"{month}-01") + timedelta(hours=random.choice((0, 1, 300, 671)))
        return place | {
            "Type": "Person search",
            "Date": f"{hour:%Y-%m-%dT%H:%M:%S}+00:00",
            "Gender": random.choice(("Male", "Female", "")),
            "Age range": "18-24",
            "Legislation": "Misuse of Drugs Act 1971 (section 23)",
            "Object of search": random.choice(("Controlled drugs", "Offensive weapons")),
            "Outcome": random.choice(("Arrest", "A no further action disposal")),
        }
    force = "Derbyshire Constabulary"
    lsoa = random.choice(("E01013457", "E01019413", "E01999999"))
    row = place | {"Month": month, "Reported by": force, "Falls within": force, "LSOA code": lsoa, "LSOA name": "A place"}
    row |= {"Crime ID": f"{random.getrandbits(256):064x}", "Location": f"On or near Street {random.randrange(3)}"}
    if feed == "outcomes":
        return row | {"Outcome type": random.choice(("Local resolution", "Offender given a caution"))}
    if random.random() < 0.5:
        return row | {"Crime ID": "", "Crime type": "Anti-social behaviour"}
    last = random.choice(("Under investigation", "Local resolution"))
    return row | {"Crime type": "Violence and sexual offences", "Last outcome category": last}


class Deliveries(RuleBasedStateMachine):
    """Months arrive, are sent again, and are refreshed in between, in any order."""

    base: ClassVar[Path]
    runs: ClassVar[int] = 0
    followed: ClassVar[int] = 0  # builds that were increments
    skipped: ClassVar[int] = 0  # models that were not built since what they read had the same rows
    filled: ClassVar[set[str]] = set()  # tables that had rows at the end of a history

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        """What the history before has left in the warehouse is one more thing that the first increment must do away with."""
        type(self).runs += 1
        self.settings = Settings(self.base / f"raw-{self.runs}", self.base / "home")
        shutil.rmtree(self.settings.landing, ignore_errors=True)
        self.random = Random(seed)
        self.versions: dict[tuple[str, str], int] = {}
        self.crimes: dict[str, list[dict[str, str]]] = {}
        self.clock = datetime(2024, 5, 1, tzinfo=UTC)
        self.deliver_month(MONTHS[0])
        for feed in ARCHIVE:
            self.write("police_uk", feed, MONTHS[0], [archived(feed, MONTHS[0], self.random) for _ in range(60)])
        self.refresh()

    def write(self, agency: str, feed: str, month: str, rows: list[dict[str, str]]) -> None:
        slot = (f"{agency}/{feed}", month)
        self.versions[slot] = version = self.versions.get(slot, 0) + 1
        part = "-derbyshire" if agency == "police_uk" else ""
        name = f"{month}{part}{f'.v{version}' if version > 1 else ''}.csv"
        path = self.settings.raw / agency / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            headers = [column.header for column in CONTRACTS[agency, feed].columns]
            writer = csv.DictWriter(file, headers, restval="")
            writer.writeheader()
            writer.writerows(rows)

    def police(self, feed: str, month: str, rows: list[dict[str, str]]) -> None:
        if rows:
            self.write("derbyshire_constabulary", feed, month, rows)

    def deliver_month(self, month: str) -> None:
        self.deliver(month, [month])

    def deliver(self, period: str, months: Sequence[str]) -> None:
        """The months of the police feeds, each feed in one file."""
        made: dict[str, list[dict[str, str]]] = {feed: [] for feed in POLICE}
        for month in months:
            for feed, rows in self.made_up(month).items():
                made[feed] += rows
        for feed, rows in made.items():
            self.police(feed, period, rows)

    def made_up(self, month: str) -> dict[str, list[dict[str, str]]]:
        first = datetime.fromisoformat(f"{month}-01")
        crimes = [
            crime(f"DC-{first.year}-{first.month:02}{n:05}", first + timedelta(hours=self.random.randrange(640)), self.random)
            for n in range(self.random.randrange(5, 12))
        ]
        self.crimes[month] = crimes
        made = {"crimes": crimes}
        for feed in ("victims", "suspects"):
            people = [person(c, self.random) for c in crimes for _ in range(self.random.randrange(3))]
            unique = {(p["Crime Reference"], p["Nominal Reference"]): p for p in people}
            made[feed] = list(unique.values())
        made["outcomes"] = [outcome(c["Crime Reference"], 1, first.date() + timedelta(27), self.random) for c in crimes[::2]]
        return made

    @rule(first=st.sampled_from(MONTHS[:-1]))
    def an_extract_is_delivered(self, first: str) -> None:
        """Of that month to the last, in one file of each feed."""
        self.deliver(f"{first}_{MONTHS[-1]}", MONTHS[MONTHS.index(first) :])
        self.perhaps_refresh()

    @rule(number=st.integers(0, 99))
    def a_delivery_is_withdrawn(self, number: int) -> None:
        if loads := log.read(self.settings.landing):
            withdrawal.withdraw(loads, [loads[number % len(loads)]], "a test", self.clock)
        self.perhaps_refresh()

    @rule(month=st.sampled_from(MONTHS))
    def a_month_is_delivered(self, month: str) -> None:
        """For the first time or again."""
        self.deliver_month(month)
        self.perhaps_refresh()

    @rule(month=st.sampled_from(MONTHS), feed=st.sampled_from(POLICE[1:3]))
    def people_are_sent_again(self, month: str, feed: str) -> None:
        crimes = self.crimes.get(month, [])
        self.police(feed, month, [person(c, self.random) for c in crimes if self.random.random() < 0.7])
        self.perhaps_refresh()

    @rule(month=st.sampled_from(MONTHS))
    def outcomes_come_late(self, month: str) -> None:
        """Of crimes of any month: some for the first time, some in place of an earlier record, some as a further one."""
        known = [c["Crime Reference"] for crimes in self.crimes.values() for c in crimes]
        chosen = self.random.sample(known, min(4, len(known)))
        day = date.fromisoformat(f"{month}-28")
        self.police("outcomes", month, [outcome(r, self.random.randrange(1, 3), day, self.random) for r in chosen])
        self.perhaps_refresh()

    @rule(month=st.sampled_from(MONTHS), feed=st.sampled_from(ARCHIVE), doubled=st.booleans())
    def the_archive_is_downloaded(self, month: str, feed: str, doubled: bool) -> None:
        rows = [archived(feed, month, self.random) for _ in range(60)]
        self.write("police_uk", feed, month, rows * 2 if doubled else rows)
        self.perhaps_refresh()

    @rule()
    def a_look_up_changes(self) -> None:
        """Any row of the facts may move with it."""
        contract = CONTRACTS["ons", "lsoa_ward_district"]
        version = self.versions.get(("ons", "", False), 0) + 1
        self.versions["ons", "", False] = version
        path = self.settings.raw / "ons" / contract.feed / f"2024{f'.v{version}' if version > 1 else ''}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = {
            "lsoa_code_2021": "E01013457",
            "lsoa_name_2021": "Derby 001A",
            "ward_code_2024": "E05015510",
            "ward_name_2024": "Abbey",
            "district_code_2024": self.random.choice(("E06000015", "E07000033")),
            "district_name_2024": "Derby",
        }
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([c.header for c in contract.columns])
            writer.writerow([values.get(c.name, "x") for c in contract.columns])

    def perhaps_refresh(self) -> None:
        if self.random.random() < 0.5:
            self.refresh()

    def refresh(self) -> None:
        self.clock += timedelta(hours=1)
        for contract in CONTRACTS.values():
            found = plan(self.settings.raw, self.settings.landing, contract, b"0123456789abcdef")
            load(found, contract, self.settings.landing, b"0123456789abcdef", now=self.clock)
        self.build(complete=True)

    def build(self, *, complete: bool) -> None:
        manifest = dbt.load_manifest(self.settings)
        with warehouse_file.connect(self.settings) as con:
            for contract in CONTRACTS.values():
                received = log.read(self.settings.landing, contract.agency)
                ledger.register(con, contract, received, log.loads_in_use(received), "")
            increment = increments.plan(con, "facts", complete=complete, code=SAME, manifest=manifest)
        type(self).followed += bool(increment.nodes) and not increment.whole
        models = {key for key, n in manifest["nodes"].items() if n["schema"] in ("staging", "conformed")}
        if increment.nodes is None:
            dbt.execute(self.settings, "tag:facts", whole=True)
        elif chosen := models & increment.nodes:
            with warehouse_file.connect(self.settings) as con:
                compiled = dbt.load_compiled(self.settings)
                materializations.prepare(con)
                built = materializations.build(
                    con,
                    manifest,
                    compiled,
                    chosen,
                    whole=increment.whole,
                    affected=increment.nodes,
                    required=increment.required,
                )
                type(self).skipped += sum(each.skipped for each in built)
        with warehouse_file.connect(self.settings) as con:
            increments.record_inputs(con, "facts", SAME, manifest)

    def content(self) -> dict[str, Any]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            return content(con, "conformed")

    def teardown(self) -> None:
        if not hasattr(self, "settings"):
            return
        self.refresh()
        by_increments = self.content()
        self.settings.warehouse.unlink()
        self.build(complete=False)
        assert by_increments == self.content()
        type(self).filled |= {name for name, content in by_increments.items() if content["rows"] > 0}


def test_increments_build_what_a_build_from_nothing_builds(tmp_path: Path) -> None:
    Deliveries.base = tmp_path
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Deliveries,
        settings=settings(
            max_examples=4,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Deliveries.followed >= 5, "hardly any increment was tried"
    assert Deliveries.skipped >= 5, "hardly any build stopped early"
    assert {f"conformed.{fact}" for fact in FOLLOWED} <= Deliveries.filled, "an incremental fact was always empty"
