"""The README is short, and what it and the pages point to exists."""

import re

from orchestration.cli.documentation import REFERENCE, ROOT_PAGES
from orchestration.home.environment import PROJECT

README = (PROJECT / "README.md").read_text()
# Pages that only the site has.
GENERATED = {f"docs/{page}" for page in (*REFERENCE, *ROOT_PAGES.values())}


def test_it_is_a_screen_and_a_half():
    assert len(README.splitlines()) <= 80


def test_its_two_commands_can_be_copied():
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert [line.split("#")[0].strip() for block in blocks for line in block.splitlines()] == ["make refresh", "make test"]


def test_every_link_leads_somewhere():
    for page in (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")):
        # Text between backticks is code, and may look like a link: a pattern of file names does.
        prose = re.sub(r"`[^`\n]*`", "", page.read_text())
        for link in re.findall(r"\]\((?!http)([^)#]+)", prose):
            target = (page.parent / link).resolve()
            assert target.exists() or target.relative_to(PROJECT).as_posix() in GENERATED, f"{page}: {link}"


def test_every_make_target_exists():
    makefile = (PROJECT / "Makefile").read_text()
    for target in re.findall(r"(?:`|^)make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
