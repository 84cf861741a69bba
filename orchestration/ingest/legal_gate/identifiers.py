"""Direct identifiers of people in any text: the macros `identifiers_in` and `is_identifier_heading`.

Wider than the rule for free text of police feeds (`pseudonyms.personal_identifier`), which quarantines a row: what is found here
refuses a whole delivery. Text is expected as `readings` leaves it, which makes plain what disguises write otherwise (digits of
other scripts, letters for digits, words for digits, letters apart); the macros need those of `pseudonyms`. Names without a
title or
label are found by `names`.
"""

from __future__ import annotations

import re

from orchestration.ingest.legal_gate.readings import folded as folded
from orchestration.ingest.legal_gate.vocabulary import is_ordinary
from orchestration.ingest.values.column_sql import literal
from orchestration.ingest.values.pseudonyms import PHONE

KINDS = {
    "nhs": "an NHS number",
    "postcode": "a full postcode",
    "phone": "a telephone number",
    "email": "an e-mail address",
    "birth": "a date of birth",
    "address": "an address",
    "name": "a person's name",
    "number": "a number of one person, such as of national insurance, a passport, a hospital, a pupil or a vehicle",
    "script": "text in another alphabet, in which identifiers are not searched",
    "heading": "a heading of names or other identifiers",
}

# The 124 postcode areas, so that a code of another kind is not taken for a postcode.
_AREAS = (
    "ab|al|b|ba|bb|bd|bh|bl|bn|br|bs|bt|ca|cb|cf|ch|cm|co|cr|ct|cv|cw|da|dd|de|dg|dh|dl|dn|dt|dy|e|ec|eh|en|ex|fk|fy|g|gl|gu|gy|ha|hd|hg|"
    "hp|hr|hs|hu|hx|ig|im|ip|iv|je|ka|kt|kw|ky|l|la|ld|le|ll|ln|ls|lu|m|me|mk|ml|n|ne|ng|nn|np|nr|nw|ol|ox|pa|pe|ph|pl|po|pr|rg|rh|rm|s|sa|"
    "se|sg|sk|sl|sm|sn|so|sp|sr|ss|st|sw|sy|ta|td|tf|tn|tq|tr|ts|tw|ub|w|wa|wc|wd|wf|wn|wr|ws|wv|yo|ze"
)
_POSTCODE = rf"(?i)\b(?:{_AREAS})[0-9][a-z0-9]?[\s.-]{{0,2}}[0-9][abd-hjlnp-uw-z]{{2}}\b"
# "s18 2nd" is an offence and "e10 4th" a floor.
_ORDINAL = r"(?i)(1st|2nd|3rd|[0-9]th)$"

# First digits of numbers in use in England, Wales and Northern Ireland, and of the test range; 20... would be a date.
_NHS = r"(?:^|[^0-9.]|[^0-9]\.)([34679](?:[^0-9A-Za-z]{0,3}\d){9})(?:$|[^0-9])"
# Once dates, times and the coordinates of a place are out of the way ("07-01-2024 10:30", "55.00721, -1.62481").
_MOMENT = (
    r"-?\b\d{1,2}\.\d{4,}\s?[,;]\s?-?\d{1,3}\.\d{4,}|"
    r"\b(?:[0-2]?\d|3[01])[/.-](?:[0-2]?\d|3[01])[/.-](?:(?:19|20)\d\d|\d{2})\b|\b(?:19|20)\d\d[/.-][0-3]?\d[/.-][0-3]?\d\b"
    r"|\b[0-2]?\d:\d{2}(?::\d{2})?\b|\b(?:19|20)\d\d[/-]\d{2}\b"
)
_PHONE = (
    rf"{PHONE}|(?:^|[^0-9.])0[1-9](?:[^0-9A-Za-z]{{0,2}}\d){{8,9}}(?:$|[^0-9])|(?:^|[^0-9.])7[1-9]\d{{2}}(?:[^0-9A-Za-z]{{0,2}}\d){{6}}(?:$|[^0-9])"
    r"|(?:\+|(?:^|[^0-9])00)[^0-9A-Za-z]{0,2}[1-9](?:[^0-9A-Za-z]{0,3}\d){8,12}(?:$|[^0-9])"
    r"|(?:^|[^0-9.])44(?:1[1-9]|20|7[1-9])\d{8}(?:$|[^0-9])"
    r"|(?:^|[^0-9.])1[1-9]\d\d[ ./-]\d{3}[ ./-]?\d{3}(?:$|[^0-9])|(?:^|[^0-9.])20[ ./-]\d{4}[ ./-]\d{4}(?:$|[^0-9])"
    r"|(?i)\b(?:tel|telephone|phone|mob|mobile|ring|call|contact|ph|fax|whatsapp|text)\b[^0-9]{0,12}\d(?:[^0-9A-Za-z]{0,2}\d){5,}"
)

