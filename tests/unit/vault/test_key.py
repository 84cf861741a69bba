"""A key is known by its form: what a person can think of is refused, in whatever dress."""

import base64
import os
import secrets
import string
from pathlib import Path

import pytest

from vault import key

SENTENCE = b"the quick brown fox jumps over it"
GUESSABLE = {
    "blanks": " " * 40,
    "one letter": "k" * 64,
    "a password": "correct horse battery staple, for the vault",
    "words": "correcthorsebatterystaplecorrecthorsebatter",
    "words with capitals": "CorrectHorseBatteryStapleForTheVaultInDerby",
    "zeros": "0" * 64,
    "a short one": secrets.token_hex(16),
    "one digit over": secrets.token_hex(32) + "0",
    "halves": secrets.token_hex(16) * 2,
    "a word of hexadecimal digits": "deadbeef" * 8,
    "counting up": bytes(range(32)).hex(),
    "counting down in steps": bytes(range(255, 0, -7))[:32].hex(),
    "digits": "".join("0123456789"[i * i % 10] for i in range(64)),
    "a date": "20240331" * 8,
    "a sentence in hexadecimal digits": SENTENCE.hex(),
    "a sentence in base64": base64.b64encode(SENTENCE).decode(),
    "zeros in base64": base64.b64encode(bytes(32)).decode(),
    "all bytes alike but few": (bytes(24) + os.urandom(8)).hex(),
    "letters": (string.ascii_letters * 2)[:64],
    "both cases of hexadecimal digits": secrets.token_hex(16) + secrets.token_hex(16).upper() + "z",
}


@pytest.mark.parametrize("given", GUESSABLE.values(), ids=GUESSABLE.keys())
def test_a_guessable_key_is_refused_and_not_repeated(given):
    with pytest.raises(key.KeyRefusedError) as raised:
        key.require_random(given)
    assert given.strip() == "" or given not in str(raised.value)


def test_random_keys_are_taken_in_every_form():
    for _ in range(200):
        content = secrets.token_bytes(32)
        key.require_random(content.hex())
        key.require_random(content.hex().upper())
        key.require_random(secrets.token_hex(48))
        key.require_random(key.generate())
    taken = 0
    for _ in range(200):
        for form in (base64.b64encode, base64.urlsafe_b64encode):
            try:
                key.require_random(form(secrets.token_bytes(32)).decode())
                taken += 1
            except key.KeyRefusedError:
                pass
    assert taken >= 398


def test_the_variable_is_taken_out_of_the_environment(monkeypatch):
    monkeypatch.setenv(key.VARIABLE, " abc ")
    assert key.provided() == "abc"
    assert key.VARIABLE not in os.environ and key.provided() is None


def test_programs_that_never_need_the_key_do_not_have_it():
    assert key.without({key.VARIABLE: "a", key.FILE_VARIABLE: "b", "PATH": "c"}) == {"PATH": "c"}


def test_a_key_may_come_by_a_file_or_a_descriptor(tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text("# of a test\n\nabc\n")
    file.chmod(0o600)
    assert key.provided(file) == "abc"
    monkeypatch.setenv(key.FILE_VARIABLE, str(file))
    assert key.provided() == "abc"
    source, target = os.pipe()
    os.write(target, b"def\n")
    os.close(target)
    assert key.provided(Path(f"/dev/fd/{source}")) == "def"
    os.close(source)


def test_a_key_that_others_may_read_is_none(tmp_path):
    file = tmp_path / "key"
    file.write_text("abc")
    file.chmod(0o640)
    with pytest.raises(key.KeyRefusedError, match="chmod 600"):
        key.provided(file)
    file.chmod(0o600)
    file.write_text("# nothing\n")
    with pytest.raises(key.KeyRefusedError, match="has no key"):
        key.provided(file)
    with pytest.raises(key.KeyRefusedError, match="cannot be read"):
        key.provided(tmp_path / "none")
