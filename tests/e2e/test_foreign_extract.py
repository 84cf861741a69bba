"""Another force's own extract, from `sna area new` to published marts, without an edit outside the area's folder."""

from __future__ import annotations

import csv
import itertools
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from orchestration.home import areas
from tests.conftest import County

pytestmark = pytest.mark.slow

FORCE = "leicestershire"
# Home Office class and sub-code → type in the definition in force; None where it does not count.
TYPES = {
    ("8N", "008/01"): "Violence with injury",
    ("5D", "005/01"): "Violence with injury",
    ("34B", "034/11"): "Robbery of personal property",
    ("10C", "010/91"): "Possession of weapons offences",
    ("28E", "028/01"): None,
}
# What the force calls places and weapons: forty labels, none of which is one of the feed type.
PLACES = {
    "Street": ["PUBLIC HIGHWAY", "Footpath", "Junction", "Cycle track", "Kerbside"],
    "Open space": ["PARK/COMMON", "Playing field", "Canal bank", "Woods"],
    "Dwelling": ["RESIDENTIAL - FLAT", "RESIDENTIAL - HOUSE", "Care home", "Garden"],
    "Licensed premises": ["Nightclub", "Public house", "Off licence"],
    "Shop": ["SUPERMARKET", "Retail park"],
    "Education establishment": ["School grounds", "College"],
    "Public transport": ["BUS/COACH STATION", "Railway platform"],
    "Car park": ["PARKING - OPEN", "PARKING - STOREY"],
    "Other": ["Not stated", "Police station"],
}
WEAPONS = {
    "Knife/blade": ["KNIFE - KITCHEN", "KNIFE - LOCK", "Machete"],
    "Firearm": ["Shotgun", "Handgun", "Air weapon"],
    "Hammer": ["Tool - hammer"],
    "Metal bar": ["Iron bar", "Crow bar"],
    "Glass": ["Broken bottle"],
    "Baseball bat/wood": ["Cricket bat", "Plank"],
    "Axe": ["Tool - axe"],
    None: ["None seen"],
}
HEADER = [
    "MO Keywords",
    "LSOA 2021",
    "Beat",
    "Weapon Used",
    "Kind of Location",
    "Domestic Flag",
    "Offence Wording",
    "HO Offence Sub Code",
    "HO Class Code",
    "Date Committed From",
    "Date Recorded",
    "Crime Ref No",
]
FIRST, LAST = date(2019, 4, 1), date(2024, 3, 31)
OUTSIDE = "E07000194"


def look_up(path: Path) -> dict[str, str]:
    """Write the ONS's look-up with three LSOAs of each district and of one beyond the boundary; LSOA → district."""
    found = {}
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(
            [f"{place}{part}" for place in ("LSOA21", "WD24", "LAD24") for part in ("CD", "NM", "NMW")] + ["ObjectId"]
        )
        names = {**areas.load(FORCE).districts, OUTSIDE: "Lichfield"}
        for place, (code, number) in enumerate(itertools.product(names, range(3)), 1):
            found[lsoa := f"E0102{place:04}"] = code
            ward = f"E0501{place:04}"
            writer.writerow([lsoa, f"{names[code]} {number:03}A", "", ward, f"Ward {place}", "", code, names[code], "", place])
    return found


