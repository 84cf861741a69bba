"""Made-up people: names of many origins, and numbers that authorities issue, as systems write them."""

from __future__ import annotations

from collections.abc import Iterator

# First and family name; common enough where they come from, and no person's that is meant.
NAMES = (
    *(
        ("Harpreet", "Dhillon"),
        ("Gurdeep", "Sandhu"),
        ("Venkatesh", "Subramaniam"),
        ("Lakshmi", "Narayanan"),
        ("Dhruv", "Chaudhary"),
    ),
    *(("Zainab", "Qureshi"), ("Bilal", "Chaudhry"), ("Shabnam", "Akhtar"), ("Farooq", "Mirza"), ("Rukhsana", "Begum")),
    *(("Chukwuemeka", "Obi"), ("Oluwaseun", "Adeyemi"), ("Ngozi", "Eze"), ("Kwame", "Boateng"), ("Abena", "Owusu")),
    *(("Tendai", "Moyo"), ("Thabo", "Dlamini"), ("Wanjiru", "Kamau"), ("Tigist", "Bekele"), ("Faduma", "Warsame")),
    *(
        ("Agnieszka", "Wiśniewska"),
        ("Krzysztof", "Lewandowski"),
        ("Oksana", "Shevchenko"),
        ("Ionuț", "Popescu"),
        ("Vytautas", "Kazlauskas"),
    ),
    *(("Zsófia", "Szabó"), ("Dragana", "Jovanović"), ("Arben", "Hoxha"), ("Georgios", "Papadopoulos"), ("Emre", "Yılmaz")),
    *(("Xiaoming", "Zhang"), ("Mei Ling", "Wong"), ("Nguyễn", "Thị Hoa"), ("Haruka", "Takahashi"), ("Jun-ho", "Park")),
    *(("Rizwana", "Miah"), ("Shahida", "Khatun"), ("Thi", "Tran"), ("Maricel", "Dela Cruz"), ("Siti", "Nurhaliza")),
    *(("Abdulrahman", "Al-Sayed"), ("Layla", "Haddad"), ("Shirin", "Hosseini"), ("Azad", "Barzani"), ("Yosef", "Ben-David")),
    *(
        ("Siobhán", "O'Flaherty"),
        ("Pádraig", "Mac Giolla"),
        ("Rhiannon", "Llewellyn"),
        ("Eilidh", "MacPherson"),
        ("Tarquin", "Featherstonehaugh"),
    ),
    *(
        ("Thiago", "Figueiredo"),
        ("Inês", "Gonçalves"),
        ("Guadalupe", "Hernández"),
        ("Giuseppe", "Esposito"),
        ("Aurélie", "Lefèvre"),
    ),
    *(
        ("Shanice", "Campbell-Brown"),
        ("Delroy", "Grant"),
        ("Kayleigh", "Ramsbottom"),
        ("Jayden", "Higginbottom"),
        ("Blodwen", "Prothero"),
    ),
    *(
        ("Björn", "Östergård"),
        ("Pyry", "Hämäläinen"),
        ("Jürgen", "Weiß"),
        ("Saskia", "van der Meer"),
        ("Tomasz", "Brzęczyszczykiewicz"),
    ),
)


def forms(given: str, family: str) -> Iterator[tuple[str, str]]:
    """What the form is called, and the name in it, as registers, notes and exports write names."""
    yield "first and family name", f"{given} {family}"
    yield "family name in capitals first", f"{family.upper()}, {given}"
    yield "all in capitals", f"{given} {family}".upper()
    yield "initial and family name", f"{given[0]}. {family}"
    yield "family name and initial", f"{family} {given[0]}"
    yield "behind a title", f"Mr {family}"
    yield "behind a title, in capitals, with initial", f"MRS {given[0]} {family.upper()}"
    yield "all in small letters", f"{given} {family}".lower()
    yield "family name first, without a comma", f"{family.upper()} {given}"
    yield "behind a label", f"Pt: {given} {family}"
    yield "with an underscore", f"{given}_{family}"
    yield "joined", f"{given}{family}"
    yield "with two blanks", f"{given}  {family}"


def nhs_number(seed: int) -> str:
    """A number of the range 999, which no patient has, with the check digit of the NHS Data Dictionary."""
    while True:
        digits = f"999{seed % 1_000_000:06}"
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)
        seed += 1


