"""No text that a reader sees uses a word of the second list of docs/developers/style.md.

Texts are the pages of the documentation, the strings of the code (messages, help, headings, docstrings), the comments of all
Python, settings, contracts and area files, the descriptions and comments of the dbt project, the names of functions and classes,
and the docstrings of tests.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
import yaml

from orchestration.home.environment import PROJECT

# Every form of a word that is not used → what to write. The style page has the same list.
UNWANTED = {
    r"tell|tells|told|telling": "say, report, show; distinguish",
    r"stand|stands|stood|standing": "be, remain, apply",
    r"anew": "again; rebuild",
    r"lie|lies|lay|lays|laid|lain|lying|laying": "be, put",
    r"bury|buries|buried|burying": "mark as failed, remove",
    r"give|gives|gave|given|giving": "return, have, state; cause",
    r"reckon|reckons|reckoned|reckoning": "count, compute",
    r"by\s+(?:it|him|her|them)sel(?:f|ves)": "automatically; alone",
    r"(?:keep|keeps|kept|keeping)\s+out": "locked out, excluded",
}
PATTERNS = {re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.IGNORECASE): better for forms, better in UNWANTED.items()}
# Most texts have none of them, which one search finds out.
ANY = re.compile("|".join(pattern.pattern for pattern in PATTERNS), re.IGNORECASE)

# Phrases in which such a word is right → why.
ALLOWED = {
    "given name": "the field of a register",
    "given names": "the field of a register",
    "given a": "outcomes as police.uk publishes them",
    r"vault\.hkci\.told": "a table of existing vaults",
    r"given\|family": "a pattern of headings",
    r"told\|says": "a pattern of words before names",
}

# Where strings are checked: folders of Python files.
PACKAGES = (
    "dbt_project",
    "expectations",
    "orchestration/cli",
    "orchestration/contracts",
    "orchestration/database",
    "orchestration/defs",
    "orchestration/home",
    "orchestration/ingest",
    "orchestration/operations",
    "orchestration/publication",
    "orchestration/text",
    "orchestration/vault_runs",
    "orchestration/warehouse",
    "reporting",
    "synthetic",
    "vault",
)
# Files whose comments or help texts users read.
FILES = (
    *("Makefile", "pyproject.toml", "dbt_project/dbt_project.yml", "dbt_project/profiles.yml", "orchestration/operations.yaml"),
    *("vault/policy.yaml", "areas/*/*.yaml", "areas/*/*/*/*.yaml", "raw/contracts/*/*.yaml"),
)
# Where comments, names and docstrings of Python are checked: the packages, and what is not installed.
COMMENTED = (*PACKAGES, "tests")

# A decision is kept as it was written, and so are the entries of earlier versions.
HISTORY = ("CHANGELOG.md",)


def unwanted(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One line for each word that is not used: its place, the word, and what to write.

    Args:
        texts: (place, text) pairs; a place is what a reader of the failure searches for, such as a path.
    """
    for place, text in texts:
        if not ANY.search(text):
            continue
        for phrase in ALLOWED:
            text = re.sub(rf"\b{phrase}\b", lambda found: " " * len(found[0]), text, flags=re.IGNORECASE)
        for pattern, better in PATTERNS.items():
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{place}:{line}: “{found[0]}”; write: {better}"


def prose(markdown: str) -> str:
    """A page without what is between backticks on one line, and without addresses of links: names are not prose."""
    return re.sub(r"`[^`\n]+`|\]\([^)\n]*\)|<!--.*?-->", lambda found: re.sub(r"[^\n]", " ", found[0]), markdown, flags=re.DOTALL)


def pages() -> Iterator[tuple[str, str]]:
    """(path, prose) of every page of Markdown, but for history."""
    folders = (PROJECT / name for name in ("docs", "areas", "dbt_project"))
    for path in sorted([*PROJECT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))]):
        place = path.relative_to(PROJECT).as_posix()
        if not place.startswith(HISTORY):
            yield place, prose(path.read_text(encoding="utf-8"))


def strings(source: str) -> Iterator[str]:
    """Every string of some Python code, parts of f-strings and docstrings too, each below as many line breaks as precede it.

    A string that is one identifier is a name, such as a table's, and no text.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isidentifier():
            yield "\n" * (node.lineno - 1) + node.value


@cache
def code() -> list[tuple[str, str]]:
    """(path, string) of every string of the packages that are checked."""
    return [
        (path.relative_to(PROJECT).as_posix(), text)
        for package in PACKAGES
        for path in sorted((PROJECT / package).rglob("*.py"))
        for text in strings(path.read_text(encoding="utf-8"))
    ]


def definitions(source: str) -> Iterator[str]:
    """Every name of a function or class in words, and every docstring, each below as many line breaks as precede it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if not isinstance(node, ast.Module):
                yield "\n" * (node.lineno - 1) + node.name.replace("_", " ")
            if text := ast.get_docstring(node, clean=False):
                yield "\n" * (node.body[0].lineno - 1) + text