_EMAIL = (
    r"(?i)[a-z0-9._%+-]+ ?(?:@|[(\[{<] ?at ?[)\]}>]) ?[a-z0-9-]+(?: ?(?:\.|[(\[{<] ?dot ?[)\]}>]|\bdot\b) ?[a-z0-9-]+)+"
    r"|[a-z0-9._%+-]+ at [a-z0-9-]+(?: ?(?:\.| dot ) ?[a-z0-9-]+)* ?(?:\.| dot ) ?(?:com|org|net|uk|gov|info|me|io|edu|nhs)\b"
    r"|(?:^|\s)@[a-z][a-z0-9_.]{2,}\b|\b(?:facebook|instagram|snapchat|linkedin|tiktok)\.com/\S+"
    r"|\b(?:t\.me|wa\.me|m\.me|fb\.me|fb\.com|x\.com|twitter\.com|telegram\.me)/[a-z0-9_.+-]{3,}"
)

_BIRTH = (
    r"(?i)(?:\b|_)(?:d\.? ?[o0]\.? ?b(?:\b|_|[0-9])\.?|date[ _-]of[ _-]birth|birth[ _-]?date|born)[^0-9]{0,15}\d"
    # "whose 18th birthday falls between 1 April and 31 March" is a definition
    r"|(?i)\bbirthday\b[^0-9a-z]{0,5}(?:(?:on|in|the|is|was|of)\b[ :]*){0,3}\d"
    r"|(?i)\b(?:d\.? ?o\.? ?b|date[ _-]of[ _-]birth|born|birthday|birth[ _-]?date)\b\.?[^0-9a-z]{0,5}(?:(?:on|in|the"
    r"|is|was|of)\b[ :]*){0,3}"
    r"(?:first|second|third|\w+th|\w+(?:ty|th)[ -]\w+|jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|nineteen|two thousand)"
    r"|(?i)\bb\.? ?\d{1,2}[./ -]\d{1,2}[./ -](?:\d{4}|\d{2})\b"
)

_BIRTH += (
    r"|(?i:\b\w+(?:st|nd|rd|th)(?: day)?(?: of)? (?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*,? "
    r"(?:nineteen|two thousand|twenty) )"
)

_STREET = "street|st|road|rd|lane|ln|avenue|ave|close|drive|way|court|ct|crescent|cres|grove|terrace|gardens|gdns|mews|rise|walk"
# A number and a street; in small letters only with one word between them that is no preposition ("2 in road").
_ADDRESS = (
    rf"\b\d{{1,4}}[a-zA-Z]?,? (?:[A-Z][A-Za-z'’-]+ ){{1,3}}(?i:{_STREET})\b"
    r"|\b(?i:flat|apartment) \d+[a-z]?,? \d{1,4}[a-z]? [A-Z]"
    r"|\b\d{1,4}[a-zA-Z]? The [A-Z][a-z]+, ?[A-Z][a-z]"
    # three words for a square of three metres; the coordinates of a home, for those of an incident are none of a person
    r"|(?:///|(?:^|[^:/])//|(?i:\b(?:what3words\.com|w3w\.co)/))[a-z]+\.[a-z]+\.[a-z]+\b"
    r"|\b(?i:home|lives?|living|resid\w+|address)\b[^0-9]{0,20}\d{1,2}\.\d{4,}[ ,;]{1,3}-?\d{1,3}\.\d{4,}"
)
_SMALL_ADDRESS = rf"\b\d{{1,4}}[a-z]?,? [a-z]{{3,}} (?:{_STREET})\b"
_NO_STREET_NAME = (
    r" (?:males?|females?|men|women|people|youths|persons?|lads|times|on|in|at|the|near|off|from|down|along|outside|miles?|per) "
)

_TITLE = r"\b(?:[Mm]r|[Mm]rs|[Mm]iss|[Mm]s|[Mm]x|[Mm]aster|MR|MRS|MISS|MS|MX)\b\.? ?[A-Z][A-Za-z'’-]*\.?(?: [A-Z][A-Za-z'’-]+)*"
_LABELLED = (
    r"(?i:\b(?:(?:pt|patient|client|child|victim)(?:'s)?(?: name)?|(?:sur|fore|full |first |last )?name)) ?(?:[:=]|is|was) ?"
    r"[A-Z][a-z'’-]+ [A-Z][a-z'’-]+"
)
# What follows a title when it names a place or a business.
_PLACE = (
    r"(?i) (?:street|st|road|rd|lane|avenue|close|drive|way|court|crescent|grove|terrace|gardens|mews|place|square|park|inn|arms|"
    r"head|pub|bar|club|hotel|house|hall|hospital|centre|center|school|college|university|academy|church|ward|unit|green|bridge|"
    r"lewis|lloyd|leisure|gym|store|shop|cafe|chipp\w*|chips|fish|kebabs?|pizza|burger|wu|chips?hop|tavern|stadium|station|market|"
    r"infant|junior|primary|secondary|nursery|"
    r"retail|surgery|clinic|browns?|daniels?)\b|^(?:m[rs]s?|miss)\.? (?:chipp\w*|chips|pizza|kebab|burger|wu|selfridge|fish)"
)