def nhs_forms(number: str) -> Iterator[tuple[str, str]]:
    a, b, c = number[:3], number[3:6], number[6:]
    yield "plain", number
    yield "in threes and a four", f"{a} {b} {c}"
    yield "with dashes", f"{a}-{b}-{c}"
    yield "with dots", f"{a}.{b}.{c}"
    yield "with slashes", f"{a}/{b}/{c}"
    yield "with underscores", f"{a}_{b}_{c}"
    yield "in fives", f"{number[:5]} {number[5:]}"
    yield "in pairs", " ".join(number[n : n + 2] for n in range(0, 10, 2))
    yield "digit by digit", " ".join(number)
    yield "digit by digit with dashes", "-".join(number)
    yield "with many blanks", f"{a}   {b}    {c}"
    yield "with semicolons", f"{a};{b};{c}"
    yield "with colons", f"{a}:{b}:{c}"
    yield "with a letter O for a nought", number.replace("0", "O", 1) if "0" in number else number.replace("1", "l", 1)
    yield "with letters for digits", number.translate(str.maketrans("0158", "OISB"))
    yield "in full width", number.translate({48 + n: 0xFF10 + n for n in range(10)})
    yield "in Arabic digits", number.translate({48 + n: 0x0660 + n for n in range(10)})
    yield "in Bengali digits", number.translate({48 + n: 0x09E6 + n for n in range(10)})
    yield "in bold digits", number.translate({48 + n: 0x1D7CE + n for n in range(10)})
    yield "in raised digits", number.translate(dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)))
    yield "with invisible characters", "\u200b".join((a, b, c))
    yield "with soft hyphens", "\u00ad".join((a, b, c))
    yield "with word joiners", "\u2060".join(number)
    yield "with thin blanks", "\u2009".join((a, b, c))
    yield "as a number with a fraction", f"{number}.0"
    yield "as text for a spreadsheet", f"'{number}"
    yield "in brackets", f"({a}) {b} {c}"
    yield "within words", f"seen{number}again"
    yield "behind a sign", f"#{number}"
    yield "over two lines", f"{a} {b}\n{c}"
    yield "with a version behind it", f"{number}/2"


TELEPHONES = {
    "plain": "07700900123",
    "with blanks": "07700 900 123",
    "without its nought": "7700900123",
    "with dots": "07700.900.123",
    "with dashes": "07700-900-123",
    "with slashes": "07700/900/123",
    "with the country's code": "+44 7700 900123",
    "with the country's code and nought": "+44 (0)7700 900123",
    "with the country's code in noughts": "0044 7700 900123",
    "with the country's code alone": "447700900123",
    "with a letter for the nought": "O77OO 9OO123",
    "in pairs": "07 70 09 00 12 3",
    "of a house": "01632 960 983",
    "of a house with brackets": "(01632) 960983",
    "of a house in London": "020 7946 0018",
    "in full width": "０７７００ ９００１２３",
    "behind a word": "mob07700900123",
    "with invisible characters": "07700\u200b900\u200b123",
    "from abroad": "+48 22 555 01 23",
}

MAILS = {
    "plain": "z.qureshi@example.org",
    "in capitals": "Z.QURESHI@EXAMPLE.ORG",
    "with blanks": "z.qureshi @ example . org",
    "with at in words": "z.qureshi at example dot org",
    "with at in brackets": "z.qureshi(at)example(dot)org",
    "with at in square brackets": "z.qureshi [at] example.org",
    "with a sign of full width": "z.qureshi＠example.org",
    "in angle brackets": "<z.qureshi@example.org>",
    "as a link": "mailto:z.qureshi@example.org",
    "of a name with marks": "zoë.qureshi@example.org",
    "of a domain in another script": "z.qureshi@пример.укр",
}

POSTCODES = {
    "plain": "DE1 3AB",
    "without a blank": "DE13AB",
    "in small letters": "de1 3ab",
    "with a letter O for a nought": "NG1O 5BT",
    "with an I for a one": "DEI 3AB",
    "with a letter for the inward digit": "S41 OAA",
    "with a dash": "DE1-3AB",
    "with a dot": "DE1.3AB",
    "with a slash": "DE1/3AB",
    "with an underscore": "DE1_3AB",
    "with several blanks": "DE1   3AB",
    "letter by letter": "D E 1 3 A B",
    "with a no-break space": "DE1\u00a03AB",
    "with invisible characters": "DE1\u200b3AB",
    "in full width": "ＤＥ１ ３ＡＢ",
    "within words": "home=DE13AB;",
    "in Cyrillic capitals": "DЕ1 3АВ",
    "of London": "SW1A 2AA",
    "in brackets": "(S40 1XA)",
}

