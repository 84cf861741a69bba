"""Alerts about failed unattended runs: which step, why, what to do, and that the published release is unchanged.

Alerts go to the log, and to webhook and mail where the environment declares them. They never contain a value of a row: the
message of an error is passed on only where this project wrote it, or where it is about files and processes.
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
    "GateNotPassedError": "`sna status --build` names each failed expectation and its remedy. Correct the delivery or the rule.",
    "PublicationError": "`sna status` shows what is published. Inform whoever maintains the warehouse.",
    "ReportError": "Then run `sna report`.",
    "SpecificationError": "Correct the specification of the report. Then run `sna report`.",
    "SettingsError": "Correct the setting, then restart the service.",
    "NothingDeliveredError": "Then run `sna refresh`.",
    "NotDeliveredError": "Then run `sna refresh`.",
    "ContractError": "Correct the contract, then restart the service.",
    "RedactedError": "Report the kind and the place to whoever maintains the code. Then run `sna refresh`.",
    "NotEnoughMemoryError": "Then run `sna refresh`.",
    "HomeLockedError": "Close that program, or wait for that process; end it if it hangs. Then run `sna refresh`.",
    "OSError": "Check that the disk or share is mounted, has space, and is writable by the service. Then run `sna refresh`.",
    "PermissionError": "Grant the service access to that file or folder. Then run `sna refresh`.",
    "FileNotFoundError": "Restore the file or share. Then run `sna refresh`.",
}
REPORT = "published/report"
BLOCKED = "DagsterAssetCheckFailedError"
DAGSTERS_WORDS = "from outside the execution context"
CLOSED = ("A gate did not pass: the validation of what was delivered or built failed.", REMEDIES["GateNotPassedError"])
OCCUPIED = "Close the program that has warehouse.duckdb open; BI tools open sna_marts.duckdb instead. Then run `sna refresh`."
UNKNOWN = "Open the run in the web UI and read the step's error. Then run `sna refresh`, which restarts from a safe point."
GONE = "Usually nothing: the next refresh removes unfinished work. If this happens again, read the run's log in the web UI."


@dataclass(frozen=True)
class Alert:
    """One failed run in plain words.

    Attributes:
        steps: (step, why it failed, what to do).
        again: whether the run is retried automatically.
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
            lines += ["It will be retried automatically; no action is needed unless this message comes again.", ""]
        if [step for step, _, _ in self.steps] == [REPORT]:
            lines.append("The release is published. The report that readers have is the former one; each page names its release.")
        else:
            lines.append("What was published before is untouched, and readers still have it.")
        return "\n".join(lines)


def failure_sensor(policy: Operations, environment: Environment) -> dg.SensorDefinition:
    """A sensor that reports every failed run of the daemon on the channels of an environment."""

    @dg.run_failure_sensor(
        name="failure_alerts",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Reports failed runs to the log{''.join(f', {name}' for name in environment.alerts)}.",
    )
    def failure_alerts(context: dg.RunFailureSensorContext) -> None:
        send(alert_of(context), policy, environment, context.log)

    return failure_alerts


def alert_of(context: dg.RunFailureSensorContext) -> Alert:
    """The alert about a failed run."""
    run = context.dagster_run
    failed = [event for event in context.get_step_failure_events() if event.event_type_value == "STEP_FAILURE"]
    steps = tuple((str(event.step_key).replace("__", "/"), *_why(event.step_failure_data.error)) for event in failed)
    if not steps:
        # A run that was reported by others than its own process has no such data, whatever the type says.
        error = getattr(context.failure_event.event_specific_data, "error", None)
        steps = (("before the first step", *_why(error)) if error else ("the run itself", *_gone(context)),)
    return Alert(run.run_id, steps, again=run.tags.get(WILL_RETRY_TAG) == "true")


def send(alert: Alert, policy: Operations, environment: Environment, log: Logger) -> None:
    """Write to the log and to every channel; a channel that fails is a line in the log and nothing more."""
    log.error(alert.text)
    for name in environment.alerts:
        channel = policy.alerts[name]
        post: Callable[[Any, Alert], str | None] = _post if isinstance(channel, Webhook) else _mail
        try:
            missing = post(channel, alert)
        except Exception as error:
            # The message of a failed connection may contain the address, which is a secret.
            reason = f"{type(error).__name__} {getattr(error, 'code', None) or getattr(error, 'errno', None) or ''}".strip()
            log.error(f"The alert did not reach {name}: {reason}.")
        else:
            log.info(f"{name} skipped: {missing} is not set." if missing else f"{name}: alert sent.")


def _why(error: "SerializableErrorInfo | None") -> tuple[str, str]:
    """Why a step failed and what to do, from the first error whose message may be passed on, or the innermost one."""
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
        f"Unexpected error ({name.rpartition('.')[2]}). Its message may quote data and is only in the run's log.",
        UNKNOWN,
    )


def _remedy(name: str | None) -> str | None:
    """What to do about an error of this class; None where its message may not be passed on."""
    if name is None or name in REMEDIES:
        return REMEDIES.get(name or "")
    kind = getattr(builtins, name, None)
    return REMEDIES["OSError"] if isinstance(kind, type) and issubclass(kind, OSError) else None


def _gone(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """A run that another process reported as failed; Dagster's own message for that is of no use to a person."""
    message = context.failure_event.message
    return message if message and DAGSTERS_WORDS not in message else "Its process died without an error message.", GONE


def _post(channel: Webhook, alert: Alert) -> str | None:
    """Send to a webhook; returns the variable that is not set, if one is not."""
    url = os.environ.get(channel.url_variable)
    if not url:
        return channel.url_variable
    body = json.dumps({"text": alert.text}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    if request.type not in ("http", "https"):
        raise ValueError("the webhook's address must be http or https")
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
