"""What a text of a sender looks like, without what it says: `Aaaa aa 9999`.

Whatever is written outside the accepted rows and the warehouse (messages, samples, pages, logs, quarantine) shows a sender's text
in clear only where it is a value that is known here, or nearly one: a label with a spelling mistake says nothing of a person. Of
anything else the shape is shown, with the file and the rows in which the sender can look it up.

dbt has the same rule in `macros/shape.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_LETTERS = 60
# A label may differ from a known one by one letter in six, and by three at most. Shorter ones are too near to names.
LETTERS_PER_MISTAKE, MOST_MISTAKES, LEAST_LETTERS = 6, 3, 6

# In this order: category of characters (RE2's names for Unicode's), and the sign that replaces them.
_CLASSES = ((r"[\p{Ll}\p{Lo}\p{Lm}\p{M}]", "a"), (r"[\p{Lu}\p{Lt}]", "A"), (r"\p{N}", "9"), (r"[^ -~]", "?"))


def shape(text: str) -> str:
    """A text with `a` and `A` for letters, 9 for digits and `?` for what is neither they nor ASCII; cut at 60 characters."""
    return "".join(map(_sign, text[:MOST_LETTERS]))


def _sign(character: str) -> str:
    import unicodedata

    category = unicodedata.category(character)
    if category[0] in "LM":
        return "A" if category in ("Lu", "Lt") else "a"
    if category[0] == "N":
        return "9"
    return character if " " <= character <= "~" else "?"


def shape_sql(source: str) -> str:
    """SQL for the shape of a text."""
    made = f"left({source}, {MOST_LETTERS})"
    for characters, sign in _CLASSES:
        made = f"regexp_replace({made}, '{characters}', '{sign}', 'g')"
    return made


def plain_sql(label: str) -> str:
    """SQL for a label as labels are compared, like dbt's macro `plain_label`: letter case and runs of blanks do not count."""
    return rf"lower(trim(regexp_replace({label}, '\s+', ' ', 'g')))"


def near_sql(source: str, known: Iterable[str]) -> str:
    """SQL that is true for a label that is one of the known ones, or one of them with a spelling mistake."""
    plain = sorted({" ".join(label.split()).lower() for label in known} - {""})
    long = [label for label in plain if len(label) >= LEAST_LETTERS]
    if not plain:
        return "false"
    near = f"{plain_sql(source)} in ({', '.join(map(_literal, plain))})"
    if long:
        # The text is made plain once, not for each label.
        near += (
            f" or list_transform([{plain_sql(source)}], lambda p: len(list_filter([{', '.join(map(_literal, long))}], lambda k: "
            f"abs(length(k) - length(p)) <= {MOST_MISTAKES} and "
            f"damerau_levenshtein(k, p) <= least({MOST_MISTAKES}, length(k) // {LETTERS_PER_MISTAKE}))))[1] > 0"
        )
    return f"coalesce({near}, false)"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def shown_sql(source: str, known: Iterable[str]) -> str:
    """SQL for a text as it may be shown: in clear where it is known or nearly, else its shape."""
    return f"if({near_sql(source, known)}, left(trim({source}), {MOST_LETTERS}), {shape_sql(f'trim({source})')})"
