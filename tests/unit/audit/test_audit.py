"""Each thing that the audit looks for is found where it is planted, and what could not be examined is no success."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.audit import installed, licences, lock, own_rules, secrets, vulnerabilities
from tests.audit.__main__ import FOUND, NOT_CHECKED, reports, status
from tests.audit.finding import ROOT, Report
from tests.audit.lock import Pin

HASH = "--hash=sha256:" + "0a" * 32
NOBODY = "http://127.0.0.1:9/"  # nobody listens there


def locked(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(text)
    return path


# The lock.


def test_the_lock_of_this_project_is_in_order():
    report = lock.examine(ROOT / "requirements.lock")
    assert report.findings == [] and len(lock.pins(ROOT / "requirements.lock")) > 100


def test_a_package_that_differs_by_python_is_there_for_each(tmp_path):
    text = f"a==1 ; python_full_version < '3.0' \\\n    {HASH}\na==2 ; python_full_version >= '3.0' \\\n    {HASH}\n    # via b\n"
    path = locked(tmp_path, text)
    assert [(pin.version, pin.here) for pin in lock.pins(path)] == [("1", False), ("2", True)]
    assert not lock.examine(path).findings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("good==1.0", "has no hash"),
        (f"good>=1.0 {HASH}", "has not one version"),
        (f"good==1.* {HASH}", "has not one version"),
        (f"good {HASH}", "has not one version"),
        ("good==1.0 --hash=md5:d41d8cd98f00b204e9800998ecf8427e", "is not a package with one version"),
        ("good==1.0 --hash=sha256:abc", "is not a package with one version"),
        (f"good @ https://example.org/good.whl {HASH}", "is not a package with one version"),
        ("--extra-index-url https://example.org/simple", "is not a package with one version"),
        ("-e .", "is not a package with one version"),
    ],
)
def test_what_pip_would_take_unchecked_is_found(tmp_path, line, said):
    (finding,) = lock.examine(locked(tmp_path, f"other==1.0 \\\n    {HASH}\n{line}\n")).findings
    assert said in finding


# What is installed.


def put(site: Path, name: str, version: str = "1.0", files: dict[str, str] | None = None, metadata: str = "") -> Pin:
    """Install a distribution of these files."""
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}\n")
    record = [f"{info.name}/METADATA,,", f"{info.name}/RECORD,,"]
    for file, text in (files or {f"{name}.py": "x = 1\n"}).items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{file},sha256={digest},{len(text)}")
    (info / "RECORD").write_text("\n".join(record) + "\n")
    return Pin(name, version, 1, True)


def test_what_is_as_it_was_installed_passes(tmp_path):
    pins = [put(tmp_path, "good"), put(tmp_path, "other", files={"shared/__init__.py": "a", "o.py": "1"})]
    # Two distributions with one folder: the last one's file is there.
    pins.append(put(tmp_path, "third", files={"shared/__init__.py": "b"}))
    assert not installed.examine(tmp_path, pins).findings


def _change(site: Path) -> None:
    (site / "good.py").write_text("x = 2\n")


def _remove(site: Path) -> None:
    (site / "good.py").unlink()


def _add(site: Path) -> None:
    (site / "sitecustomize.py").write_text("")


def _add_path(site: Path) -> None:
    (site / "more.pth").write_text("import os\n")


def _add_package(site: Path) -> None:
    put(site, "stranger")


def _lose_record(site: Path) -> None:
    (site / "good-1.0.dist-info/RECORD").unlink()
    (site / "good.py").unlink()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_change, "good.py is not what was installed"),
        (_remove, "good.py is missing"),
        (_add, "sitecustomize.py belongs to no installed distribution"),
        (_add_path, "more.pth belongs to no installed distribution"),
        (_add_package, "stranger 1.0 is installed and not in the lock"),
        (_lose_record, "good has no RECORD"),
    ],
)
def test_what_was_changed_since_is_found(tmp_path, damage, said):
    # Once imported, the backport is what lists distributions, and it leaves out files that are missing, as Python 3.12 does.
    import importlib_metadata  # noqa: F401

    pin = put(tmp_path, "good")
    damage(tmp_path)
    assert said in " ".join(installed.examine(tmp_path, [pin]).findings)


def test_another_version_than_the_locks_is_found(tmp_path):
    put(tmp_path, "good", "1.1")
    (finding,) = installed.examine(tmp_path, [Pin("good", "1.0", 1, True), Pin("good", "1.1", 1, False)]).findings
    assert finding == "good 1.1 is installed; the lock has 1.0"


# Licences.


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        *(
            ("MIT", True),
            ("Apache-2.0 OR BSD-3-Clause", True),
            ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
            ("GPL-3.0-only OR MIT", True),
        ),
        *(
            ("GPL-3.0-only", False),
            ("MIT AND GPL-3.0-only", False),
            ("MIT AND (GPL-3.0-only OR AGPL-3.0-only)", False),
            ("", False),
        ),
        *(("MIT OR GPL-3.0-only AND AGPL-3.0-only", True), ("(MIT", False), ("MIT)", False), ("MIT Apache-2.0", False)),
    ],
)
def test_an_expression_is_allowed_where_a_choice_of_it_is(said, allowed):
    assert licences.is_allowed(said) is allowed


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("License-Expression: MIT", ""),
        ("License: MIT", ""),
        ("Classifier: License :: OSI Approved :: BSD License", ""),
        ("Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License", ""),
        ("License-Expression: AGPL-3.0-only", "good 1.0: AGPL-3.0-only is not among the licences allowed"),
        ("License-Expression: LicenseRef-Proprietary", "good 1.0: LicenseRef-Proprietary is not among the licences allowed"),
        ("License: Ours, ask us", "good 1.0: its licence is not known"),
        ("Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "good 1.0: its licence is not known"),
        ("Classifier: License :: Other/Proprietary License\nLicense: MIT", "good 1.0: its licence is not known"),
        ("", "good 1.0: its licence is not known"),
    ],
)
def test_a_licence_that_is_not_allowed_or_not_known_is_named(tmp_path, monkeypatch, metadata, said):
    monkeypatch.setattr(licences, "READ", {})
    monkeypatch.setattr(licences, "EXCEPTIONS", {})
    found = licences.examine(tmp_path, [put(tmp_path, "good", metadata=metadata)]).findings
    assert (found == []) if not said else (len(found) == 1 and found[0].startswith(said))


def test_a_package_that_cannot_be_seen_is_not_taken_for_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(licences, "READ", {"gone": "MIT"})
    monkeypatch.setattr(licences, "EXCEPTIONS", {})
    found = licences.examine(tmp_path, [Pin("unseen", "1.0", 1, False)]).findings
    assert [finding.split(":")[0] for finding in found] == ["unseen 1.0", "gone is in the audit's lists and not in the lock"]


# Secrets. Each is put together here, so that this file holds none.

PLANTED = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "an access key of Amazon": "AKIA" + "Q" * 16,
    "a token of GitHub": "ghp_" + "a1" * 18,
    "a token of GitLab": "glpat-" + "a1" * 10,
    "a token of Slack": "xoxb-" + "1234567890-abc",
    "a JSON web token": ".".join(("eyJ" + "hbGciOiJIUzI1", "eyJ" + "zdWIiOiIxMjM0", "c2lnbmF0dXJl")),
    "a key of a storage account": "AccountKey" + "=" + "a1" * 30,
    "a password in an address": "postgres" + "://analyst:hunter2@db.example.org/x",
    "a key or password written out": "SNA_VAULT" + "_KEY=k4Jd83hfKs92hfkA82hf",
}


@pytest.mark.parametrize(("what", "text"), PLANTED.items(), ids=PLANTED)
@pytest.mark.parametrize("name", ["code.py", "notes.md", "book.xlsx"])
def test_a_secret_is_found_and_not_shown(tmp_path, monkeypatch, what, text, name):
    monkeypatch.setattr(secrets, "NONE", {})
    (tmp_path / name).write_bytes(b"\xff\x00 first line\n" + text.encode() + b"\n")
    findings = secrets.examine(tmp_path, [name]).findings
    assert f"{name}:2: {what}" in findings and text not in " ".join(findings)


def test_an_exception_that_nothing_needs_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "NONE", {("a.py", "a private key"): "of a test"})
    (finding,) = secrets.examine(tmp_path, []).findings
    assert "is not found in it" in finding


# Our own rules.


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import os\nos.system('ls')", "os.system"),
        ("from os import popen as p\np('ls')", "os.popen"),
        ("import subprocess as s\ns.run(['ls'], shell=True)", "shell"),
        ("import subprocess\nsubprocess.run(['ls'], shell=x)", "shell"),
        ("import subprocess\nsubprocess.run('ls -l')", "list"),
        ("from subprocess import Popen\nPopen(f'ls {x}')", "list"),
        ("import subprocess\nsubprocess.check_output('ls ' + x)", "list"),
        ("import subprocess\nsubprocess.run(args='ls')", "list"),
        ("import subprocess\nsubprocess.getoutput('ls')", "subprocess.getoutput"),
        ("import yaml\nyaml.load(x)", "yaml"),
        ("import yaml\nyaml.load(x, yaml.Loader)", "yaml"),
        ("import yaml\nyaml.load(x, Loader=yaml.FullLoader)", "yaml"),
        ("import yaml\nclass L(yaml.Loader): pass\nyaml.load(x, Loader=L)", "yaml"),
        ("import yaml\nyaml.load(x, Loader=getattr(yaml, 'CLoader', yaml.SafeLoader))", "yaml"),
        ("from yaml import unsafe_load\nunsafe_load(x)", "yaml.unsafe_load"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("def f():\n    import dill", "dill"),
        ("import pandas as pd\npd.read_pickle(x)", "pandas.read_pickle"),
        ("import numpy as np\nnp.load(x, allow_pickle=True)", "pickle"),
        ("eval('1')", "eval"),
        ("exec(x)", "exec"),
    ],
)
def test_what_the_rules_forbid_is_found(source, rule):
    assert rule in {found for _, found, _ in own_rules.violations(source)}


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\nsubprocess.run(['ls', x])\nsubprocess.run([*a, 'b'], shell=False)\nsubprocess.run(command)",
        "import subprocess\nsubprocess.run([x] + y)",
        "import yaml\nyaml.safe_load(x)\nyaml.load(x, Loader=yaml.CSafeLoader)",
        "import yaml\nyaml.load(x, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))",
        "import yaml\nclass Strict(yaml.SafeLoader): pass\nyaml.load(x, Loader=Strict)",
        "frame.eval('a + b')\ndb.execute('select 1')\nmodel.load(x)",
    ],
)
def test_what_the_rules_allow_passes(source):
    assert not list(own_rules.violations(source))


# Known vulnerabilities.


@pytest.fixture
def service():
    """A service that answers as it is set to, and keeps what it was asked."""
    asked: list[dict] = []
    answer: dict[str, object] = {"status": 200, "body": b""}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(int(answer["status"]))
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", answer, asked
    server.shutdown()
    server.server_close()


PINS = [Pin("good", "1.0", 1, True), Pin("bad", "2.0", 1, True)]


def test_a_known_vulnerability_is_named(service):
    url, answer, asked = service
    answer["body"] = json.dumps({"results": [{}, {"vulns": [{"id": "PYSEC-2024-1"}]}]}).encode()
    assert vulnerabilities.examine(PINS, url) == Report("known vulnerabilities", "2 packages", ["bad 2.0: PYSEC-2024-1"])
    assert asked[0]["queries"][1] == {"package": {"name": "bad", "ecosystem": "PyPI"}, "version": "2.0"}
    answer["body"] = json.dumps({"results": [{}, {}]}).encode()
    assert vulnerabilities.examine(PINS, url) == Report("known vulnerabilities", "2 packages", [])


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>Sign in</html>", b"{}", b"[]", b"null", b'{"results": null}', b'{"results": []}', b'{"results": [{}]}'),
        *(b'{"results": [null, null]}', b'{"results": [{"vulns": [{}]}, {}]}', b'{"results": [{}, {"next_page_token": "x"}]}'),
    ],
)
def test_an_answer_in_part_is_no_answer(service, body):
    url, answer, _ = service
    answer["body"] = body
    report = vulnerabilities.examine(PINS, url)
    assert report.not_checked and not report.findings


def test_where_the_service_does_not_answer_nothing_is_known(service):
    url, answer, _ = service
    answer["status"] = 503
    assert "did not answer" in vulnerabilities.examine(PINS, url).not_checked
    assert "did not answer" in vulnerabilities.examine(PINS, NOBODY).not_checked


# The whole.


def test_what_was_not_checked_is_no_success():
    good, bad, unknown = Report("a", ""), Report("b", "", ["x"]), Report("c", "", not_checked="no answer")
    assert status([good]) == 0
    assert status([good, unknown]) == NOT_CHECKED
    assert status([bad, unknown]) == FOUND


def test_a_lock_that_is_not_in_order_leaves_the_rest_unchecked(tmp_path):
    locked(tmp_path, "good==1.0\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    made = reports(tmp_path, tmp_path, NOBODY)
    assert status(made) == FOUND
    assert {report.what for report in made if report.not_checked} == {"installed files", "licences", "known vulnerabilities"}
