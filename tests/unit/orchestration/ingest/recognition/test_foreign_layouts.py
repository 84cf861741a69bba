"""What other forces, hospitals and services call the columns of each feed type, and which column each header is.

A wrong column is worse than a gap: a header may be found to be none, but never another one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.contracts import area_maps
from orchestration.contracts.reader import load_contracts
from orchestration.home import areas
from orchestration.ingest.recognition import header_map

# Of an area whose agencies have no codes of their own.
PLAIN = next(name for name in areas.names() if not areas.load(name).agencies)
CONTRACTS = {contract.type: contract for contract in load_contracts(PLAIN).values()}
DAYS = ["2024-03-01", "2024-03-15", "2024-03-31"]
SHORT_DAYS = ["1/3/2024", "15/3/2024", "31/3/2024"]
BIRTHS = ["04/07/1990", "21/12/2001", "03/03/1985"]
MOMENTS = ["2024-03-01T10:15:00", "2024-03-15T23:05:00", "2024-03-31T00:10:00"]
MOMENTS_PM = ["01/03/2024 10:15:00 AM", "15/03/2024 11:05:00 PM", "31/03/2024 12:10:00 AM"]
SERIALS = ["45352.4271", "45366.9618", "45382.0069"]
CLOCKS = ["10:15", "23:05", "00:10"]
REFERENCES = ["14/100001/24", "14/100002/24", "14/100003/24"]
PEOPLE = ["4410023", "4410099", "4419001"]
YES_NO = ["Yes", "No", "No"]
SELF_DEFINED = ["W1", "A3", "NS"]
ETHNIC_WORDS = ["White - British", "Asian - Bangladeshi", "Not Stated"]
LSOAS = ["E01012345", "E01012346", "E01012347"]
# Feed type, whose layout, and its headers: values, and the column that it is; None where it is none.
LAYOUTS = [
    (
        "people/victims",
        "niche",
        [
            ("Occurrence No", REFERENCES, "crime_reference"),
            ("Date Occurrence Recorded", MOMENTS, "recorded_at"),
            ("Occurrence Start Date", DAYS, "offence_date"),
            ("Occurrence End Date", DAYS, None),
            ("Person URN", PEOPLE, "nominal_reference"),
            ("Victim DOB", BIRTHS, "date_of_birth"),
            ("Victim Gender", ["1", "2", "9"], "sex"),
            ("Self Defined Ethnicity (18+1)", SELF_DEFINED, "ethnicity"),
            ("Officer Defined Ethnicity", ["IC1", "IC3", "IC4"], None),
            ("OIC Collar No", ["1234", "2234", "3234"], None),
            ("Age at Offence", ["33", "22", "39"], None),
            ("Beat Code", ["NL1", "NL2", "NL3"], None),
        ],
    ),
    (
        "people/victims",
        "connect",
        [
            ("CRIME_NUMBER", REFERENCES, "crime_reference"),
            ("CRIME_RECORDED_DT", MOMENTS_PM, "recorded_at"),
            ("OFFENCE_FROM_DT", SHORT_DAYS, "offence_date"),
            ("OFFENCE_TO_DT", SHORT_DAYS, None),
            ("NOMINAL_ID", PEOPLE, "nominal_reference"),
            ("DATE_OF_BIRTH", BIRTHS, "date_of_birth"),
            ("SEX_CD", ["M", "F", "U"], "sex"),
            ("ETHNIC_16_1_CD", SELF_DEFINED, "ethnicity"),
            ("LAST_UPDATED_DT", MOMENTS_PM, None),
            ("VICTIM_SEQ", ["1", "2", "1"], None),
        ],
    ),
    (
        "people/victims",
        "athena",
        [
            ("Investigation Reference", REFERENCES, "crime_reference"),
            ("Investigation Recorded Date/Time", MOMENTS, "recorded_at"),
            ("Offence Date From", DAYS, "offence_date"),
            ("Victim Person ID", PEOPLE, "nominal_reference"),
            ("Victim Date Of Birth", DAYS, "date_of_birth"),
            ("Victim Sex", ["Male", "Female", "Unknown"], "sex"),
            ("Victim Self-Defined Ethnicity", ETHNIC_WORDS, "ethnicity"),
            ("Victim Observed Ethnicity", ["White - North European", "Asian", "Black"], None),
            ("Victim Surname", ["Example", "Sample", "Trial"], None),
            ("Victim Type", ["Person", "Person", "Person"], None),
            ("Repeat Victim", YES_NO, None),
        ],
    ),
    (
        "people/suspects",
        "niche",
        [
            ("CRIME REF", REFERENCES, "crime_reference"),
            ("CRIME RECORDED ON", MOMENTS, "recorded_at"),
            ("ARREST DATE", DAYS, None),
            ("DATE OF OFFENCE", DAYS, "offence_date"),
            ("SUSPECT NOMINAL REF", PEOPLE, "nominal_reference"),
            ("CUSTODY REF", ["NC/1/24", "NC/2/24", "NC/3/24"], None),
            ("SUSPECT D.O.B.", BIRTHS, "date_of_birth"),
            ("SUSPECT GENDER", ["M", "F", "U"], "sex"),
            ("SELF DEF ETH", SELF_DEFINED, "ethnicity"),
            ("OUTCOME CODE", ["1", "14", "18"], None),
            ("SUSPECT AGE", ["22", "31", "44"], None),
        ],
    ),
    (
        "people/suspects",
        "custody",
        [
            ("Offender ID", PEOPLE, "nominal_reference"),
            ("Crime Number", REFERENCES, "crime_reference"),
            ("Date Crime Recorded", SHORT_DAYS, "recorded_at"),
            ("Offence Committed Date", SHORT_DAYS, "offence_date"),
            ("DOB", BIRTHS, "date_of_birth"),
            ("Gender", ["Male", "Female", "Not known"], "sex"),
            ("SDE", SELF_DEFINED, "ethnicity"),
            ("Arrest Summons No", ["14/0000/00/1A", "14/0000/00/2B", "14/0000/00/3C"], None),
            ("Charge Date", SHORT_DAYS, None),
            ("PNC ID", ["24/1A", "24/2B", "24/3C"], None),
        ],
    ),
    (
        "police/outcomes",
        "niche",
        [
            ("Occurrence Ref No", REFERENCES, "crime_reference"),
            ("Outcome Seq No", ["1", "1", "2"], "outcome_sequence"),
            ("HO Outcome Type", ["1", "14", "18"], "outcome_code"),
            ("Outcome Description", ["Charged/Summonsed", "Evidential difficulties", "Investigation complete"], "outcome_title"),
            ("Date of Outcome", SHORT_DAYS, "outcome_date"),
            ("Decision By", ["Police", "CPS", "Police"], "decision_maker"),
            ("Date Recorded", SHORT_DAYS, None),
            ("Offence Code", ["008/01", "010/91", "034/11"], None),
            ("Days to Outcome", ["12", "45", "3"], None),
        ],
    ),
    (
        "police/outcomes",
        "connect",
        [
            ("CRIME_REF_NO", REFERENCES, "crime_reference"),
            ("OUTCOME_NO", ["1", "2", "1"], "outcome_sequence"),
            ("HO_OUTCOME_CD", ["1A", "15", "21"], "outcome_code"),
            ("OUTCOME_DESC", ["Charged", "Named suspect", "Further action"], "outcome_title"),
            ("OUTCOME_EFFECTIVE_DT", MOMENTS_PM, "outcome_date"),
            ("OUTCOME_CREATED_DT", MOMENTS_PM, None),
            ("OFFICER_COLLAR", ["1234", "3222", "4111"], None),
            ("DECISION_MAKER_CD", ["POL", "CPS", "POL"], "decision_maker"),
        ],
    ),
    (
        "police/stop_searches",
        "pronto",
        [
            ("Search ID", ["SS/1/24", "SS/2/24", "SS/3/24"], "search_reference"),
            ("Date of Search", SHORT_DAYS, "searched_at"),
            ("Time of Search", CLOCKS, "searched_at"),
            ("Type of Search", ["Person", "Vehicle", "Person and vehicle"], "search_type"),
            ("Search Power", ["s1 PACE", "s23 MDA", "s60 CJPOA"], "legislation"),
            ("Object of Search", ["Offensive weapons", "Drugs", "Stolen goods"], "search_reason"),
            ("Object Found", ["Knife", "Cannabis", "Nothing"], "item_found"),
            ("Result of Search", ["NFA", "Arrest", "Community resolution"], "outcome"),
            ("Age", ["17", "22", "Unknown"], "age"),
            ("Gender", ["1", "2", "9"], "sex"),
            ("Self Defined Ethnic Code", SELF_DEFINED, "self_defined_ethnicity"),
            ("Officer Defined Ethnic Code", ["IC1", "IC2", "IC3"], None),
            ("LA Name", ["Hinckley and Bosworth", "Melton", "Oadby"], "district"),
            ("Strip Search", YES_NO, None),
            ("Officer Number", ["1234", "2222", "3333"], None),
        ],
    ),
    (
        "police/stop_searches",
        "upper",
        [
            ("STOP_SEARCH_REF", ["SS/1/24", "SS/2/24", "SS/3/24"], "search_reference"),
            ("STOP_DATETIME", MOMENTS, "searched_at"),
            ("STOP_TYPE", ["Person search", "Vehicle search", "Person and Vehicle search"], "search_type"),
            ("LEGISLATION_POWER", ["s1 PACE", "s23 MDA", "s60 CJPOA"], "legislation"),
            ("REASON_FOR_SEARCH", ["Weapons", "Drugs", "Stolen"], "search_reason"),
            ("ITEMS_FOUND", ["Knife", "Cannabis", ""], "item_found"),
            ("OUTCOME_DESC", ["NFA", "Arrest", "Caution"], "outcome"),
            ("AGE_BAND", ["10-17", "18-24", "25-34"], None),
            ("SEX", ["M", "F", "U"], "sex"),
            ("SELF_DEFINED_ETHNICITY_16_1", SELF_DEFINED, "self_defined_ethnicity"),
            ("EASTING", ["450123", "451222", "449000"], None),
            ("DISTRICT_NAME", ["Charnwood", "Melton", "Blaby"], "district"),
        ],
    ),
    (
        "health/ed_assaults",
        "ecds",
        [
            ("Provider Site Code", ["RWEAA", "RWEAA", "RWEAA"], "site_code"),
            ("ATTENDANCE DATE", SHORT_DAYS, "arrived_at"),
            ("ATTENDANCE TIME", CLOCKS, "arrived_at"),
            ("Arrival Mode", ["Ambulance", "Walk-in", "Police"], None),
            ("Date/Time of Assault", MOMENTS, "assaulted_at"),
            ("Method of Assault", ["Punched", "Stabbed", "Kicked"], "assault_method"),
            ("Place of Assault", ["Street", "Pub", "Own home"], "location_type"),
            ("Place of Assault Detail", ["near the station", "bar on high street", "kitchen"], "location_description"),
            ("LA of Assault", ["Leicester", "Blaby", "Melton"], "district"),
            ("Age at Attendance", ["22", "35", "41"], "age"),
            ("Stated Gender", ["1", "2", "9"], "sex"),
            ("Ethnic Category Code", ["A", "Z", "H"], "ethnic_category"),
            ("Discharge Date Time", MOMENTS, None),
            ("Reported to Police", YES_NO, None),
            ("Attendance Number", ["1000001", "1000002", "1000003"], None),
        ],
    ),
    (
        "health/ed_assaults",
        "trust",
        [
            ("SITE", ["RWEAA", "RWEAA", "RWEAA"], "site_code"),
            ("ARRIVAL_DTTM", MOMENTS_PM, "arrived_at"),
            ("DEPARTURE_DTTM", MOMENTS_PM, None),
            ("INCIDENT_DTTM", MOMENTS_PM, "assaulted_at"),
            ("ASSAULT_WEAPON", ["Fist", "Knife", "Bottle"], "assault_method"),
            ("ASSAULT_LOCATION_TYPE", ["Street", "Club", "Home"], "location_type"),
            ("ASSAULT_LOCATION_DESC", ["by the park", "x", "y"], "location_description"),
            ("ASSAULT_LAD", ["Leicester", "Blaby", "Melton"], "district"),
            ("PATIENT_AGE", ["22", "35", "Unknown"], "age"),
            ("PATIENT_SEX", ["M", "F", "U"], "sex"),
            ("ETHNICITY", ETHNIC_WORDS, "ethnic_category"),
            ("TRIAGE_CATEGORY", ["2", "3", "3"], None),
            ("GP_PRACTICE_CODE", ["C82001", "C82002", "C82003"], None),
        ],
    ),
    (
        "health/ed_assaults",
        "serial",
        [
            ("Hospital Site Code", ["RWEAA", "RWEAA", "RWEAA"], "site_code"),
            ("Arrival Date & Time", SERIALS, "arrived_at"),
            ("Assault Date & Time", SERIALS, "assaulted_at"),
            ("How Assaulted", ["Fist", "Knife", "Bottle"], "assault_method"),
            ("Where Assaulted", ["Street", "Club", "Home"], "location_type"),
            ("Location Details", ["by the park", "x", "y"], "location_description"),
            ("District of Assault", ["Leicester", "Blaby", "Melton"], "district"),
            ("Age Band", ["18-24", "25-34", "35-44"], None),
            ("Gender", ["Male", "Female", "Not specified"], "sex"),
            ("Ethnic Group", ["A", "Z", "H"], "ethnic_category"),
        ],
    ),
    (
        "health/assault_calls",
        "cad",
        [
            ("CAD Number", ["1001", "1002", "1003"], None),
            ("Call Connect Date Time", MOMENTS, "called_at"),
            ("On Scene Date Time", MOMENTS, None),
            ("Response Category", ["C1", "C2", "C3"], None),
            ("Incident Outcome", ["See & Treat", "Conveyed", "Hear & Treat"], "response"),
            ("Gender", ["M", "F", "U"], "sex"),
            ("Age", ["22", "35", "41"], "age"),
            ("Ward Code", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("Local Authority", ["Leicester", "Blaby", "Melton"], "district"),
            ("Receiving Hospital", ["Leicester Royal Infirmary", "", ""], "hospital"),
            ("LSOA", LSOAS, None),
        ],
    ),
    (
        "health/assault_calls",
        "split",
        [
            ("Call Date", SHORT_DAYS, "called_at"),
            ("Call Time", CLOCKS, "called_at"),
            ("Response Type", ["See & Treat", "Conveyed", "Hear & Treat"], "response"),
            ("Response Time (mins)", ["7", "12", "22"], None),
            ("Pt Sex", ["M", "F", "U"], "sex"),
            ("Pt Age", ["22", "35", "41"], "age"),
            ("Incident Ward", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("Incident LAD Name", ["Leicester", "Blaby", "Melton"], "district"),
            ("Destination Hospital", ["Leicester Royal Infirmary", "", ""], "hospital"),
            ("Patient Postcode Sector", ["LE1 1", "LE2 2", "LE3 3"], None),
        ],
    ),
    (
        "fire/incidents",
        "irs",
        [
            ("IRS Incident No", ["100-2024", "101-2024", "102-2024"], "incident_number"),
            ("Date & Time of Call", MOMENTS_PM, "called_at"),
            ("Time Stop Received", MOMENTS_PM, None),
            ("Incident Category", ["Deliberate Fire - Primary", "Malicious False Alarm", "Special Service"], "incident_type"),
            ("LA Name", ["Blaby", "Melton", "Harborough"], "district"),
            ("Violence to Crew", YES_NO, "attack_on_firefighters"),
            ("Property Type", ["Dwelling", "Vehicle", "Outdoor"], None),
            ("Station Ground", ["Wigston", "Oakham", "Melton"], None),
        ],
    ),
    (
        "fire/incidents",
        "upper",
        [
            ("INCIDENT_NO", ["100", "101", "102"], "incident_number"),
            ("INCIDENT_DATE", SHORT_DAYS, None),
            ("INCIDENT_TIME", CLOCKS, None),
            ("INCIDENT_TYPE_DESC", ["Deliberate Fire - Primary", "Malicious False Alarm", "Special Service"], "incident_type"),
            ("LOCAL_AUTHORITY", ["Blaby", "Melton", "Harborough"], "district"),
            ("FF_ATTACKED", ["Y", "N", "N"], "attack_on_firefighters"),
            ("ATTENDANCE_TIME_MINS", ["7", "8", "9"], None),
            ("EASTING", ["450123", "451222", "449000"], None),
        ],
    ),
    (
        "justice/referrals",
        "l&d",
        [
            ("Date Referred", DAYS, "referred_at"),
            ("Date Referral Closed", DAYS, None),
            ("Adult or Young Person", ["Adult", "Youth", "Adult"], "age_group"),
            ("Gender Identity", ["Male", "Female", "Not stated"], "sex"),
            ("Index Offence Category", ["Violence", "Theft", "Sexual"], "offence_group"),
            ("Previously Known to Service", YES_NO, "previous_contact"),
            ("Mental Health Need", YES_NO, "need_mental_health"),
            ("Substance Misuse Need", YES_NO, "need_substance"),
            ("Social Services Involved", YES_NO, "need_social_services"),
            ("Learning Disability", YES_NO, "need_learning_disability"),
            ("Accommodation Need", YES_NO, "need_accommodation"),
            ("Physical Health Need", YES_NO, "need_physical_health"),
            ("Age", ["22", "15", "31"], None),
            ("Ethnicity", ETHNIC_WORDS, None),
        ],
    ),
    (
        "justice/referrals",
        "upper",
        [
            ("REFERRAL_DT", SHORT_DAYS, "referred_at"),
            ("AGE_GRP", ["Adult", "CYP", "Adult"], "age_group"),
            ("SEX", ["1", "2", "9"], "sex"),
            ("OFFENCE_GRP", ["Violence", "Theft", "Sexual"], "offence_group"),
            ("PREV_CONTACT", ["Y", "N", "N"], "previous_contact"),
            ("NEED_MH", ["Y", "N", "N"], "need_mental_health"),
            ("NEED_SUBSTANCE_ALCOHOL", ["Y", "N", "N"], "need_substance"),
            ("NEED_SOC_SERV", ["Y", "N", "N"], "need_social_services"),
            ("NEED_LD", ["Y", "N", "N"], "need_learning_disability"),
            ("NEED_ACCOM", ["Y", "N", "N"], "need_accommodation"),
            ("NEED_PHYS_HEALTH", ["Y", "N", "N"], "need_physical_health"),
            ("OUTCOME_DT", SHORT_DAYS, None),
        ],
    ),
    (
        "knife_carriers/knife_intelligence",
        "niche",
        [
            ("Intel Report URN", REFERENCES, "report_reference"),
            ("Nominal URN", PEOPLE, "nominal_reference"),
            ("Date of Report", SHORT_DAYS, "reported_on"),
            ("Source Eval", ["1", "2", "3"], "source_evaluation"),
            ("Intel Assessment", ["A", "B", "C"], "intelligence_assessment"),
            ("Weapon Mentioned", ["Knife", "Machete", ""], "weapon"),
            ("Handling Code", ["P", "C", "P"], None),
            ("Date Sanitised", SHORT_DAYS, None),
        ],
    ),
    (
        "people/nominals",
        "niche",
        [
            ("NOMINAL NO", PEOPLE, "nominal_reference"),
            ("LAST NAME", ["Example", "Sample", "Trial"], "surname"),
            ("FIRST NAME", ["Ada", "Ben", "Cy"], "forename"),
            ("MIDDLE NAMES", ["Jo", "", "Al"], None),
            ("BIRTH DATE", BIRTHS, "date_of_birth"),
            ("GENDER", ["M", "F", "U"], "sex"),
            ("PNC ID", ["24/1A", "24/2B", "24/3C"], None),
            ("Date Created", DAYS, None),
        ],
    ),
    (
        "geography/lsoa_ward_district",
        "ltla",
        [
            ("LSOA21CD", LSOAS, "lsoa_code"),
            ("LSOA21NM", ["Blaby 001A", "Blaby 001B", "Melton 001A"], "lsoa_name"),
            ("WD22CD", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("WD22NM", ["Abbey", "Bridge", "Castle"], "ward_name"),
            ("LTLA22CD", ["E07000129", "E07000129", "E07000133"], "district_code"),
            ("LTLA22NM", ["Blaby", "Blaby", "Melton"], "district_name"),
            ("UTLA22CD", ["E10000018", "E10000018", "E10000018"], None),
            ("UTLA22NM", ["Leicestershire", "Leicestershire", "Leicestershire"], None),
            ("FID", ["1", "2", "3"], None),
        ],
    ),
    (
        "geography/lsoa_ward_district",
        "words",
        [
            ("LSOA 2021 Code", LSOAS, "lsoa_code"),
            ("LSOA 2021 Name", ["Blaby 001A", "Blaby 001B", "Melton 001A"], "lsoa_name"),
            ("Ward 2024 Code", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("Ward 2024 Name", ["Abbey", "Bridge", "Castle"], "ward_name"),
            ("Local Authority District Code", ["E07000129", "E07000129", "E07000133"], "district_code"),
            ("Local Authority District Name", ["Blaby", "Blaby", "Melton"], "district_name"),
            ("MSOA 2021 Code", ["E02005000", "E02005000", "E02005000"], None),
        ],
    ),
    (
        "geography/lsoa_ward_district",
        "2011",
        [
            ("LSOA11CD", LSOAS, "lsoa_code"),
            ("LSOA11NM", ["Blaby 001A", "Blaby 001B", "Melton 001A"], "lsoa_name"),
            ("WD20CD", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("WD20NM", ["Abbey", "Bridge", "Castle"], "ward_name"),
            ("LAD20CD", ["E07000129", "E07000129", "E07000133"], "district_code"),
            ("LAD20NM", ["Blaby", "Blaby", "Melton"], "district_name"),
        ],
    ),
    (
        "geography/lsoa_ward_district",
        "nspl",
        [
            ("pcds", ["LE1 1AA", "LE1 1AB", "LE1 1AC"], None),
            ("lsoa21", LSOAS, "lsoa_code"),
            ("oslaua", ["E07000129", "E07000129", "E07000133"], "district_code"),
            ("osward", ["E05000001", "E05000002", "E05000003"], "ward_code"),
            ("lat", ["52.1", "52.2", "52.3"], None),
            ("long", ["-1.1", "-1.2", "-1.3"], None),
        ],
    ),
    (
        "police/crimes",
        "latlong",
        [
            ("CRN", REFERENCES, "crime_reference"),
            ("Rec Date", MOMENTS, "recorded_at"),
            ("Committed Start Date", DAYS, "committed_from"),
            ("Committed Start Time", CLOCKS, "committed_from"),
            ("HO Offence Code", ["008/01", "010/91", "034/11"], "ho_sub_code"),
            ("Latitude", ["52.61", "52.62", "52.63"], None),
            ("Longitude", ["-1.11", "-1.12", "-1.13"], None),
            ("LSOA 2011", LSOAS, "lsoa_code"),
            ("Location Category", ["Street", "Shop", "Other"], "location_type"),
            ("DA Flag", YES_NO, "domestic_abuse"),
            ("Knife Crime (Y/N)", YES_NO, "knife"),
            ("Alcohol", ["1", "0", "0"], "alcohol"),
            ("Ward", ["Wigston", "Oadby", "Blaby"], "ward_name"),
            ("Current Outcome", ["NFA", "Charged", "NFA"], None),
            ("Victim Age", ["12", "33", "55"], None),
        ],
    ),
]
# Headers that say too little, which a person has to place.
TOO_LITTLE = {
    "Occurrence Start Date",
    "OUTCOME_NO",
    "STOP_TYPE",
    "INCIDENT_DTTM",
    "ASSAULT_WEAPON",
    "How Assaulted",
    "Where Assaulted",
    "Incident Outcome",
    "Violence to Crew",
    "Adult or Young Person",
    "Previously Known to Service",
    "NEED_SOC_SERV",
    "Intel Report URN",
    "HO Offence Code",
}


def guessed(made: header_map.Map) -> dict[str, str]:
    """Header → column, also of the dates and times of day that make one moment."""
    both = {header: column for column, rule in made.provided.items() for header in rule.headers}
    return {header: column for header, (column, _) in made.headers.items()} | both


@pytest.mark.parametrize(
    ("feed_type", "headers"), [pytest.param(one, columns, id=f"{one} {name}") for one, name, columns in LAYOUTS]
)
def test_no_header_is_taken_for_another_column_and_most_are_found(feed_type, headers):
    labels = [label for label, _, _ in headers]
    made = header_map.probable(
        [labels, *map(list, zip(*(values for _, values, _ in headers), strict=True))], CONTRACTS[feed_type]
    )
    found = guessed(made)
    assert found == {label: column for label, _, column in headers if column and not (label in TOO_LITTLE and label not in found)}
    # Each header has a column or is a gap, and each column that no delivery may lack has a header or is a gap.
    assert len(made.unmatched) == len(labels) - len(found)
    required = {column.name for column in CONTRACTS[feed_type].columns if column.required}
    assert set(made.missing) == required - set(found.values())


@pytest.mark.parametrize(
    ("feed_type", "header"),
    [
        ("health/ed_assaults", "Discharge Date Time"),
        ("health/ed_assaults", "Patient Home District"),
        ("health/ed_assaults", "Patient LA"),
        ("health/ed_assaults", "District of Residence"),
        ("people/suspects", "Charge Date"),
        ("people/victims", "Officer Defined Ethnicity"),
        ("people/victims", "Offence Date To"),
        ("police/outcomes", "Outcome Updated Date"),
        ("justice/referrals", "Date Referral Closed"),
    ],
)
def test_a_header_that_says_another_thing_is_a_gap_even_where_no_other_is_likelier(feed_type, header):
    values = MOMENTS if "Date" in header else SELF_DEFINED if "Ethnicity" in header else ["Oakham", "Ripley", "Wells"]
    made = header_map.probable([[header], *([value] for value in values)], CONTRACTS[feed_type])
    assert made.headers == {} and made.unmatched == (header,)


def test_of_two_headers_that_are_nearly_as_likely_none_is_chosen():
    header = ["Victim Sex", "Suspect Sex", "Crime Reference"]
    made = header_map.probable([header, ["M", "F", "1/24"], ["F", "M", "2/24"]], CONTRACTS["people/victims"])
    assert list(made.headers) == ["Crime Reference"] and made.unmatched == ("Victim Sex", "Suspect Sex")
    # That of the feed type itself is certain.
    made = header_map.probable([["Gender", "Sex"], ["M", "F"]], CONTRACTS["people/victims"])
    assert made.headers == {"Sex": ("sex", 1.0)}


def test_values_that_cannot_be_read_are_gaps_with_their_rows():
    header = ["Arrival Date Time", "Age", "Sex", "Site Code"]
    rows = [["01/03/2024 10:15", "22", "F", "RX1AA"]] * 3 + [["not known", "18-24", "F", "RX1AA"], ["", "Unknown", "", "RX1 A"]]
    made = header_map.probable([header, *rows, ["02/03/2024 10:15", "999", "F", "RX1AA"]], CONTRACTS["health/ed_assaults"])
    assert made.values == {
        "arrived_at": {"aaa aaaaa": 1},
        "age": {"99-99": 1, "Aaaaaaa": 1, "999": 1},
        "site_code": {"AA9 A": 1},
    }


def test_a_day_is_read_of_what_has_a_time_of_day_too():
    made = header_map.probable([["Outcome Date"], *([value] for value in MOMENTS)], CONTRACTS["police/outcomes"])
    assert made.formats == {"outcome_date": "%Y-%m-%dT%H:%M:%S"} and made.values == {}
    # Midnight, as spreadsheets write days, needs no form.
    made = header_map.probable([["Outcome Date"], ["2024-03-01 00:00:00"]], CONTRACTS["police/outcomes"])
    assert made.formats == {}


@pytest.mark.parametrize("clocks", [CLOCKS, ["1015", "2305", "0010"], ["10:15 AM", "11:05 PM", "12:10 AM"]])
def test_a_date_and_its_time_of_day_are_one_moment(clocks):
    rows = [["Call Date", "Call Time", "Arrival Time"], *map(list, zip(DAYS, clocks, CLOCKS, strict=True))]
    first = made = header_map.probable(rows, CONTRACTS["health/assault_calls"])
    assert {column: rule.headers for column, rule in made.provided.items()} == {"called_at": ("Call Date", "Call Time")}
    assert made.headers == {} and made.unmatched == ("Arrival Time",)
    # Of a day that was written with midnight without that.
    rows = [rows[0], *([f"{day} 00:00:00", *times] for day, *times in rows[1:])]
    made = header_map.probable(rows, CONTRACTS["health/assault_calls"])
    assert (made.provided["called_at"].matches, made.formats) == ("[ T]00:00(:00([.]0+)?)? ", first.formats)
    # A moment is no day to which a time belongs.
    moments = [rows[0], *([moment, *row[1:]] for moment, row in zip(MOMENTS, rows[1:], strict=True))]
    assert header_map.probable(moments, CONTRACTS["health/assault_calls"]).provided == {}
    # Unless the map says already what the date is.
    found = area_maps.AreaMap(feed_type="assault_calls", headers={"Call Date": "called_at"})
    adapted = area_maps.adapt(CONTRACTS["health/assault_calls"], found, Path("maps/assault_calls.yaml"))
    made = header_map.probable(rows, adapted)
    assert made.provided == {} and made.headers == {"Call Date": ("called_at", 1.0)}


def test_words_of_headers_are_shown_where_records_name_nobody():
    header = ["REFERRAL_DT", "Date Referral Closed", "Ada Example"]
    made = header_map.probable([header, ["2024-03-01", "2024-03-02", "x"]], CONTRACTS["justice/referrals"])
    assert list(made.headers) == ["REFERRAL_DT"] and made.unmatched == ("Date Referral Closed", "Aaa Aaaaaaa")
