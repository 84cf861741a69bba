"""Which delivery a sender's file is: by its header, folder, name and rows; and what is said where that cannot be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.contracts.reader import load_contracts, read_contracts
from orchestration.home import area_files
from orchestration.home.environment import PROJECT
from orchestration.ingest.landing_zone.delivery import discover
from orchestration.ingest.recognition import candidates
from orchestration.ingest.recognition.recognition import Recognised, Unknown, deliver, recognise
from tests.unit.orchestration.ingest.conftest import CONTRACTS, codes, row, text

ALL = load_contracts()
CASES = PROJECT.parent / "shared" / "cases"


@pytest.fixture
def outbox(tmp_path):
    def send(name: str, content: str | bytes) -> Path:
        path = tmp_path / "outbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return send


def street(force: str, month: str = "2023-07", count: int = 3) -> str:
    return text([row("police_uk/street", Month=month, Reported_by=force, Falls_within=force) for _ in range(count)])


def crimes(month: str = "07/2023", count: int = 3) -> str:
    changes = {"Recorded_Date_Time": f"03/{month} 10:15", "Committed_From": f"02/{month} 23:40"}
    return text([row("crimes", number, **changes) for number in range(1, count + 1)])


@pytest.mark.parametrize(
    ("sent", "content", "target"),
    [
        ("Crimes_2023-07.CSV", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("Copy of crimes 2023-07 (1).csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes_2023-07_final.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("2023-07.csv.gz", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("extract.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes 2023-06 2023-07.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes ref 2023-06.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes 2023-06 to 2023-08.csv", crimes(), "derbyshire_constabulary/crimes/2023-06_2023-08.csv"),
        ("crimes.csv", crimes() + crimes("08/2023").partition("\n")[2], "derbyshire_constabulary/crimes/2023-07_2023-08.csv"),
        ("crimes.csv", crimes(count=30) + crimes("08/2023", 1).partition("\n")[2], "derbyshire_constabulary/crimes/2023-07.csv"),
        (
            "crimes Q3 2023.csv",
            crimes() + crimes("08/2023").partition("\n")[2],
            "derbyshire_constabulary/crimes/2023-07_2023-08.csv",
        ),
        ("crimes Q2 2023-24.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes Q2 2023.csv", crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        (
            "crimes_2023-24.csv",
            crimes() + crimes("03/2024").partition("\n")[2],
            "derbyshire_constabulary/crimes/2023-07_2024-03.csv",
        ),
        ("Crimes FY 2023/24.csv".replace("/", "-"), crimes(), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("street.csv", street("Kent Police"), "police_uk/street/2023-07-kent.csv"),
        ("2023-07-Kent-street.csv", street("Kent Police"), "police_uk/street/2023-07-kent.csv"),
        ("2023_07-kent.csv", street("KENT POLICE"), "police_uk/street/2023-07-kent.csv"),
        ("street 2023-07 kent durham.csv", street("Durham Constabulary"), "police_uk/street/2023-07-durham.csv"),
        ("btp.csv", street("British Transport Police"), "police_uk/street/2023-07-btp.csv"),
        ("2023-07-victims.csv", text([row("victims")]), "derbyshire_constabulary/victims/2023-07.csv"),
        ("Suspect list 2023-07.csv", text([row("victims")]), "derbyshire_constabulary/suspects/2023-07.csv"),
        ("victims/2023-07.csv", text([row("victims")]), "derbyshire_constabulary/victims/2023-07.csv"),
        ("Suspects/July 2023/2023-07.csv", text([row("victims")]), "derbyshire_constabulary/suspects/2023-07.csv"),
        ("utf16.csv", crimes().encode("utf-16-le"), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("utf16.csv", b"\xff\xfe" + crimes().encode("utf-16-le"), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("utf16.csv", b"\xfe\xff" + crimes().encode("utf-16-be"), "derbyshire_constabulary/crimes/2023-07.csv"),
        ("utf16.csv", ("\ufeff" + crimes(count=900)).encode("utf-16-le"), "derbyshire_constabulary/crimes/2023-07.csv"),
    ],
)
def test_a_file_is_taken_under_whatever_name_it_comes(desk, outbox, sent, content, target):
    receipt = deliver(outbox(sent, content), desk.raw, ALL)
    assert (receipt.outcome, receipt.target_name) == ("delivered", target), receipt.reason


_ATTENDANCE = "{},03/07/2023 10:15,02/07/2023 23:40,Fist,,Street,,Derby City,30,Male,A\n"
_ED_HEADERS = (
    "Site Code,Arrival Date Time,Assault Date Time,Assault Method,Assault Method Other,Location Type,Location Description,"
    "Assault District,Age,Sex,Ethnic Category\n"
)


SITES = {"royal_derby_hospital": "RTGFG", "chesterfield_royal_hospital": "RFSDA"}


def attendances(agency: str, count: int = 1) -> str:
    return _ED_HEADERS + count * _ATTENDANCE.format(SITES[agency])


@pytest.mark.parametrize(
    ("sent", "agency"),
    [
        ("July.csv", "royal_derby_hospital"),
        ("ED 2023-07.csv", "chesterfield_royal_hospital"),
        ("assaults.csv", "chesterfield_royal_hospital"),
        ("royal_derby_hospital/2023-07.csv", "royal_derby_hospital"),
        ("Royal Derby Hospital/July/ED 2023-07.csv", "royal_derby_hospital"),
        ("chesterfield_royal_hospital/ed_assaults/2023-07.csv", "chesterfield_royal_hospital"),
        ("RDH ED 2023-07 extracted 2023-08-03.csv", "royal_derby_hospital"),
        ("CRH_ED_202307.csv", "chesterfield_royal_hospital"),
        ("Chesterfield 2023-07.csv", "chesterfield_royal_hospital"),
        ("derby assaults 2023-07.csv", "royal_derby_hospital"),
    ],
)
def test_the_folder_or_the_name_decides_between_agencies_with_one_layout(outbox, sent, agency):
    found = recognise(outbox(sent, attendances(agency)), ALL)
    assert isinstance(found, Recognised), found.reason
    assert (found.contract.id, str(found.name)) == ((agency, "ed_assaults"), "2023-07.csv")
    assert {contract.agency for contract in found.alike} == set(SITES)


@pytest.mark.parametrize(
    ("sent", "agency", "named"),
    [
        ("chesterfield_royal_hospital/2023-07.csv", "royal_derby_hospital", "chesterfield_royal_hospital"),
        ("royal_derby_hospital/ed_assaults/2023-07.csv", "chesterfield_royal_hospital", "royal_derby_hospital"),
        ("RDH ED 2023-07.csv", "chesterfield_royal_hospital", "royal_derby_hospital"),
    ],
)
def test_rows_with_the_code_of_another_agency_are_refused(outbox, sent, agency, named):
    found = recognise(outbox(sent, attendances(agency, 3)), ALL)
    assert isinstance(found, Unknown)
    assert f"The file name says agency “{named}”, but “Site Code” says {agency} in 3 row(s)." in found.reason


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [
        ("derby_city_education", "2023-24.xlsx", "derby_city_education"),
        ("x", "Derby City exclusions 2023-24.xlsx", "derby_city_education"),
        ("x", "derbyshire exclusions 2023-24.xlsx", "derbyshire_county_education"),
        ("Derbyshire County Education", "exclusions 2023-24.xlsx", "derbyshire_county_education"),
    ],
)
def test_two_councils_with_one_layout(tmp_path, folder, name, expected):
    alike = [ALL["derby_city_education", "exclusions"], ALL["derbyshire_county_education", "exclusions"]]
    assert [contract.agency for contract in candidates.choose(tmp_path / folder / name, alike)] == [expected]


@pytest.mark.parametrize(
    ("sent", "content", "reason"),
    [
        # the feed cannot be known
        ("2023-07.csv", text([row("victims")]), "several feeds with these headers: derbyshire_constabulary/suspects"),
        (
            "suspects/victims 2023-07.csv",
            text([row("victims")]),
            "derbyshire_constabulary/suspects, derbyshire_constabulary/victims",
        ),
        ("ED 2023-07.csv", _ED_HEADERS + _ATTENDANCE.format("RXXXX"), "several feeds with these headers"),
        # the period cannot be known, or name and rows contradict each other
        ("crimes_2023-08.csv", crimes(), "The name says 2023-08, but 3 of 3 rows are of 2023-07."),
        ("crimes 2023-05 2023-06.csv", crimes(), "The name says 2023-05 and 2023-06, but 3 of 3 rows are of 2023-07."),
        ("crimes Q4 2023.csv", crimes(), "The name says another quarter or year, but 3 of 3 rows are of 2023-07."),
        ("crimes 2022-23.csv", crimes(), "The name says another quarter or year"),
        ("crimes_2023-13.csv", crimes(), "2023-13 is not a period of a feed that is delivered monthly (YYYY-MM)."),
        ("crimes.csv", text([row("crimes", Recorded_Date_Time="03/07/23 10:15")]), "Write four-digit years: DD/MM/YYYY HH:MM."),
        ("crimes_2023-07_final.csv", text([row("crimes", Recorded_Date_Time="3-Jul-23")]), "Write four-digit years"),
        (
            "crimes.csv",
            text([row("crimes", Recorded_Date_Time="July")]),
            "“Recorded Date Time” is not a date with time in 1 row(s).",
        ),
        # another force's rows
        (
            "2023-07-kent-street.csv",
            street("Derbyshire Constabulary"),
            "“kent”, but “Reported by” says “Derbyshire Constabulary”",
        ),
        (
            "2023-07-kent-street.csv",
            street("Kent Police") + street("Durham Constabulary").partition("\n")[2],
            "(row 5, and more)",
        ),
        (
            "street 2023-07.csv",
            street("Kent Police") + street("Durham Constabulary").partition("\n")[2],
            "Its rows are of 2 different forces (durham, kent).\n  Send one file for each force.",
        ),
        ("2023-07-west-yorkshire-street.csv", street("North Yorkshire Police"), "says “North Yorkshire Police” in 3 row(s)"),
        ("2023-07-kent-street.csv", street("Police of Kent"), "says “Aaaaaa aa Aaaa”"),
        ("2023-07-stop-and-search.csv", text([row("police_uk/stop_and_search")]), "its name has no force"),
        # separators
        ("crimes 2023-07.csv", crimes().replace(",", ";"), "The fields are separated by semicolons; this feed accepts commas."),
        ("crimes 2023-07.csv", crimes().replace(",", "\t"), "The fields are separated by tabs; this feed accepts commas."),
        ("2023-07-kent-street.csv", street("Kent Police").replace(",", "|"), "The fields are separated by vertical bars"),
        # headers
        (
            "x.csv",
            street("Kent Police").replace("LSOA code", "LSOA cod"),
            "police_uk/street: “LSOA cod” is not part of the agreed format, and “LSOA code” is missing.",
        ),
        (
            "x.csv",
            crimes().replace("District", "Distrct"),
            "derbyshire_constabulary/crimes: “Distrct” is not part of the agreed format, and “",
        ),
        ("x.csv", "a,b\n1,2\n", "No feed has the headers of this file (CSV text)."),
        ("crimes.csv", crimes().replace("District", "\x1b[2J\x1b]0;x\x07"), "“\\x1b[2J\\x1b]0;x\\x07”"),
        ("crimes.pdf", "%PDF-1.4", "No feed accepts a PDF document."),
    ],
)
def test_a_refusal_names_one_feed_and_one_cause_first(desk, outbox, sent, content, reason):
    receipt = deliver(outbox(sent, content), desk.raw, ALL)
    assert receipt.outcome == "refused" and receipt.refusal is not None
    assert reason in receipt.reason.replace(" and more)", ", and more)")
    assert len(receipt.refusal.lines) <= 12 and not desk.raw.exists()
    assert sum(receipt.reason.count("/".join(feed) + ":") for feed in ALL) <= 1


@pytest.mark.parametrize(
    ("agency", "feed", "sent"),
    [
        ("dfe", "exclusion_reasons", "reasons.csv"),
        ("dfe", "lait", "bds_long_0.parquet"),
        ("dfe", "neet_scorecard", "UD_NEETNK_LA_dashboard_final.csv"),
        ("derby_city_education", "neet", "Derby City NEET.xlsx"),
    ],
)
def test_where_neither_name_nor_rows_say_the_period_an_example_is_shown(tmp_path, monkeypatch, agency, feed, sent):
    contract = ALL[agency, feed]
    monkeypatch.setattr(candidates, "compare", lambda *_: [candidates.Comparison(contract, (), 1.0)])
    path = tmp_path / sent
    path.write_bytes(b"of no importance here")
    found = recognise(path, ALL)
    assert isinstance(found, Unknown)
    assert found.reason.startswith(f"{agency}/{feed}: No period in the name.\n  Name it for example “{feed.replace('_', ' ')} 20")


@pytest.mark.parametrize(
    "again",
    [
        "crimes 2023-07.CSV",
        "Copy of crimes_2023-07.csv",
        "CRIMES 2023-07 (1).csv",
        "crimes 202307 final.csv",
        "extract.csv",
        "2023-07.csv",
    ],
)
def test_an_exact_copy_is_already_there_under_any_name(desk, outbox, again):
    assert deliver(outbox("crimes_2023-07.csv", crimes()), desk.raw, ALL).outcome == "delivered"
    receipt = deliver(outbox(again, crimes()), desk.raw, ALL)
    assert (receipt.outcome, receipt.target_name) == ("already there", "derbyshire_constabulary/crimes/2023-07.csv")
    assert len(discover(desk.raw, CONTRACTS["crimes"])) == 1


def test_a_copy_that_was_refused_in_the_place_of_another_period_supplies_nothing(desk, outbox):
    desk.put("crimes", crimes(), "2023-02.csv")
    desk.load("crimes")
    (misplaced,) = desk.all()
    assert misplaced.verdict == "refused"
    receipt = deliver(outbox("crimes_2023-07.csv", crimes()), desk.raw, ALL, received=desk.all())
    assert (receipt.outcome, receipt.target_name) == ("delivered", "derbyshire_constabulary/crimes/2023-07.csv")
    again = deliver(outbox("crimes_2023-07.csv", crimes()), desk.raw, ALL, received=desk.all())
    assert (again.outcome, again.target_name) == ("already there", "derbyshire_constabulary/crimes/2023-07.csv")


def test_a_copy_is_already_there_in_another_feed_with_the_same_headers(desk, outbox):
    content = text([row("victims")])
    deliver(outbox("victims 2023-07.csv", content), desk.raw, ALL)
    receipt = deliver(outbox("suspects 2023-07.csv", content), desk.raw, ALL)
    assert (receipt.outcome, receipt.target_name) == ("already there", "derbyshire_constabulary/victims/2023-07.csv")


@pytest.mark.parametrize(
    "sent", ["crimes 2023-07 resend.csv", "Crimes_2023-07_final (2).csv", "2023-07-corrected.csv", "extract.csv"]
)
def test_other_content_for_the_same_period_is_the_next_version(desk, outbox, sent):
    deliver(outbox("crimes_2023-07.csv", crimes()), desk.raw, ALL)
    receipt = deliver(outbox(sent, crimes(count=4)), desk.raw, ALL)
    assert (receipt.outcome, receipt.target_name) == ("delivered", "derbyshire_constabulary/crimes/2023-07.v2.csv")
    assert "supersedes version 1" in receipt.reason


def test_rows_of_another_force_are_refused_from_the_landing_zone_too(desk):
    record = desk.land("police_uk/street", street("Derbyshire Constabulary"), "2023-07-kent.csv")
    assert (record.verdict, codes(record), record.rows_rejected) == ("refused", ["D31"], 3)
    assert record.faults[0].first_rows == (2,)
    assert desk.land("police_uk/street", street("Durham Constabulary"), "2023-07-durham.csv").verdict == "accepted"


def test_a_csv_file_is_not_tried_as_yaml(outbox, monkeypatch):
    """Any text could be YAML: reading a month of crimes as that would take minutes."""
    from orchestration.ingest.files import readers
    from orchestration.ingest.recognition import candidates

    for module in (candidates, readers):
        monkeypatch.setattr(module, "sheet_rows", lambda *_, **__: pytest.fail("read as YAML"))
    assert isinstance(recognise(outbox("crimes_2023-07.csv", crimes()), ALL), Recognised)


cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"the failing inputs are not in {CASES}")


@cases
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            "2012-04-derbyshire-street.csv",
            "police_uk/street: “Easting”, “Northing” are not part of the agreed format, and “Crime ID”,",
        ),
        ("2025-12-kent-street.csv", "“kent”, but “Reported by” says “Derbyshire Constabulary” in 20 row(s)"),
        ("2025-12-derbyshire-street.csv", "police_uk/street/2025-12-derbyshire.csv"),
        ("2025-12-derbyshire-street.CSV", "police_uk/street/2025-12-derbyshire.csv"),
        ("crimes 2023-07 utf16le.csv", "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes 2023-07 trailing_empty_column.csv", "derbyshire_constabulary/crimes/2023-07.csv"),
        ("crimes 2023-07 semicolon.csv", "The fields are separated by semicolons; this feed accepts commas."),
        ("crimes-semicolon__2023-07.csv", "The fields are separated by semicolons; this feed accepts commas."),
        ("crimes 2023-07 two_digit_year.csv", "Write four-digit years"),
        ("crimes_2023-07_final.csv", "Write four-digit years"),
        ("crimes-header-ansi__2023-07.csv", "“\\x1b[2J"),
        ("crimes_2023-07.single-quoted-far-cell.xlsx", "far larger than a return can be"),
    ],
)
def test_the_cases(desk, sent, expected):
    receipt = deliver(CASES / sent, desk.raw, ALL)
    assert expected in (receipt.target_name or receipt.reason)
    assert "\x1b" not in receipt.reason and len(receipt.reason.splitlines()) <= 12


@cases
def test_one_month_under_three_names_is_one_delivery(desk, tmp_path):
    sent = CASES / "2025-12-derbyshire-street.csv"
    names = ["2025-12-derbyshire-street.csv", "2025-12-derbyshire-street.CSV", "2025-12-Derbyshire-street.csv"]
    outcomes = []
    for number, name in enumerate(names):
        copy = tmp_path / str(number) / name
        copy.parent.mkdir()
        copy.write_bytes(sent.read_bytes())
        outcomes.append(deliver(copy, desk.raw, ALL).outcome)
    assert outcomes == ["delivered", "already there", "already there"]
    assert [record.rows_accepted for record in desk.load("police_uk/street")] == [20]


@pytest.mark.parametrize(
    ("feed", "name", "command"),
    [
        # Of two forces each has an extract of its own; the name of the file may say whose it is.
        ("crimes", "extract.csv", "`sna area map AGENCY/crimes FILE`, AGENCY being norfolk or suffolk"),
        ("crimes", "suffolk extract.csv", "`sna area map suffolk/crimes FILE`"),
        # What one publisher sends is one map, and two feed types may have one name.
        ("street", "extract.csv", "`sna area map street FILE`"),
        ("stop_searches", "extract.csv", "`sna area map AGENCY/stop_searches FILE`"),
    ],
)
def test_a_refusal_for_headers_names_the_call_that_maps_them(outbox, tmp_path, monkeypatch, feed, name, command):
    monkeypatch.setenv("SNA_AREAS", str(tmp_path / "areas"))
    area_files.make(["norfolk", "suffolk"])
    contracts = read_contracts("norfolk")
    header = [column.header for column in next(one for one in contracts.values() if one.feed == feed).columns]
    path = outbox(name, ",".join(["Another", *header[1:]]) + "\n" + ",".join(header) + "\n")
    receipt = deliver(path, tmp_path / "raw", contracts)
    assert receipt.outcome == "refused" and f"Run {command}" in receipt.reason