_WHOSE = (
    "pt|pat|patient|client|customer|person|child|pupil|victim|suspect|offender|nominal|service user|carer|parent|guardian|mother|"
    "father|next of kin|nok|gp|given|family|first|last|full|middle|maiden|known as"
)
# Whose home it is; the address of a place where something happened is none.
_HOME = "patient|pt|client|home|usual|current|permanent|residential|registered|postal|full|street"
_HEADING = (
    rf"(?:(?:(?:{_WHOSE})s?'?s? ?)*(?:sur|fore|nick)?names?|(?:full |first |last )?names? of (?:the )?(?:{_WHOSE})|initials|"
    r"(?:patient|pt|client|person|pupil|service user|nominal) ?(?:id|identifier|ref|reference)|"
    r"next of kin|mrn|upn|national insurance.*|(?:hospital|patient|pt) (?:number|no)\.?|ni ?(?:number|no)\.?|"
    r"nhs(?: ?(?:number|no|num|id))?\.?|nhs ?n[or]\.?|e-?mail(?: address)?|"
    rf"(?:(?:{_HOME}) )*post[ -]?codes?|(?:(?:{_HOME}) )*address(?: ?line)?(?: ?\d)?|addr\d?|"
    r"(?:home |mobile |work )?(?:tele)?phone(?: ?(?:number|no))?\.?|tel(?: ?no)?\.?|mobile(?: ?(?:number|no))?\.?|"
    r"(?:pt |patient |client )?(?:d\.?o\.?b\.?|date[ -]of[ -]birth|birth[ -]?date))(?: ?[(\[].*[)\]])?"
)

# The numbers of those with one letter of the year have no noughts before them: "Taf 005A" is part of the name of an area.
_VEHICLE_FORMS = re.compile(
    r"(?i)\b(?:[a-z]{2}\d{2}[ .-]?[a-z]{3}|[a-z][1-9]\d{0,2}[ .-]?[a-z]{3}|[a-z]{3}[ .-]?[1-9]\d{0,2}[a-z])\b"
)
_ORDINARY_CODES = r"(?i)\w\d{1,3}[ .-]?(?:rdh|crh|amb)"
_NUMBERS = (
    # national insurance
    r"(?i)\b[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][^0-9a-z]{0,3}\d{2}[^0-9a-z]{0,3}\d{2}[^0-9a-z]{0,3}\d{2}[^0-9a-z]{0,3}[a-d]\b"
    # pupils (UPN), driving licences, prisoners, police national computer
    r"|\b[a-z](?:[^0-9a-z]{0,2}\d){11}[^0-9a-z]{0,2}[0-9a-z]\b|\b[a-z9]{5}[ -]?\d{6}[ -]?[a-z9]{2}[a-z0-9]{3}\b"
    r"|\b\d{2,4}/\d{6,7}[a-z]\b"
    # cards of sixteen digits, international bank accounts
    r"|\b(?:\d{4}[ -]?){3}\d{4}\b|\b[a-z]{2}\d{2} ?[a-z]{4}(?: ?\d{4}){3} ?\d{2}\b|(?-i:\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b)"
    # addresses of the network
    r"|(?:^|[^0-9.])[1-9]\d{1,2}(?:\.\d{1,3}){3}(?:$|[^0-9.]|\.(?:$|[^0-9]))",
    r"\b[A-Z]\d{4}[A-Z]{2}\b",
    # behind a label
    r"(?i)\b(?:nhs|chi|h&c|hosp(?:ital)?|pas|mrn|crn|patient|pt|passport|ppt|visa|licen[cs]e|driving|dvla|reg(?:istration)?|vrm|vrn|vehicle|car|plate|"
    r"upn|uln|ucrn|pupil|student|ni(?:no)?|n\.i\.|national insurance|insurance|case ?notes?|client|liquidlogic|mosaic"
    r"|prison(?:er)?|pnc|niche|"
    r"account|acct|a/c|sort code|card|uprn|unit no)\b(?:['’]s)?[^0-9a-z|]{0,4}(?:(?:no|nr|num(?:ber)?|ref(?:erence)?"
    r"|id|is|was|code|with)\b[^0-9a-z|]{0,4}){0,3}"
    r"[a-z]{0,3}[ /-]?\d(?:[ /.-]?[0-9a-z]){0,3}(?:[ /.-]?\d){3,}",
)
# A hospital's or a passport's: letters and digits in one piece; but for codes of areas (E01013453), and in capitals if apart.
_LETTERED = r"(?i)\b[a-z]{1,3}[/-]?\d{6,8}[a-z]?\b|(?-i:\b[A-Z]{1,3} \d{6,8}[A-Z]?\b)"
_AREA_CODE = r"(?i)^[enswkjl]\d{8}$"
# A passport's nine digits; a SNOMED CT identifier has a check digit, behind 00 or 10.
_NINE = r"(?:^|[^0-9.,/-])(\d{3}[ -]?\d{3}[ -]?\d{3})(?:$|[^0-9.,/-]|[.,](?:$|[^0-9]))"
_SNOMED = r"[01]0\d$"
# Verhoeff's check digit, by his tables (SNOMED CT, technical implementation guide).
_PRODUCTS = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
_PLACES = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
_VERHOEFF = f"""
create or replace temp macro verhoeff(digits) as list_reduce(
    list_transform(range(0, length(digits)), lambda i: '{_PLACES}'[(i % 8) * 10 + digits[-1 - i]::integer + 1]::integer),
    lambda c, x: '{_PRODUCTS}'[c * 10 + x + 1]::integer
) = 0;
"""
_OTHER = r"[^\p{Latin}\P{L}μ]"
_OTHER_ALPHABET = rf"{_OTHER}{_OTHER}|{_OTHER}\p{{Latin}}|\p{{Latin}}{_OTHER}"

