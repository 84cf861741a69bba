"""Direct identifiers of people in any text: the macros `identifiers_in` and `is_identifier_heading`.

Wider than the rule for free text of police feeds (`pseudonyms.personal_identifier`), which quarantines a row: what is found
here refuses a whole delivery, so each pattern is as narrow as its false alarms demand. Text is expected as `folded` leaves it;
the macros need those of `pseudonyms`.

Not found, since nothing in the text says so: a name alone that is not a common one, a place of residence described in words.
"""

from __future__ import annotations

import re
import unicodedata

from orchestration.ingest.pseudonyms import PHONE
from orchestration.ingest.typing import literal

KINDS = {
    "nhs": "an NHS number",
    "postcode": "a full postcode",
    "phone": "a telephone number",
    "email": "an e-mail address",
    "birth": "a date of birth",
    "address": "an address",
    "name": "a person's name",
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
_ORDINAL = r"(1st|2nd|3rd|[0-9]th)$"

# First digits of numbers in use in England, Wales and Northern Ireland, and of the test range; 20... would be a date.
_NHS = r"(?:^|[^0-9.]|[^0-9]\.)([34679](?:\d{2}[\s,._/-]{0,3}\d{3}[\s,._/-]{0,3}\d{4}|(?:[\s.-]\d){9}|(?:,\d{3}){3}))(?:$|[^0-9])"

_EMAIL = r"[A-Za-z0-9._%+-]+ ?(?:@|\(at\)|\[at\]) ?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"

_BIRTH = (
    r"(?i)(?:\b|_)(?:d\.? ?o\.? ?b(?:\b|_)\.?|date[ _-]of[ _-]birth|birth[ _-]?date|birthday|born)[^0-9]{0,15}\d"
    r"|(?i)\bb\.? ?\d{1,2}[./ -]\d{1,2}[./ -](?:\d{4}|\d{2})\b"
)

_STREET = "street|st|road|rd|lane|ln|avenue|ave|close|drive|way|court|ct|crescent|cres|grove|terrace|gardens|gdns|mews|rise|walk"
# A number and a street; in small letters only with one word between them that is no preposition ("2 in road").
_ADDRESS = (
    rf"\b\d{{1,4}}[a-zA-Z]?,? (?:[A-Z][A-Za-z'’-]+ ){{1,3}}(?i:{_STREET})\b"
    r"|\b(?i:flat|apartment) \d+[a-z]?,? \d{1,4}[a-z]? [A-Z]"
)
_SMALL_ADDRESS = rf"\b\d{{1,4}}[a-z]?,? [a-z]{{3,}} (?:{_STREET})\b"
_NO_STREET_NAME = (
    r" (?:males?|females?|men|women|people|youths|persons?|lads|times|on|in|at|the|near|off|from|down|along|outside|miles?|per) "
)

_NAMES = (
    "Aaron|Abigail|Adam|Adrian|Ahmed|Aisha|Alan|Alex|Alexander|Ali|Alice|Amanda|Amelia|Amy|Andrew|Angela|Ann|Anna|Anne|Anthony|Barbara|Ben|"
    "Benjamin|Beth|Brian|Callum|Carol|Caroline|Catherine|Charles|Chloe|Chris|Christine|Christopher|Claire|Colin|Connor|Craig|Daniel|Darren|"
    "David|Dawn|Deborah|Dennis|Diane|Donna|Dorothy|Edward|Elaine|Elizabeth|Ella|Emily|Emma|Ethan|Eva|Fatima|Frank|Gareth|Gary|Gemma|Gillian|"
    "Graham|Hannah|Harry|Hassan|Heather|Helen|Ian|Isabella|Jack|Jacqueline|Jake|James|Jane|Janet|Jason|Jean|Jennifer|Jessica|Joan|Joanne|"
    "John|Jonathan|Joseph|Joshua|Julie|Karen|Kate|Katie|Keith|Kelly|Kevin|Kieran|Kyle|Laura|Lauren|Lee|Leon|Lewis|Liam|Linda|Lisa|Louise|"
    "Lucy|Luke|Margaret|Maria|Mark|Martin|Mary|Matthew|Megan|Michael|Michelle|Mohammad|Mohammed|Muhammad|Natalie|Nathan|Neil|Nicola|Nigel|"
    "Oliver|Olivia|Omar|Pamela|Patricia|Patrick|Paul|Pauline|Peter|Philip|Rachel|Rebecca|Richard|Robert|Ryan|Sally|Samantha|Samuel|Sandra|"
    "Sarah|Scott|Sharon|Shaun|Simon|Sophie|Stephen|Steven|Stuart|Susan|Tamsin|Thomas|Timothy|Tracey|Trevor|Wayne|William|Yusuf|Zoe"
)
_COMMON_NAME = rf"\b(?:{_NAMES}),? [A-Z][A-Za-z'’-]+|\b[A-Z][A-Z'’-]+, (?i:{_NAMES})\b"
_TITLE = r"\b(?:[Mm]r|[Mm]rs|[Mm]iss|[Mm]s|[Mm]x|[Mm]aster|MR|MRS|MISS|MS|MX)\b\.? ?[A-Z][A-Za-z'’-]*\.?(?: [A-Z][A-Za-z'’-]+)*"
_LABELLED = (
    r"(?i:\b(?:(?:pt|patient|client|child|victim)(?:'s)?(?: name)?|(?:sur|fore|full |first |last )?name)) ?(?:[:=]|is|was) ?"
    r"[A-Z][a-z'’-]+ [A-Z][a-z'’-]+"
)
# What stands behind a given name or a title when it names a place or a business.
_PLACE = (
    r"(?i) (?:street|st|road|rd|lane|avenue|close|drive|way|court|crescent|grove|terrace|gardens|mews|place|square|park|inn|arms|"
    r"head|pub|bar|club|hotel|house|hall|hospital|centre|center|school|college|university|academy|church|ward|unit|green|bridge|"
    r"lewis|lloyd|leisure|gym|store|shop|cafe|chipp\w*|chips|fish|kebabs?|pizza|burger|wu|chips?hop|tavern|stadium|station|market|"
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

MACROS = f"""
create or replace temp macro identifiers_in(words) as list_filter([
    case when len(list_filter(
        list_transform(regexp_extract_all(words, {literal(_NHS)}, 1), lambda n: regexp_replace(n, '[^0-9]', '', 'g')),
        lambda n: nhs_number(n)
    )) > 0 then 'nhs' end,
    case when len(list_filter(
        regexp_extract_all(words, {literal(_POSTCODE)}), lambda found: not regexp_matches(found, {literal(_ORDINAL)})
    )) > 0 then 'postcode' end,
    case when regexp_matches(words, {literal(PHONE)}) then 'phone' end,
    case when regexp_matches(words, {literal(_EMAIL)}) then 'email' end,
    case when regexp_matches(words, {literal(_BIRTH)}) then 'birth' end,
    case when regexp_matches(words, {literal(_ADDRESS)}) or len(list_filter(
        regexp_extract_all(words, {literal(_SMALL_ADDRESS)}), lambda found: not regexp_matches(found, {literal(_NO_STREET_NAME)})
    )) > 0 then 'address' end,
    case when regexp_matches(words, {literal(_LABELLED)}) or len(list_filter(
        regexp_extract_all(words, {literal(_TITLE)}) || regexp_extract_all(words, {literal(_COMMON_NAME)}),
        lambda found: not regexp_matches(found, {literal(_PLACE)})
    )) > 0 then 'name' end
], lambda kind: kind is not null);
create or replace temp macro is_identifier_heading(words) as regexp_full_match(lower(trim(words)), {literal(_HEADING)});
"""


def folded(text: str) -> str:
    """Text in which digits and letters of full width are plain ones, invisible characters are gone and every space is a space."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\u200b-\u200d\u2060\ufeff\u00ad]", "", re.sub(r"[\u2010-\u2015\u2212]", "-", plain))
