"""What operations.yaml declares of the web UI, and what is refused before anything is served."""

import pytest

from orchestration.home.environment import SettingsError
from orchestration.operations.configuration import SignOn, Web
from orchestration.operations.web.access import Access

SECRET = "0123456789abcdef" * 2
PROXY = {"address": "https://sna.example.org", "secret_variable": "SNA_PROXY_SECRET"}


def test_without_a_sign_on_this_machine_is_answered_under_its_two_names():
    access = Access.declared(Web(), 3000)
    assert access.origins == {"127.0.0.1:3000": "http://127.0.0.1:3000", "localhost:3000": "http://localhost:3000"}
    assert (access.read_only, access.sign_on, access.described(3000)) == (False, None, [])
    # As browsers write it.
    assert Access.declared(Web(), 80).origins == {"127.0.0.1": "http://127.0.0.1", "localhost": "http://localhost"}


@pytest.mark.parametrize(("declared", "asked"), [(True, False), (False, True)])
def test_it_is_read_only_by_the_file_or_by_the_command(declared, asked):
    access = Access.declared(Web(read_only=declared), 3000, read_only=asked)
    assert access.read_only
    assert access.described(3000) == ["The web UI is read-only: nothing can be started, stopped or removed in it."]


def test_with_a_sign_on_only_its_name_is_answered(monkeypatch):
    monkeypatch.setenv("SNA_PROXY_SECRET", SECRET)
    access = Access.declared(Web(sign_on=SignOn(**PROXY, editors=["b.b", "a.a"])), 3000)
    assert access.origins == {"sna.example.org": "https://sna.example.org"}
    described = "\n".join(access.described(3000))
    assert "127.0.0.1:3000" in described and "a.a, b.b may start" in described
    assert SECRET not in repr(access) + described
    monkeypatch.setenv("SNA_PROXY_SECRET", SECRET)
    with_port = Access.declared(Web(sign_on=SignOn(**PROXY | {"address": "https://sna.example.org:8443"})), 3000)
    assert with_port.origins == {"sna.example.org:8443": "https://sna.example.org:8443"}
    assert "nobody may start" in with_port.described(3000)[1]


@pytest.mark.parametrize("secret", [None, "", "short", "x" * 31, "ß" * 40, "x" * 31 + "\n"])
def test_a_secret_that_is_none_is_refused(monkeypatch, secret):
    monkeypatch.delenv("SNA_PROXY_SECRET", raising=False)
    if secret is not None:
        monkeypatch.setenv("SNA_PROXY_SECRET", secret)
    with pytest.raises(SettingsError, match=r"SNA_PROXY_SECRET holds \d+ characters") as error:
        Access.declared(Web(sign_on=SignOn(**PROXY)), 3000)
    assert not secret or secret not in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"address": "http://sna.example.org"},
        {"address": "https://sna.example.org/"},
        {"address": "https://sna.example.org/sna"},
        {"address": "https://sna.example.org:443"},
        {"address": "https://SNA.example.org"},
        {"address": "https://*.example.org"},
        {"address": "https://user@sna.example.org"},
        {"user_header": "X Forwarded User"},
        {"user_header": "X-SNA-Proxy-Secret"},
        {"secret_variable": "the secret itself"},
        {"secret": "x" * 40},
    ],
)
def test_a_sign_on_is_declared_as_it_will_be_compared(change):
    with pytest.raises(ValueError, match="validation error"):
        SignOn(**PROXY | change)
