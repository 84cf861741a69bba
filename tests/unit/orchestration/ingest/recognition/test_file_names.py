"""What the names of senders' files say."""

from __future__ import annotations

import pytest

from orchestration.contracts.reader import load_contracts
from orchestration.ingest.recognition.file_names import impossible, is_range, normal_form, parts, periods

CONTRACTS = load_contracts()


@pytest.mark.parametrize(
    "written",
    [
        "Crimes_2023-07.csv",
        "crimes 2023-07 (1).csv",
        "CRIMES 2023-07.CSV",
        "Copy of crimes 2023-07.csv",
        "Copy (2) of Crimes_2023-07.csv",
        "crimes_2023-07 - Copy.csv",
        "crimes__2023-07__FINAL.csv",
        "crimes 2023-07 final v2.csv",
        "crimes 2023-07 resend.csv",
        "crimes 2023-07 (version 3).xlsx",
        "crimes\u00a02023-07.v2.csv",
        "crimes 2023-07_revised.csv",
    ],
)
def test_a_name_has_one_normal_form(written):
    assert normal_form(written) == "crimes 2023-07"


@pytest.mark.parametrize(
    ("written", "cadence", "expected"),
    [
        ("crimes_2023-07_final.csv", "monthly", ["2023-07"]),
        ("Crimes 202307 (1).CSV", "monthly", ["2023-07"]),
        ("crimes202307.csv", "monthly", ["2023-07"]),
        ("RDH_ED_Jul2023.csv", "monthly", ["2023-07"]),
        ("July 2023 ED.csv", "monthly", ["2023-07"]),
        ("ED Sept 2023.csv", "monthly", ["2023-09"]),
        ("ED 07-2023.csv", "monthly", ["2023-07"]),
        ("2023 07.csv", "monthly", ["2023-07"]),
        ("crimes.csv", "monthly", []),
        # the day of an extract, or any other day, is no month
        ("RDH ED 2023-07 extracted 2023-08-03.csv", "monthly", ["2023-07"]),
        ("RDH ED 2023-07 extracted 2023-08.csv", "monthly", ["2023-07"]),
        ("RDH ED 2023-07 run on August 2023.csv", "monthly", ["2023-07"]),
        ("20230803 RDH ED 2023-07.csv", "monthly", ["2023-07"]),
        ("RDH ED 03.08.2023 2023_07.csv", "monthly", ["2023-07"]),
        ("RDH ED 3rd August 2023 07-2023.csv", "monthly", ["2023-07"]),
        ("RDH ED 2023-07-14.csv", "monthly", []),
        ("RDH ED 2023-07 2023-08.csv", "monthly", ["2023-07", "2023-08"]),
        # nor is the number of a reference
        ("ED ref 202301 2023-07.csv", "monthly", ["2023-07"]),
        ("ED REF202301.csv", "monthly", []),
        ("ED FOI-2023-11 2023-07.csv", "monthly", ["2023-07"]),
        ("ED case no. 2023-01.csv", "monthly", []),
        ("ED 00202307.csv", "monthly", []),
        ("ED 2301-07.csv", "monthly", []),
        ("x Q1 2023-24.xlsx", "quarterly", ["2023-Q2"]),
        ("x 2023Q1.xlsx", "quarterly", ["2023-Q1"]),
        ("x_q3_2024.ods", "quarterly", ["2024-Q3"]),
        ("x Quarter 2 2024.ods", "quarterly", ["2024-Q2"]),
        ("a 2023_24 final.csv", "annual", ["2023-24"]),
        ("FY2023-2024.csv", "annual", ["2023-24"]),
        ("202324.csv", "annual", ["2023-24"]),
        ("a 2023-25.csv", "annual", []),
        ("SFR35_2017_reason_for_exclusion_2016-17.csv", "academic_year", ["2016-17"]),
        ("SFR35_2017_reason_for_exclusion.csv", "academic_year", []),
        ("UD_NEETNK_LA_dashboard_2022_final.csv", "calendar_year", ["2022"]),
        ("UD_NEETNK_LA_dashboard_final.csv", "calendar_year", []),
        ("sn_may_2025.xlsx", "calendar_year", ["2025"]),
        ("neet 2023-24.xlsx", "calendar_year", []),
        ("b1_children_in_need_2013_to_2025.csv", "calendar_year", ["2013", "2025"]),
        ("sapelsoabroadage20112022.xlsx", "calendar_year", ["2022"]),
    ],
)
def test_the_periods_that_a_name_may_mean(written, cadence, expected):
    assert periods(written, cadence) == expected


@pytest.mark.parametrize(
    ("written", "cadence", "expected"),
    [
        ("crimes_2021-04_to_2024-03.csv", "monthly", True),
        ("crimes 2021-04 - 2024-03.csv", "monthly", True),
        ("2021-04_2024-03.csv", "monthly", True),
        ("crimes_202104-202403.csv", "monthly", True),
        ("Crimes 2021-04 to 2024-03 (1).csv", "monthly", True),
        ("crimes_2023-07_2023-08-03.csv", "monthly", False),
        ("crimes_2023-07-01_2023-08-01.csv", "monthly", False),
        ("crimes_2023-07_to_2023-07.csv", "monthly", False),
        ("b1_children_in_need_2013_to_2025.csv", "calendar_year", True),
        ("crimes 2024-03 2021-04.csv", "monthly", False),
        ("crimes 2023-07 and not 2023-08.csv", "monthly", False),
        ("crimes 2023-07.csv", "monthly", False),
    ],
)
def test_a_range_of_periods(written, cadence, expected):
    assert is_range(written, cadence) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("crimes_2023-13.csv", "2023-13"),
        ("crimes 2023-07.csv", None),
        ("crimes ref 2023-13.csv", None),
        ("crimes 2023-07-14.csv", None),
    ],
)
def test_a_month_that_is_none(written, expected):
    assert impossible(written, "monthly") == expected


@pytest.mark.parametrize(
    ("written", "feed", "expected"),
    [
        ("2025-12-Derbyshire-street.CSV", ("police_uk", "street"), ["derbyshire"]),
        ("2025_12-durham.csv", ("police_uk", "street"), ["durham"]),
        ("2025-12 West_Yorkshire street.csv", ("police_uk", "street"), ["west-yorkshire"]),
        ("2025-12-city-of-london-street.csv", ("police_uk", "street"), ["city-of-london"]),
        ("2025-12-street.csv", ("police_uk", "street"), []),
        ("kent and durham.csv", ("police_uk", "street"), ["kent", "durham"]),
        ("E06000015.geojson", ("ons", "lsoa_boundaries"), ["E06000015"]),
        ("lsoa-e06000015 (1).geojson", ("ons", "lsoa_boundaries"), ["E06000015"]),
        ("C1_children_in_need_2013_to_2025.csv", ("dfe", "children_in_need"), ["c1"]),
    ],
)
def test_the_parts_that_a_name_may_mean(written, feed, expected):
    rule = CONTRACTS[feed].part
    assert rule is not None and parts(written, rule) == expected