BIRTHS = {
    "day first": "17/04/1987",
    "day first with dashes": "17-04-1987",
    "day first with dots": "17.04.1987",
    "day first with blanks": "17 04 1987",
    "month first": "04/17/1987",
    "year first": "1987-04-17",
    "year first with slashes": "1987/04/17",
    "year, day, month": "1987-17-04",
    "without separators": "17041987",
    "without separators, year first": "19870417",
    "without separators, month first": "04171987",
    "with the month's name": "17 April 1987",
    "with the month's name cut": "17-Apr-1987",
    "with the month's name and joined": "17APR1987",
    "with the month's name first": "April 17, 1987",
    "with the month's name first and cut": "Apr 17 1987",
    "with an ordinal number": "17th of April 1987",
    "in words": "seventeenth of April nineteen eighty-seven",
    "with a weekday": "Fri 17 April 1987",
    "with a time": "1987-04-17T00:00:00",
    "with a time and a zone": "1987-04-17T00:00:00Z",
    "with midnight": "17/04/1987 00:00",
    "with a short year": "17/04/87",
    "with a short year behind a label": "DoB 17/04/87",
    "behind a label": "D.O.B. 17.4.1987",
    "behind born": "born 17 Apr 87",
    "in Roman numbers": "17.IV.1987",
    "in full width": "１７／０４／１９８７",
    "in French": "17 avril 1987",
    "in German": "17. März 1987",
    "as a number of days": "31884",
    "as seconds": "545616000",
}

NUMBERS = {
    "national insurance": "AB123456C",
    "national insurance with blanks": "AB 12 34 56 C",
    "national insurance in small letters": "ab123456c",
    "national insurance with dashes": "AB-12-34-56-C",
    "national insurance behind a label": "NINO: JG103759A",
    "passport behind a label": "passport 925665416",
    "passport behind a short label": "PPT No. 533380006",
    "hospital number behind a label": "Hosp No K1234567",
    "hospital number behind three letters": "MRN 0123456",
    "hospital number behind the unit": "unit no. RD4567890",
    "patient's number": "Patient ID 00456123",
    "vehicle": "AB12 CDE",
    "vehicle without a blank": "FJ66XYZ",
    "vehicle in small letters": "fj66 xyz",
    "vehicle of older years": "P123 ABC",
    "pupil": "A801201412001",
    "pupil behind a label": "UPN H801200001001",
    "driving licence": "MORGA657054SM9IJ",
    "driving licence with blanks": "MORGA 657054 SM9IJ",
    "bank account": "sort code 20-00-00 account 55779911",
    "international bank account": "GB33BUKB20201555555555",
    "bank card": "4111 1111 1111 1111",
    "Scottish health number": "CHI 0101701234",
    "health and care number": "H&C 3210000007",
    "name on a social network": "insta @zee_qureshi99",
    "address of the network": "192.0.2.44",
    "address": "Flat 3, 22 Acacia Avenue",
    "address in capitals": "22 ACACIA AVENUE",
    "address in small letters": "lives at 22 acacia ave",
    "address with a letter": "22B Acacia Road, Belper",
    "address without a street's word": "14 The Hollies, Ripley",
    "prison number": "Prison no A1234BC",
    "criminal record": "PNC 98/123456X",
    "what three words": "///filled.count.soap",
    "coordinates of a home": "home at 52.92281, -1.47663",
}

HEADINGS = (
    *(
        "Pt Surname",
        "Forename",
        "NHS No",
        "NHS_NUMBER",
        "nhsNumber",
        "DOB",
        "D.O.B",
        "Date of Birth",
        "Birth Dt",
        "Hosp No",
        "MRN",
        "UPN",
    ),
    *(
        "NINO",
        "Nat Ins",
        "Patient Address 1",
        "Home PC",
        "Post Code",
        "Mobile Tel",
        "Next of Kin",
        "NOK Contact",
        "GP Name",
        "E-mail addr",
    ),
    *(
        "Patients Name",
        "Full_Name",
        "Known As",
        "Passport",
        "Vehicle Reg",
        "PAS ID",
        "Local Patient Identifier",
        "Given Nm",
        "Last Nm",
    ),
)
