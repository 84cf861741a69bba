"""What a GraphQL request asks for, read with the library and by the rules by which Dagster reads it.

A document may hold several operations, and hide what they call behind fragments and aliases. Each of them counts, whichever
`operationName` picks: a document is as harmless as its worst operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)
from starlette.datastructures import QueryParams

from orchestration.operations.web.refusal import RefusedError

# Dagster's own pages send up to 3,000 tokens and a few hundred KB; the limits keep a request from taking all time or memory.
MOST_TOKENS = 50_000
MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Asked:
    """What a request asks for.

    Attributes:
        kinds: of all operations of the document.
        changes: names of the mutations that it calls, such as `launchRun`.
    """

    kinds: frozenset[OperationType]
    changes: tuple[str, ...]


def by_get(query_string: bytes) -> Asked | None:
    """What a GET asks for; None where it asks for the page on which queries are written.

    Raises:
        RefusedError: it is anything but queries.
    """
    parameters = QueryParams(query_string)
    if any(len(parameters.getlist(name)) > 1 for name in ("query", "variables", "operationName")):
        raise RefusedError(400, "repeated parameter", "Send each parameter once.")
    if "query" not in parameters:
        return None
    asked = of_document(parameters["query"])
    if asked.kinds != {OperationType.QUERY}:
        raise RefusedError(405, "change by GET", "GET is for queries only; send everything else by POST.")
    return asked


def by_post(content_type: str | None, body: bytes) -> Asked:
    """What a POST asks for.

    Args:
        content_type: the header; None where it is missing or there are several.

    Raises:
        RefusedError: it is not one JSON object with a document of queries and mutations.
    """
    if not _is_json(content_type):
        raise RefusedError(415, "content type", "Send GraphQL as application/json.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError(400, "not JSON", "The body is not valid JSON.") from None
    return _of_message(message, {OperationType.QUERY, OperationType.MUTATION})


def by_socket(text: str | None) -> Asked | None:
    """What a message over a WebSocket asks for; None where it starts nothing.

    Raises:
        RefusedError: it is anything but a subscription.
    """
    try:
        message = json.loads(text or "")
    except (ValueError, RecursionError):
        raise RefusedError(400, "not JSON", "The message is not valid JSON.") from None
    if not isinstance(message, dict):
        raise RefusedError(400, "not an object", "The message is not a JSON object.")
    if message.get("type") != "start":
        return None
    return _of_message(message.get("payload"), {OperationType.SUBSCRIPTION})


def of_document(document: str) -> Asked:
    """What a GraphQL document asks for.

    Raises:
        RefusedError: it cannot be parsed, is too long or too deep, or has no operation.
    """
    try:
        parsed = parse(document, no_location=True, max_tokens=MOST_TOKENS)
        asked = Asked(frozenset(operation.operation for operation in _operations(parsed)), tuple(_changes(parsed)))
    except (GraphQLError, RecursionError):
        raise RefusedError(400, "not GraphQL", "The GraphQL document cannot be read, or is too long.") from None
    if not asked.kinds:
        raise RefusedError(400, "no operation", "The GraphQL document has no operation.")
    return asked


def _is_json(content_type: str | None) -> bool:
    """Only the exact type: a browser sends every type that a form can have, and what merely contains the words, unasked."""
    kind, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    return kind == "application/json" and all(p in ("charset=utf-8", 'charset="utf-8"') for p in parameters)


def _of_message(message: Any, allowed: set[OperationType]) -> Asked:
    if not isinstance(message, dict) or not isinstance(message.get("query"), str):
        raise RefusedError(400, "no document", "Send one JSON object with a GraphQL document as `query`.")
    asked = of_document(message["query"])
    if not asked.kinds <= allowed:
        words = " and ".join(sorted(kind.value for kind in allowed))
        raise RefusedError(405, "kind of operation", f"Only a {words} is accepted here.")
    return asked


def _operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def _changes(document: DocumentNode) -> Iterator[str]:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    for operation in _operations(document):
        if operation.operation is OperationType.MUTATION:
            yield from _fields(operation.selection_set, fragments, set())


def _fields(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str]) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments and node.name.value not in seen:
            seen.add(node.name.value)
            yield from _fields(fragments[node.name.value].selection_set, fragments, seen)