def extract(path: Path, lsoas: dict[str, str]) -> list[dict[str, str]]:
    """Write five years of crimes as the force exports them; the rows."""
    chance = random.Random(15)
    places, weapons = ([each for several in words.values() for each in several] for words in (PLACES, WEAPONS))
    assert len({*places, *weapons}) == 40
    rows = []
    for number in range(6_000):
        day = FIRST + timedelta(days=number * ((LAST - FIRST).days + 1) // 6_000)
        ho_class, sub_code = chance.choice(list(TYPES))
        cells = {
            "MO Keywords": chance.choice(["", "Alcohol; pushed", "KNIFE seen", "threat; blade shown", "Penknife"]),
            "LSOA 2021": chance.choice([*lsoas, ""]),
            "Beat": f"NL{number % 9}",
            "Weapon Used": chance.choice([*weapons, ""]),
            "Kind of Location": chance.choice(places),
            "Domestic Flag": chance.choice("YNNN"),
            "Offence Wording": "As charged",
            "HO Offence Sub Code": sub_code,
            "HO Class Code": ho_class,
            "Date Committed From": (day - timedelta(days=chance.randrange(3))).isoformat(),
            "Date Recorded": day.isoformat(),
            "Crime Ref No": f"LR/{100_000 + number}/{day:%y}",
        }
        rows.append(cells)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return rows


def year_of(day: str) -> str:
    year = int(day[:4]) - (day[5:] < "04-01")
    return f"{year}/{(year + 1) % 100:02}"


def fill(path: Path) -> None:
    """Close the gaps of a map, as a person who knows the force's words does."""
    found = yaml.safe_load(path.read_text())
    mapped = {match["column"] for match in found["headers"].values()}
    own = {"Kind of Location": "location_type", "Offence Wording": "offence_title", "Weapon Used": "weapon"}
    found["headers"] |= {header: column for header, column in own.items() if column not in mapped}
    found["not_used"] = ["Beat"]
    found["provided"] = {
        "knife": {"header": "MO Keywords", "matches": r"\bknife|\bblade", "then": "Y", "otherwise": "N"},
        **{flag: {"value": "N"} for flag in ("modern_slavery", "alcohol", "drugs")},
    }
    found["values"] = {
        column: {label: meaning for meaning, several in words.items() for label in several if meaning}
        for column, words in (("location_type", PLACES), ("weapon", WEAPONS))
    }
    found["unknown"] = {"weapon": WEAPONS[None]}
    path.write_text(yaml.safe_dump(found))


def test_a_foreign_extract_goes_from_its_map_to_published_marts(tmp_path, monkeypatch):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    county = County(tmp_path / "raw", tmp_path / "home")

    def sna(*command: str, fails: bool = False) -> str:
        done = county.sna(*map(str, command))
        assert (done.returncode != 0) == fails, (command, done.stdout + done.stderr)
        return " ".join((done.stdout + done.stderr).split())

    sna("area", "new", FORCE)
    sna("init", "--area", FORCE, "--home", county.home)
    lsoas = look_up(tmp_path / "LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv")
    sample = tmp_path / "crimes extract.csv"
    rows = extract(sample, lsoas)

    # Refused before there is a map, and with one of which the gaps are open; each refusal says what to do.
    assert "sna area map crimes" in sna("deliver", sample, fails=True)
    mapped = sna("area", "map", "crimes", sample, "--area", FORCE)
    assert "gaps" in mapped
    path = tmp_path / "areas" / FORCE / "maps" / "crimes.yaml"
    gaps = yaml.safe_load(path.read_text())["gaps"]
    assert "knife" in gaps["columns"] and "MO Keywords" in gaps["headers"]
    refused = sna("deliver", sample, fails=True)
    assert "“Beat”" in refused and "“MO Keywords”" in refused and "maps/crimes.yaml" in refused
    fill(path)
    # One value that nobody has mapped is enough, and is named with its rows.
    whole = path.read_text()
    path.write_text(whole.replace("    Nightclub: Licensed premises\n", ""))
    clubs = sum(row["Kind of Location"] == "Nightclub" for row in rows)
    assert f"“Nightclub” ({clubs})" in sna("deliver", sample, fails=True)
    path.write_text(whole)
    assert "crimes extract.csv" in sna("deliver", sample, tmp_path / "LSOA_(2021)_to_Electoral_Ward_(2024)_to_LAD_(2024).csv")
    sna("area", "check", FORCE)
    sna("refresh")

    own = areas.load(FORCE).districts
    expected = Counter()
    knives = Counter()
    for row in rows:
        kind = TYPES[row["HO Class Code"], row["HO Offence Sub Code"]]
        if kind is None or row["Domestic Flag"] == "Y":
            continue
        district = lsoas.get(row["LSOA 2021"], "Unknown")
        place = district if district in own or district == "Unknown" else "Outside"
        expected[year_of(row["Date Recorded"]), place, kind] += 1
        words = row["MO Keywords"].lower()
        knives[year_of(row["Date Recorded"])] += words.startswith("knife") or " blade" in words
    counted = "select financial_year, district_code, offence_type, sum(offences)::integer from marts.offences group by all"
    assert {tuple(key): offences for *key, offences in county.query(counted)} == expected
    flagged = "select financial_year, sum(offences)::integer from marts.offences where is_knife_crime group by all"
    assert dict(county.query(flagged)) == knives
    assert {year for year, _, _ in expected} == {"2019/20", "2020/21", "2021/22", "2022/23", "2023/24"}
    # Nothing but what has no LSOA is of an unknown district.
    unknown = sum(count for (_, place, _), count in expected.items() if place == "Unknown")
    assert county.query("select sum(offences)::integer from marts.offences where district_code = 'Unknown'") == [(unknown,)]
    assert sum(count for (_, place, _), count in expected.items() if place == "Outside") > 0

    # A changed map has the extract read again, and nothing else.
    path.write_text(whole.replace("    Nightclub: Licensed premises\n", "    Nightclub: Other\n"))
    again = sna("refresh")
    assert "nothing has changed" not in again.lower()
    loads = sna("deliveries")
    assert loads.count("2019-04") >= 1