MACROS = f"""
{_VERHOEFF}
create or replace temp macro identifiers_in(words) as list_filter([
    case when len(list_filter(
        list_transform(regexp_extract_all(regexp_replace(words, {literal(_MOMENT)}, '~', 'g'), {literal(_NHS)}, 1), lambda n:
        regexp_replace(n, '[^0-9]', '', 'g')),
        lambda n: nhs_number(n)
    )) > 0 then 'nhs' end,
    case when len(list_filter(
        regexp_extract_all(words, {literal(_POSTCODE)}), lambda found: not regexp_matches(found, {literal(_ORDINAL)})
    )) > 0 then 'postcode' end,
    case when regexp_matches(regexp_replace(words, {literal(_MOMENT)}, '~', 'g'), {literal(_PHONE)}) then 'phone' end,
    case when regexp_matches(words, {literal(_EMAIL)}) then 'email' end,
    case when regexp_matches(words, {literal(_BIRTH)}) then 'birth' end,
    case when regexp_matches(words, {literal(_ADDRESS)}) or len(list_filter(
        regexp_extract_all(words, {literal(_SMALL_ADDRESS)}), lambda found: not regexp_matches(found, {literal(_NO_STREET_NAME)})
    )) > 0 then 'address' end,
    case when regexp_matches(words, {literal(_LABELLED)}) or len(list_filter(
        regexp_extract_all(words, {literal(_TITLE)}),
        lambda found: not regexp_matches(found, {literal(_PLACE)})
    )) > 0 then 'name' end,
    case when {" or ".join(f"regexp_matches(words, {literal(pattern)})" for pattern in _NUMBERS)} or len(list_filter(
        regexp_extract_all(words, {literal(_LETTERED)}), lambda found: not regexp_matches(found, {literal(_AREA_CODE)})
    )) > 0 or len(list_filter(
        list_transform(regexp_extract_all(words, {literal(_NINE)}, 1), lambda n: regexp_replace(n, '[^0-9]', '', 'g')),
        lambda n: not (regexp_matches(n, {literal(_SNOMED)}) and verhoeff(n)) and n <> repeat(n[1], 9)
    )) > 0 then 'number' end,
    case when regexp_matches(words, {literal(_OTHER_ALPHABET)}) then 'script' end
], lambda kind: kind is not null);
create or replace temp macro is_identifier_heading(words) as regexp_full_match(lower(trim(words)), {literal(_HEADING)});
"""


def vehicle(text: str) -> bool:
    """Whether a text holds the registration of a vehicle, and not just a short word beside a code ("S18 and")."""
    return any(
        not any(is_ordinary(letters) for letters in re.findall(r"[a-z]{2,}", match[0].lower()) if len(letters) == 3)
        and not re.fullmatch(_ORDINARY_CODES, match[0])
        for match in _VEHICLE_FORMS.finditer(text)
    )
