"""Numbers and addresses of people in the forms in which systems export them; the codes and figures of ordinary text pass."""

from __future__ import annotations

import pytest

from orchestration.ingest.legal_gate import identifier_search
from orchestration.ingest.legal_gate.birth_dates import birth_dates
from orchestration.ingest.legal_gate.gate import identified
from orchestration.ingest.legal_gate.readings import folded

FOUND = {
    "nhs": [
        *(
            "943 476 5919",
            "943;476;5919",
            "94-34-76-59-19",
            "943_476_5919",
            "943*476*5919",
            "943 476 S919",
            "943 476 59I9",
            "9434 765 919",
        ),
        *(
            "943 | 476 | 5919",
            "943476 | 5919",
            "nine four three four seven six five nine one nine",
            "9.434765919E9",
            "٩٤٣٤٧٦٥٩١٩",
        ),
        *("943\u200b476\u200b5919", "943‑476‑5919", "&#57;43 476 5919", "%39434765919", "9 4 3 4 7 6 5 9 1 9"),
    ],
    "postcode": [
        *("DE1 OAA", "DEI 3AB", "DE1-3AB", "de1.3ab", "D E 1 3 A B", "DE1  3AB", "DE1_3AB", "DE1 | 3AB", "0X1 3AB"),
        "delta echo one three alpha bravo",
    ],
    "phone": [
        *("7700 900123", "07700.900.123", "07700/900/123", "0 7 7 0 0 9 0 0 1 2 3", "0044 7700 900 123", "O77OO 9OO123"),
        *(
            "1332 496012",
            "01332.496.012",
            "tel 496012",
            "oh seven seven double oh nine double oh one two three",
            "(01332)-496012",
        ),
    ],
    "address": [
        "///filled.count.soap",
        "at //filled.count.soap",
        "https://what3words.com/filled.count.soap",
        "w3w.co/filled.count.soap",
    ],
    "email": ["a at b dot com", "jo@nhs.net", "jo[at]nhs[dot]net", "@jo_pat99"],
    "number": [
        *("AB123456C", "ab 12 34 56 c", "NI AB123456", "passport 123456789", "123456789", "123 456 789", "P1234567", "RDH123456"),
        *("hosp no 1234567", "MRN: 123456", "A123456789012", "UPN A12345678901B", "AB12 CDE", "AB12CDE", "ab12 cde", "A123 BCD"),
        *(
            "ABC 123D",
            "reg AB12CDE",
            "SMITH901015JJ9AB",
            "A1234BC",
            "2012/0123456X",
            "4111 1111 1111 1111",
            "nhs no 943 476 5910",
        ),
    ],
    "script": ["Иван Петров", "محمد علي", "王伟", "Ρriya"],
    "birth": [
        *("DOB third of May 1990", "born May 1990", "d.o.b 3590", "third of May nineteen ninety", "dob03051990"),
        *("birthday 3/5/1990", "his birthday is on 3 May 1990", "Birthday: the 3rd of May"),
    ],
}
PASSED = [
    *("M1 J28 services", "A38 and A52", "s18 and s40 area", "B12 bed", "room 12b", "at 10 men", "age 12m", "x3 by 2 males"),
    *("between 22:00 and 23:00", "on 03/07/2023 at 22.15", "approx 3-4 am", "2 of 3 times", "5 or 6 lads", "24 hour gym"),
    *(
        "ward 12 bed 3 at 10.30",
        "12345",
        "0.5 miles",
        "20-30 yr old",
        "route 61 bus",
        "No 6 bus at 11 pm",
        "2021-22 2022-23 2023-24",
    ),
    *(
        "Change since 2021-22",
        "435000 335000",
        "1,234,567",
        "276853009",
        "E01013453",
        "level 3 car park, bay 104",
        "bus 38A to town",
    ),
    # as publishers write them
    *("On or near B6385", "on the B5055 at B6058", "crash, B2055 | ambulance", "A5111 slip road"),
    *(
        "51.56355,-0.14458",
        "[55.00721,-1.62481]",
        "55.00213, -1.60886",
        "Rhondda Cynon Taf 005A",
        "W01001186 : Rhondda Cynon Taf 001A",
    ),
    *("S13002476", "S12000033 and S12000047", "https://www.gov.uk/government/collections/statistics-neet"),
    *(
        "see http://www.england.nhs.uk/publication/",
        "those whose 19th, 20th or 21st birthday falls between 1 April and 31 March",
        "Mrs Blands Infant and Nursery School",
    ),
]


@pytest.fixture(scope="module")
def db():
    with identifier_search.connect() as db:
        yield db


@pytest.mark.parametrize("kind", FOUND)
def test_known_forms_are_found(db, kind):
    texts = FOUND[kind]
    found = {number for what, number in identified(db, [(n, folded(text)) for n, text in enumerate(texts)]) if what == kind}
    assert [text for number, text in enumerate(texts) if number not in found] == []


def test_ordinary_codes_and_figures_pass(db):
    found = identified(db, [(number, folded(text)) for number, text in enumerate(PASSED)])
    assert [(kind, PASSED[number]) for kind, number in found] == []


BORN = [
    *(
        "03/05/1990",
        "05/23/1990",
        "1990.05.03",
        "1990/23/05",
        "3 May 1990",
        "May 3rd 1990",
        "1990 May 3",
        "3.V.1990",
        "3 May 90",
        "3 | 5 | 1990",
    ),
    *("pt 03051990 hit", "19900503", "03-05-1990 00:00", "3rd of May, 1990"),
]


@pytest.mark.parametrize("text", BORN)
def test_dates_in_any_order_are_of_birth_where_they_are_old(text):
    assert list(birth_dates([(1, folded(text))], 2023, of_people=True, about_age=False))


@pytest.mark.parametrize(
    "text", ["03/07/2023", "3 July 2023", "3 May 22", "07 Jan 24", "12/03/2019 22:10", "version 2019.03", "lift 03/03/99"]
)
def test_dates_about_the_period_are_not(text):
    assert not list(birth_dates([(1, folded(text))], 2023, of_people=True, about_age=False))


def test_a_search_knows_nothing_of_the_one_before(db):
    assert set(identified(db, [(1, "ring 07700 900123")])) == {("phone", 1)}
    assert set(identified(db, [(1, "nobody"), (2, "a\0b DE1 3AB")])) == {("postcode", 2)}
