"""What a person is told when an unattended run has failed: which step, why, what to do, and that nothing published was touched.

The log is always written to; webhook and mail where the environment declares them. Never a value of a row: the words of an error
are passed on only where this project wrote them, or where they speak of files and processes.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of its functions.

import builtins
import json
import os
import re
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from logging import Logger
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.storage.tags import WILL_RETRY_TAG

from orchestration.operations.configuration import Environment, Operations, Smtp, Webhook
from orchestration.operations.retries import HELD

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

TIMEOUT_SECONDS = 10

# Class of an error → what to do. Their messages are this project's own, or speak of files and processes only.
REMEDIES = {
    "GateClosed": "`sna status --build` names each failed expectation and its remedy. Correct the delivery or the rule.",
    "PublicationError": "`sna status` shows what stands. Tell whoever looks after the warehouse.",
    "SettingsError": "Mend the setting, then start the service again.",
    "NothingDeliveredError": "Then run `sna refresh`.",
    "NotDeliveredError": "Then run `sna refresh`.",
    "ContractError": "Mend the contract, then start the service again.",
    "UnspokenError": "Report the kind and the place to whoever looks after the code. Then run `sna refresh`.",
    "NotEnoughMemory": "Then run `sna refresh`.",
    "Busy": "Close that program, or wait for that process; end it if it hangs. Then run `sna refresh`.",
    "OSError": "Look at the disk or share: is it there, is it full, may the service write to it? Then run `sna refresh`.",
    "PermissionError": "Give the service the right to that file or folder. Then run `sna refresh`.",
    "FileNotFoundError": "Put the file or share back. Then run `sna refresh`.",
}
BLOCKED = "DagsterAssetCheckFailedError"
DAGSTERS_WORDS = "from outside the execution context"
CLOSED = ("A gate is closed: what was delivered or built does not hold what it must.", REMEDIES["GateClosed"])
OCCUPIED = "Close the program that has warehouse.duckdb open; BI tools open sna_marts.duckdb instead. Then run `sna refresh`."
UNKNOWN = "Open the run in the web UI and read the step's error. Then run `sna refresh`, which begins where it is safe."
GONE = (
    "As a rule nothing: the next refresh removes what was left half done. If this comes again, read the run's log in the web UI."
)


@dataclass(frozen=True)
class Alert:
    """One failed run in plain words.

    Attributes:
        steps: (step, why it failed, what to do).
        again: whether the run is tried again by itself.
    """

    run_id: str
    steps: tuple[tuple[str, str, str], ...]
    again: bool = False

    @property
    def subject(self) -> str:
        return f"Serious violence warehouse: refresh {self.run_id[:8]} failed"

    @property
    def text(self) -> str:
        """The whole message."""
        lines = [self.subject + ".", ""]
        for step, why, remedy in self.steps:
            lines += [f"Stopped at: {step}", f"Why: {why}", f"What to do: {remedy}", ""]
        if self.again:
            lines += ["It is tried again by itself; nothing needs doing unless this message comes again.", ""]
        lines.append("What was published before is untouched, and readers still have it.")
        return "\n".join(lines)


def failure_sensor(policy: Operations, environment: Environment) -> dg.SensorDefinition:
    """Tells of every failed run of the daemon on the channels of an environment."""

    @dg.run_failure_sensor(
        name="tell_of_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells of failed runs in the log{''.join(f', {name}' for name in environment.alerts)}.",
    )
    def tell_of_failures(context: dg.RunFailureSensorContext) -> None:
        tell(alert_of(context), policy, environment, context.log)

    return tell_of_failures


def alert_of(context: dg.RunFailureSensorContext) -> Alert:
    """What is to be told of a failed run."""
    run = context.dagster_run
    failed = [event for event in context.get_step_failure_events() if event.event_type_value == "STEP_FAILURE"]
    steps = tuple((str(event.step_key).replace("__", "/"), *_why(event.step_failure_data.error)) for event in failed)
    if not steps:
        # A run that was reported by others than its own process has no such data, whatever the type says.
        error = getattr(context.failure_event.event_specific_data, "error", None)
        steps = (("before the first step", *_why(error)) if error else ("the run itself", *_gone(context)),)
    return Alert(run.run_id, steps, again=run.tags.get(WILL_RETRY_TAG) == "true")


def tell(alert: Alert, policy: Operations, environment: Environment, log: Logger) -> None:
    """Write to the log and to every channel; a channel that fails is a line in the log and nothing more."""
    log.error(alert.text)
    for name in environment.alerts:
        channel = policy.alerts[name]
        send: Callable[[Any, Alert], str | None] = _post if isinstance(channel, Webhook) else _mail
        try:
            missing = send(channel, alert)
        except Exception as error:
            # Words of a failed connection may hold the address, which is a secret.
            told = f"{type(error).__name__} {getattr(error, 'code', None) or getattr(error, 'errno', None) or ''}".strip()
            log.error(f"The alert did not reach {name}: {told}.")
        else:
            log.info(f"{name} is passed over: {missing} is not set." if missing else f"{name} was told.")


def _why(error: "SerializableErrorInfo | None") -> tuple[str, str]:
    """Why a step failed and what to do, from the first error whose words may be passed on, or the innermost one."""
    while error is not None and error.cause is not None and _remedy(error.cls_name) is None:
        error = error.cause
    name = (error.cls_name if error else None) or "no error was recorded"
    words = re.sub(rf"^[\w.]*\b{name}: ", "", error.message.strip()) if error else ""
    if name == BLOCKED:
        return CLOSED
    if HELD in words:
        return words[words.index(HELD) :], OCCUPIED
    if remedy := _remedy(name):
        return words or name, remedy
    return (
        f"An error that was not foreseen ({name.rpartition('.')[2]}); its words may quote data and stay in the run's log.",
        UNKNOWN,
    )


def _remedy(name: str | None) -> str | None:
    """What to do about an error of this class; None where its words may not be passed on."""
    if name is None or name in REMEDIES:
        return REMEDIES.get(name or "")
    kind = getattr(builtins, name, None)
    return REMEDIES["OSError"] if isinstance(kind, type) and issubclass(kind, OSError) else None


def _gone(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """A run that others reported as failed; Dagster's words for that say nothing to a person."""
    told = context.failure_event.message
    return told if told and DAGSTERS_WORDS not in told else "Its process ended before it could say why.", GONE


def _post(channel: Webhook, alert: Alert) -> str | None:
    """Send to a webhook; returns the variable that is not set, if one is not."""
    url = os.environ.get(channel.url_variable)
    if not url:
        return channel.url_variable
    body = json.dumps({"text": alert.text}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    if request.type not in ("http", "https"):
        raise ValueError("the webhook's address is not one of http or https")
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        return None


def _mail(channel: Smtp, alert: Alert) -> str | None:
    """Send a mail; returns the variable that is not set, if one is not."""
    host = os.environ.get(channel.host_variable)
    if not host:
        return channel.host_variable
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = alert.subject, channel.sender, ", ".join(channel.recipients)
    message.set_content(alert.text)
    with smtplib.SMTP(host, channel.port, timeout=TIMEOUT_SECONDS) as server:
        if channel.starttls:
            server.starttls(context=ssl.create_default_context())
        if channel.user_variable and channel.password_variable:
            server.login(os.environ[channel.user_variable], os.environ[channel.password_variable])
        server.send_message(message)
    return None