def remarks(source: str) -> Iterator[str]:
    """Every comment of some Python, each below as many line breaks as precede it."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield "\n" * (token.start[0] - 1) + token.string


def descriptions(source: str) -> Iterator[str]:
    """Every description of some YAML, each below as many line breaks as precede it."""
    waiting = [yaml.compose(source, Loader=yaml.CSafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == "description":
                    yield "\n" * value.start_mark.line + value.value
                else:
                    waiting.append(value)


def comments(source: str, comment: str = r"--.*|\{#(?s:.*?)#\}") -> Iterator[str]:
    """Every comment of some SQL or Jinja, or of what else has them, each below as many line breaks as precede it."""
    for found in re.finditer(comment, source):
        yield "\n" * source.count("\n", 0, found.start()) + found[0]


def dbt_texts() -> Iterator[tuple[str, str]]:
    """(path, description or comment) of every YAML and SQL file of the dbt project."""
    for ending, texts in (("yml", descriptions), ("yml", partial(comments, comment=r"(?<!\S)#.*")), ("sql", comments)):
        for path in sorted((PROJECT / "dbt_project").rglob(f"*.{ending}")):
            for text in texts(path.read_text(encoding="utf-8")):
                yield path.relative_to(PROJECT).as_posix(), text


def test_pages_use_the_words_of_the_field():
    assert list(unwanted(pages())) == []


def test_strings_of_the_code_use_the_words_of_the_field():
    assert list(unwanted(code())) == []


def test_settings_files_use_the_words_of_the_field():
    paths = [path for name in FILES for path in sorted(PROJECT.glob(name))]
    assert len(paths) > 50
    assert list(unwanted((path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)) == []


@pytest.mark.parametrize("texts", [remarks, definitions], ids=["comments", "names and docstrings"])
def test_python_uses_the_words_of_the_field(texts):
    paths = [
        path for package in COMMENTED for path in sorted((PROJECT / package).rglob("*.py")) if path.name != Path(__file__).name
    ]
    found = [(path.relative_to(PROJECT).as_posix(), text) for path in paths for text in texts(path.read_text(encoding="utf-8"))]
    assert {place.partition("/")[0] for place, _ in found} == {package.partition("/")[0] for package in COMMENTED}
    assert list(unwanted(found)) == []


def test_descriptions_and_comments_of_the_dbt_project_use_the_words_of_the_field():
    assert list(unwanted(dbt_texts())) == []


def test_every_package_has_strings():
    places = {place for place, _ in code()}
    assert [package for package in PACKAGES if not any(place.startswith(f"{package}/") for place in places)] == []


def test_the_style_page_has_the_same_list():
    page = (PROJECT / "docs/developers/style.md").read_text(encoding="utf-8").split("## Words we do not use")[1]
    listed = {better for _, better in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|$", page, re.MULTILINE)}
    assert listed == set(UNWANTED.values())
    for word in re.findall(r"`([^`]+)`", page.split("\n\n")[1]):
        assert list(unwanted([("page", word)])), word


@pytest.mark.parametrize(
    "text", ["It stood.", "Readers are told.", "built Anew", "what was given", "by itself", "kept out", "lies"]
)
def test_a_word_is_found(text):
    assert len(list(unwanted([("here", text)]))) == 1


@pytest.mark.parametrize("text", ["standard", "I understand", "layout", "a given name", "belief", "outlay", "outstanding"])
def test_a_word_within_another_is_not(text):
    assert list(unwanted([("here", text)])) == []


def test_a_finding_names_place_line_and_better_word():
    assert list(unwanted([("a.md", "One.\nTwo stands.")])) == ["a.md:2: “stands”; write: be, remain, apply"]


def test_names_and_links_are_not_prose(tmp_path: Path):
    assert list(unwanted([("a.md", prose("`told` [it](stand.md) <!-- not run: stands -->"))])) == []


def test_strings_of_code_are_found_with_their_lines():
    source = '''"""Told in a docstring."""

def stands(given):  # a name or a comment is no string
    return f"{given} is laid" + """first
    stood"""
'''
    found = list(unwanted(("a.py", text) for text in strings(source)))
    assert sorted(line.partition(";")[0] for line in found) == ["a.py:1: “Told”", "a.py:4: “laid”", "a.py:5: “stood”"]


def test_comments_of_python_are_found_with_their_lines():
    source = '"""Told."""\n\nx = "# stood"  # it stands\n'
    assert [line.partition(";")[0] for line in unwanted(("a.py", text) for text in remarks(source))] == ["a.py:3: “stands”"]


def test_names_and_docstrings_are_found_with_their_lines():
    source = '''"""Told."""

class Stands:
    """One is
    given."""
    def kept_out(laid, told="given"): ...
    given = "told"
'''
    found = list(unwanted(("a.py", text) for text in definitions(source)))
    places = ["a.py:1: “Told”", "a.py:3: “Stands”", "a.py:5: “given”", "a.py:6: “kept out”"]
    assert sorted(line.partition(";")[0] for line in found) == places


def test_descriptions_are_found_with_their_lines():
    source = """# Told in a comment of YAML
models:
  - name: stands
    description: >
      A table that
      stands.
    columns: [{name: told, description: Laid down.}]
unit_tests: [{given: []}]
"""
    found = list(unwanted(("a.yml", text) for text in descriptions(source)))
    assert sorted(line.partition(";")[0] for line in found) == ["a.yml:4: “stands”", "a.yml:7: “Laid”"]


def test_comments_of_sql_are_found_with_their_lines():
    source = "select told -- it stood\n{#- Several\n lines lie here. -#}\nfrom given"
    found = list(unwanted(("a.sql", text) for text in comments(source)))
    assert [line.partition(";")[0] for line in found] == ["a.sql:1: “stood”", "a.sql:3: “lie”"]
