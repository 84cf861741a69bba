"""Every command that a page mentions exists, with its options."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from orchestration.cli.app import app
from orchestration.home.environment import PROJECT
from tests.documented import blocks, mentioned, pages

SNA: Any = typer.main.get_command(app)
MOST_NOT_RUN = 10


def wrong(command: str) -> str | None:
    """What is wrong with a command of `sna` or `make`; None if nothing is, or if it is another program's."""
    words = shlex.split(command.replace("…", "").replace("|", " | "), comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if "|" in words:
        words = words[: words.index("|")]
    if words[:1] == ["make"]:
        targets = [word for word in words[1:] if not re.match(r"[A-Z]+=", word)]
        makefile = (PROJECT / "Makefile").read_text().replace("$(VENV)", ".venv")
        return next(
            (f"no target {word}" for word in targets if not re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE)), None
        )
    if words[:1] in (["sna"], ["./sna"]):
        return _wrong_words(SNA, words[1:])
    return None


def _wrong_words(command: Any, words: list[str]) -> str | None:
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return f"no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    options = {"--help"} | {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    given = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return next((f"no option {name} of {command.name}" for name in given if name not in options), None)


def test_every_mentioned_command_exists_with_its_options():
    problems = []
    for page in pages():
        for place, command in mentioned(page):
            if problem := wrong(command):
                problems.append(f"{place}: {command}: {problem}")
    assert problems == []


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("sna refresh --as-at 2024-05-01 --force", None),
        ("SNA_ENVIRONMENT=production ./sna run --port 0", None),
        ("sna hkci log --verify --anchor HASH", None),
        ("sna refresh --quickly", "no option --quickly of refresh"),
        ("sna hkci look --reason x", "no command look"),
        ("sna publish", "no command publish"),
        ("make .venv/installed", None),
        ('make test ARGS="tests/unit -k legal"', None),
        ("make tea", "no target tea"),
    ],
)
def test_a_wrong_command_is_found(command, problem):
    assert wrong(command) == problem


def test_few_commands_are_not_run_and_each_says_why():
    skipped = [
        (block.place, command) for page in pages() for block in blocks(page) if block.not_run for command in block.commands
    ]
    assert len(skipped) <= MOST_NOT_RUN, skipped
    assert all(len(block.not_run) > 10 for page in pages() for block in blocks(page) if block.not_run)


def test_shell_is_in_blocks_marked_sh_alone():
    """An indented block, or one with another mark, would not be run."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        others = [block for mark, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if mark != "sh"]
        others += re.findall(r"^ {4}.+$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
        assert [block for block in others if re.search(r"^\s*(?:\./sna|sna|make|\.venv/bin/\w+) ", block, re.MULTILINE)] == [], (
            page
        )
