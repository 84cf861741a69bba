"""What CONTRIBUTING.md, the hooks and the issue forms name is there, and no form is without its words about personal data."""

import re
import tomllib

import pytest
import yaml

from orchestration.home.environment import PROJECT

GUIDE = (PROJECT / "CONTRIBUTING.md").read_text()
FORMS = sorted((PROJECT / ".github" / "ISSUE_TEMPLATE").glob("*-*.yml"))


def test_every_folder_and_link_of_the_guide_exists():
    named = re.findall(r"`((?:tests|orchestration|expectations|synthetic|docs|vault|areas|dbt_project)/[\w./-]*)`", GUIDE)
    named += re.findall(r"\]\((?!http)([^)#]+)", GUIDE)
    named += [path for arguments in re.findall(r'ARGS="([^"]+)"', GUIDE) for path in arguments.split()]
    assert len(named) > 25
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_every_make_target_of_the_guide_exists():
    targets = set(re.findall(r"`make ([\w-]+)", GUIDE))
    defined = set(re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert targets - defined == set()


def test_hooks_download_nothing_and_run_what_is_installed():
    config = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    development = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"]
    packages = {re.match(r"[\w-]+", requirement)[0] for requirement in development}
    programs = {re.fullmatch(r"\.venv/bin/([\w-]+) .*", hook["entry"])[1] for hook in hooks}
    # The program of import-linter has another name than its package.
    assert programs - packages == {"lint-imports"} and "import-linter" in packages


def test_every_hook_is_part_of_make_lint():
    (lint,) = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    for hook in hooks:
        program, *verb = hook["entry"].removeprefix(".venv/bin/").split()[:2]
        assert f"$(BIN)/{' '.join([program, *verb])}" in lint, hook["id"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_a_form_warns_of_personal_data_first_and_asks_for_the_promise_last(form):
    document = yaml.safe_load(form.read_text())
    assert document.keys() >= {"name", "description", "body"}
    first, *fields, last = document["body"]
    assert first["type"] == "markdown" and first["attributes"]["value"].startswith("**No personal data in an issue**")
    assert last["type"] == "checkboxes" and all(option["required"] for option in last["attributes"]["options"])
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown"}
    ids = [field["id"] for field in (*fields, last)]
    assert len(ids) == len(set(ids))
    for link in re.findall(r"\]\(\.\./blob/main/([^)]+)\)", first["attributes"]["value"]):
        assert (PROJECT / link).exists(), link


def test_there_is_a_form_for_each_kind_of_issue():
    assert [form.stem for form in FORMS] == ["new-area", "new-feed", "wrong-figure"]
