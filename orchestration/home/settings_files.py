"""Settings in YAML files, read strictly: anything missing, unknown or out of range is an error that names file and place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_Model = TypeVar("_Model", bound="BaseModel")


# Bytes of a file that people write: the longest of this project have some ten thousand.
LARGEST = 1_000_000
DEEPEST = 50
# Errors that a message lists.
MOST = 20


def read(path: Path, error: type[Exception]) -> str:
    """The text of a settings file.

    Raises:
        Exception: of the class `error`: it is no regular file, too large, or no text.
    """
    try:
        # A pipe would be waited for, and a device read without end.
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise error(f"{path}: expected a regular file of at most {LARGEST:,} bytes. Remove it, or write it again.")
        return path.read_text("utf-8")
    except UnicodeDecodeError as cause:
        raise error(f"{path}: not text in UTF-8 (byte {cause.start:,}). Save it as UTF-8.") from cause
    except OSError as cause:
        raise error(f"{path}: cannot be read ({cause.strerror}).") from cause


def parse(path: Path, text: str, error: type[Exception]) -> Any:
    """The content of a YAML file, in which no key occurs twice and no number is one by an old rule of YAML 1.1.

    Raises:
        Exception: of the class `error`: not such a file.
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            _check_shape(root)
            return loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise error(f"{path}: not valid YAML: {cause.problem or cause.context}{place}.") from cause
    except (yaml.YAMLError, RecursionError, ValueError) as cause:
        raise error(f"{path}: not valid YAML: {' '.join(str(cause).split())}.") from cause


def _check_shape(root: Any) -> None:
    """Few levels, and no part that is written once and used again: a file of a page could become one of a terabyte."""
    import yaml

    seen: set[int] = set()
    left = [(root, 1)]
    while left:
        node, depth = left.pop()
        if id(node) in seen or depth > DEEPEST:
            what = f"more than {DEEPEST} levels" if depth > DEEPEST else "an alias; write out what it names"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            left += [(each, depth + 1) for pair in node.value for each in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += [(each, depth + 1) for each in node.value]


def validate(path: Path, content: Any, model: type[_Model], error: type[Exception], **how: Any) -> _Model:
    """The content of a file as a model.

    Args:
        how: options of `model_validate`, such as extra="forbid" for a model of others.

    Raises:
        Exception: of the class `error`, with all that is wrong.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(content, **how)
    except ValidationError as cause:
        raise error(f"{path}: {_all_wrong(cause, content, model)}.") from cause


@cache
def _loader() -> type[Any]:
    """A safe loader of PyYAML: no tag makes an object."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Refuses what would be read as something else than is written: duplicate keys, 010 for 8, 12:30 for 750."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and str(key.value) in seen:
                    problem = f"the key {key.value!r} occurs twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(str(key.value))
            return super().construct_mapping(node, deep)

        def construct_yaml_int(self, node: Any) -> int:
            if not re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", node.value):
                problem = f"{node.value} would be read as another number; put text in quotes"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
            return int(node.value)

    Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_yaml_int)
    return Loader


def _all_wrong(found: ValidationError, content: Any, model: type[BaseModel]) -> str:
    schema, errors = model.model_json_schema(), found.errors()
    shown = [f"{_place(content, error['loc'])}{_wrong(error, schema)}" for error in errors[:MOST]]
    more = [f"and {len(errors) - MOST:,} more"] if len(errors) > MOST else []
    return "; ".join(shown + more)


def _place(content: Any, steps: tuple[int | str, ...]) -> str:
    """For example `schema.crimes.properties.district.classification`: items of lists by their names, where they have one."""
    names = []
    for step in steps:
        try:
            content = content[step]
        except (LookupError, TypeError):
            content = None
        item = content if isinstance(step, int) and isinstance(content, Mapping) else {}
        names.append(str(item.get("name") or item.get("property") or step))
    return ".".join(names) or "the file"


def _wrong(error: ErrorDetails, schema: Mapping[str, Any]) -> str:
    """What is wrong and what is expected. Values are quoted only where no secret can be: numbers, and of closed lists."""
    given, message = error["input"], error["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    match error["type"]:
        case "missing":
            what = _described(schema, error["loc"]).get("description")
            return f" ({what}) is missing" if what else " is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            known = ", ".join(_described(schema, error["loc"][:-1]).get("properties", ()))
            return f" is unknown; known are {known}" if known else " is unknown"
        case "model_type" | "dataclass_type" | "dict_type":
            known = ", ".join(_described(schema, error["loc"]).get("properties", ()))
            return f": expected a mapping of {known}" if known else ": expected a mapping"
        case kind if kind != "value_error" and (kind == "literal_error" or given is None or isinstance(given, int | float)):
            return f" is {given!r}; {message}"
        case _:
            return f": {message}"


def _described(schema: Mapping[str, Any], steps: tuple[int | str, ...]) -> Mapping[str, Any]:
    """What the JSON schema of a model says of a place; empty where it does not lead there."""

    def resolved(node: Any) -> Mapping[str, Any]:
        node = node if isinstance(node, Mapping) else {}
        node = next((one for one in node.get("anyOf", ()) if one.get("type") != "null"), node)
        # A docstring is no description of the place.
        return {**schema["$defs"][node["$ref"].rpartition("/")[2]], "description": None, **node} if "$ref" in node else node

    node = resolved(schema)
    for step in steps:
        of_any_name = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), None)
        node = resolved(node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step, of_any_name))
    return node
