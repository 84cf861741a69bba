"""Why a run failed: its failed steps, each with one message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterEvent
    from dagster_shared.error import SerializableErrorInfo

# The step after the release: where it alone fails, the release is published.
REPORT = "published__report"
# Dagster's class for it; importing that takes seconds.
INTERRUPTED = "DagsterExecutionInterruptedError"
# Its module, before the words of an error of this project.
_OWN = re.compile(r"^(?:orchestration|reporting)\.[\w.]+: ")
# Dagster's words for checks that did not pass: a line for each asset, with the names of its checks, follows the first one.
_FAILED_CHECKS = re.compile(r"^dagster\.[\w.]+\.DagsterAssetCheckFailedError: ")


def messages(events: Iterable[DagsterEvent]) -> list[tuple[str, str]]:
    """(step, message) of every failed step. Steps that were skipped because of these failures are not listed."""
    return [(step, message_of(error)) for step, error in _errors(events).items()]


def message_of(error: SerializableErrorInfo | None) -> str:
    """The message of the innermost of this project's own errors, or otherwise of the innermost of all."""
    found = [""]
    while error is not None:
        found.append(error.message.strip())
        error = error.cause
    # Dagster puts the class before the words; the words of this project's own errors say all of it.
    own = [_OWN.sub("", message) for message in found if _OWN.match(message)]
    last = (own or found)[-1] or "failed"
    if _FAILED_CHECKS.match(last):
        last = f"Validation failed: {', '.join(line.rsplit(':', 1)[0] for line in last.splitlines()[1:])}."
    return last


def are_interrupted(events: Iterable[DagsterEvent]) -> bool:
    """Whether a person stopped the run."""
    return any(INTERRUPTED in _causes(error) for error in _errors(events).values())


def _errors(events: Iterable[DagsterEvent]) -> dict[str, SerializableErrorInfo | None]:
    """The error of every failed step."""
    failed = (event for event in events if event.event_type_value == "STEP_FAILURE")
    return {str(event.step_key): event.step_failure_data.error for event in failed}


def _causes(error: SerializableErrorInfo | None) -> list[str | None]:
    """Names of the classes of an error and of what caused it."""
    return [] if error is None else [error.cls_name, *_causes(error.cause)]
