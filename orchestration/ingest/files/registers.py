"""Registers kept by hand, as YAML or JSON: lists of records, every value read as the text that was written.

YAML's own types would silently change values (`013` becomes 11, `no` false, `12:30` 750), so none is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestration.ingest.files.headers import printable
from orchestration.ingest.rules import UnreadableError, fault

# A list of records under one name, and lists within those.
MAX_DEPTH = 8

# Of YAML, which is read some hundred times as slowly as JSON. What people keep by hand has a hundredth of it.
MAX_YAML_BYTES = 5 * 1024 * 1024

_NULL = ("", "~", "null", "Null", "NULL")


def register_rows(path: Path, kind: str) -> Iterator[Sequence[Any]]:
    """Header and rows of a register: a list of records, alone or under one name.

    A record is a mapping of plain values; a list of plain values is joined with semicolons. The header holds every name that any
    record uses, in the order of their first use.

    Raises:
        UnreadableError: the file is not that (D10), it is YAML of more than can be kept by hand (D16), or a record has a name
            twice (D06).
    """
    import yaml

    if kind != "json" and (size := path.stat().st_size) > MAX_YAML_BYTES:
        raise UnreadableError(
            fault("D16", detail=f"{size / 1e6:,.1f} MB of YAML, of {MAX_YAML_BYTES / 1e6:,.1f} MB that are read")
        )

    try:
        text = path.read_text("utf-8-sig")
        document = _json(text) if kind == "json" else _yaml(text)
        if isinstance(document, dict):
            (document,) = document.values()
        names = list(dict.fromkeys(name for record in document for name in record))
        rows = [[_plain_value(record.get(name)) for name in names] for record in document]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        detail = "it is not a list of records with plain values, alone or under one name"
        raise UnreadableError(fault("D10", detail=detail)) from None
    if rows:
        yield names
    yield from rows


def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of these pairs (`object_pairs_hook` of JSON).

    Raises:
        UnreadableError: a name occurs twice, so that nobody knows which value is meant.
    """
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise UnreadableError(fault("D06", printable(name)))
        made[name] = value
    return made


def _json(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=unique)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _yaml(text: str) -> Any:
    """The one document of a YAML text, with every scalar as its text.

    Raises:
        UnreadableError: it uses anchors or aliases, by which a few lines can grow without limit, or a mapping has a key twice.
        ValueError: it has tags, keys that are no plain text, several documents, or is nested deeper than a register can be.
        yaml.YAMLError: it is not YAML.
    """
    import yaml

    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    wanted = (event for event in events if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent))
    document = _node(wanted, 0)
    if not isinstance(next(wanted), yaml.DocumentEndEvent) or not isinstance(next(wanted), yaml.StreamEndEvent):
        raise ValueError("several documents")
    return document


def _node(events: Iterator[Any], depth: int) -> Any:
    """The value that the next events describe; `_END` where they end a list or mapping."""
    import yaml

    event = next(events)
    if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
        return _END
    if not isinstance(event, yaml.NodeEvent):
        raise ValueError("no value")
    if event.anchor is not None:  # of an alias too
        raise UnreadableError(fault("D10", detail="it uses an anchor or alias (& or *), which no register may"))
    if depth > MAX_DEPTH or getattr(event, "tag", None) not in (None, "!"):
        raise ValueError("nested too deep, or of a type of its own")
    if isinstance(event, yaml.ScalarEvent):
        return None if not event.style and event.value in _NULL else event.value
    nodes = iter(lambda: _node(events, depth + 1), _END)
    if isinstance(event, yaml.SequenceStartEvent):
        return list(nodes)
    pairs = [(key, next(nodes)) for key in nodes]
    if not all(isinstance(key, str) for key, _ in pairs):
        raise ValueError("a key that is no plain text")
    return unique(pairs)


_END = object()


def _plain_value(value: Any) -> str | None:
    """A value of a record as a cell; TypeError for one that is no plain value."""
    if isinstance(value, list):
        if any(isinstance(item, list) for item in value):
            raise TypeError("a list within a list")
        return "; ".join(str(_plain_value(item)) for item in value if item is not None)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a zero byte, at which other programs end the text")
    if value is None or isinstance(value, str):
        return value
    raise TypeError("a mapping within a record")
