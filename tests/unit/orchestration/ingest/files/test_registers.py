"""Registers in YAML and JSON: every value is the text that was written, and a file that could mean two things is refused."""

from __future__ import annotations

import time

import pytest

from orchestration.ingest.files.registers import register_rows
from orchestration.ingest.rules import UnreadableError


def read(tmp_path, content: str, kind: str = "yaml") -> list[list]:
    path = tmp_path / f"register.{kind}"
    path.write_text(content)
    return [list(row) for row in register_rows(path, kind)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("013", "013"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("off", "off"),
        ("true", "true"),
        ("2024-11-01", "2024-11-01"),
        ("01/02/2024", "01/02/2024"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("0.10", "0.10"),
        (".inf", ".inf"),
        ('"null"', "null"),
        ("'~'", "~"),
        ("null", None),
        ("~", None),
        ("", None),
        ("[no, 013, null]", "no; 013"),
        ("|-\n    two\n    lines", "two\nlines"),
    ],
)
def test_a_value_of_yaml_is_the_text_that_was_written(tmp_path, written, read_as):
    assert read(tmp_path, f"rows:\n- A: {written}\n") == [["A"], [read_as]]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [('"013"', "013"), ("13.50", "13.50"), ("100000000000000000000", "100000000000000000000"), ("true", "true"), ("null", None)],
)
def test_a_value_of_json_is_the_text_that_was_written(tmp_path, written, read_as):
    assert read(tmp_path, f'[{{"A": {written}}}]', "json") == [["A"], [read_as]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("- {A: 1, A: 2}", "yaml"),
        ("rows:\n- A: 1\n  B: 2\n  A: 1\n", "yaml"),
        ("- A: 1\n- A: 2\n  'A': 3\n", "yaml"),
        ('[{"A": 1, "A": 2}]', "json"),
    ],
)
def test_d06_a_name_twice_in_a_record(tmp_path, content, kind):
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, content, kind)
    assert [(fault.code, fault.column_name) for fault in refused.value.faults] == [("D06", "A")]


BOMB = "rows:\n- A: &b0 [x, x]\n" + "".join(f"  K{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 20)}]\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (BOMB, "yaml"),
        ("- A: &name x\n", "yaml"),
        ("- &row {A: 1}\n- *row\n", "yaml"),
        ("- {A: 1}\n- {<<: *base, B: 2}\n", "yaml"),
        ("- A: !!int 013\n", "yaml"),
        ("- A: !!python/object/apply:os.system [true]\n", "yaml"),
        ("--- [{A: 1}]\n--- [{A: 2}]\n", "yaml"),
        ("- ? [a, b]\n  : 1\n", "yaml"),
        ("- A: " + "[" * 20_000, "yaml"),
        ("- A: " + "[" * 20_000 + "]" * 20_000, "yaml"),
        ("[" * 20_000, "json"),
        ('[{"A": NaN}]', "json"),
        ('[{"A": {"B": 1}}]', "json"),
        ('[{"A": [["B"]]}]', "json"),
        ("- A: [[a], [b]]\n", "yaml"),
        ("", "json"),
    ],
)
def test_d10_what_is_no_plain_register_at_once(tmp_path, content, kind):
    started = time.process_time()
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, content, kind)
    assert [fault.code for fault in refused.value.faults] == ["D10"]
    assert time.process_time() - started < 2


@pytest.mark.parametrize("content", ['- {Reference: "\\uD800"}\n', '- {"\\uDFFF": x}\n'])
def test_d10_half_a_character(desk, content):
    record = desk.land("interventions", content, "2024-25.yaml")
    assert (record.verdict, [fault.code for fault in record.faults][-1]) == ("refused", "D10")


def test_d16_more_yaml_than_anybody_keeps_by_hand_is_refused_unread(tmp_path):
    started = time.process_time()
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, "rows:\n" + "  - Reference: x\n" * 1_000_000, "yaml")
    assert [fault.code for fault in refused.value.faults] == ["D16"]
    assert time.process_time() - started < 2
