"""Made-up people by group of names, and the forms in which systems write a name."""

from __future__ import annotations

import random

GROUPS = {
    "English": (
        "Sarah Whitfield|Gavin Thornbury|Holly Baxter|Jamie Cartwright|Lesley Ashworth|Trevor Pickering|"
        "Mark Hill|Grace Young|Jack Turner"
    ),
    "Irish": (
        "Aoife O'Brien|Siobhan Gallagher|Cormac McGrath|Niamh Doherty|Padraig Ó Súilleabháin|Declan Fitzgerald|Roisin Byrne"
    ),
    "South Asian": (
        "Priya Patel|Harpreet Kaur|Imran Qureshi|Mohammed Iqbal|Anjali Sharma|Gurdeep Singh Gill|Sadia Begum|Rajesh Iyer"
    ),
    "Polish": ("Łukasz Wiśniewski|Agnieszka Kowalczyk|Piotr Zieliński|Małgorzata Wójcik|Krzysztof Nowak|Zofia Dąbrowska"),
    "West African": ("Chidi Okafor|Adaeze Nwosu|Kwame Mensah|Folasade Adeyemi|Ousmane Diallo|Blessing Eze|Oluwaseun Bakare"),
    "Chinese": ("Wei Zhang|Xiu Li|Mei Ling Wong|Jianguo Chen|Hui Xu|Zhao Yang|Yan Ng"),
    "Arabic": ("Fatima al-Rashid|Yusuf Haddad|Omar Abdel Rahman|Layla Nasser|Khalid bin Saleh|Zaynab Mansour"),
    "Vietnamese": ("Nguyễn Văn An|Trần Thị Mai|Phạm Minh Long|Lê Hoàng|Đặng Thu Hà|Vũ Quang Huy"),
    "Turkish": ("Mehmet Yılmaz|Ayşe Demir|Emre Çelik|Zeynep Şahin|İbrahim Öztürk|Elif Kaya"),
    "Romanian and Roma": ("Ionuț Popescu|Florica Stănescu|Vasile Ciobanu|Mirela Lăcătuș|Gheorghe Munteanu"),
    "Portuguese and Spanish": ("João da Silva|Inês de Souza|Lucía García|Diego Fernández|Rui Carvalho"),
    "Somali and Ethiopian": ("Abdirahman Warsame|Hodan Jama|Dawit Tesfaye|Selam Gebre|Ayaan Farah"),
}

# `g` and `s` are given name and surname, `i` the initial; capitals and small letters of them beside.
FORMS = [
    *(
        "{g} {s}",
        "{G} {S}",
        "{i} {s}",
        "{i}. {s}",
        "{I} {S}",
        "{s}, {g}",
        "{S}, {g}",
        "{S} {G}",
        "{s} {i}",
        "{S} {I}",
        "{S}, {I}.",
    ),
    *(
        "Mr {s}",
        "MRS {S}",
        "Dr {s}",
        "mr {sl}",
        "miss {sl}",
        "{gl} {sl}",
        "{sl}, {gl}",
        "{g}{s}",
        "{g}_{s}",
        "{g}.{s}",
        "{g}-{s}",
    ),
    *("{g}\u200b {s}", "{g}\u00a0{s}", "{g} | {s}", "Pt {g} {s}", "patient {gl}", "hit by {g} {s} outside", "brother of {g} {s}"),
    *(
        "nee {s}",
        "née {s}",
        "{g} née {s}",
        "s/o {g} {s}",
        "aka {g}",
        "({g} {s})",
        "assault by {G} {S} at home",
        "{g} {s}'s boyfriend",
    ),
    *(
        "seen with {g} {s}, drunk",
        "{g} {s} and two others in town centre",
        "punched by {gl} {sl} in pub",
        "hit by {g}",
        "Patient: {G}",
    ),
    *(
        "{g}",
        "{S}",
        "at {g}'s house",
        "{g} punched him",
        "told {g} to stop",
        "outside {g} {s}'s house",
        "partner {g} {s} arrested",
    ),
]


def forms(person: str) -> dict[str, str]:
    """Form → the text in which a person is named so."""
    given, _, surname = person.partition(" ")
    words = {"g": given, "s": surname, "i": given[0], "I": given[0].upper(), "G": given.upper(), "S": surname.upper()}
    words |= {"gl": given.lower(), "sl": surname.lower()}
    return {form: form.format(**words) for form in FORMS}


def made_up(number: int) -> list[str]:
    """Names of nobody's language, from syllables of all."""
    draw = random.Random(7)
    starts, ends = (
        ["bra", "ki", "zo", "mu", "tche", "fel", "ga", "nwi", "shu", "lo", "pra", "dze", "vi", "ro", "ta"],
        ["dan", "lik", "mba", "rov", "zel", "tti", "nou", "shi", "gan", "vek", "ras", "lin", "dor", "quo"],
    )
    words = [f"{draw.choice(starts)}{draw.choice(starts)}{draw.choice(ends)}".title() for _ in range(2 * number)]
    return [f"{given} {surname}" for given, surname in zip(words[::2], words[1::2], strict=True)]
