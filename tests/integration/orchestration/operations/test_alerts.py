"""A failed run is reported in plain words, on every channel, without a value of a row, and whatever the channels do."""

import logging
import socketserver
import threading
from email import message_from_string
from email.policy import default as mail_policy

import dagster as dg
import pytest

from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration
from orchestration.operations.alerts import failure_sensor
from orchestration.warehouse.gates import GateNotPassedError
from tests.webhook import webhook

NAME = "Jane Example-Person"


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be handed one message."""

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                # A line that begins with a dot is sent with another before it (RFC 5321, 4.5.2).
                self.server.mails.append(b"".join(line.removeprefix(b".") for line in lines).decode())
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def hook():
    with webhook() as answering:
        yield answering


@pytest.fixture
def post_office():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def instance(tmp_path, monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    with open_instance(Settings(tmp_path / "raw", tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def policy(hook, post_office, monkeypatch):
    """Both channels, on servers of this machine."""
    monkeypatch.setenv("HOOK", hook.url)
    monkeypatch.setenv("POST_OFFICE", "127.0.0.1")
    shipped = configuration.load()
    port = post_office.server_address[1]
    mail = shipped.alerts["email"].model_copy(
        update={"host_variable": "POST_OFFICE", "port": port, "starttls": False, "user_variable": None, "password_variable": None}
    )
    channels = {"webhook": configuration.Webhook(kind="webhook", url_variable="HOOK"), "email": mail}
    return shipped.model_copy(update={"alerts": channels})


def failing(error):
    @dg.op(name="gate_feeds")
    def step():
        raise error

    @dg.job(name="refresh")
    def refresh():
        step()

    return refresh


def raised(instance, policy, *jobs, channels=("webhook", "email")):
    """Run the jobs, then let the sensor look as the daemon does; returns what it logged."""
    sensor = failure_sensor(policy, configuration.Environment(alerts=list(channels)))
    context = dg.build_sensor_context(instance=instance)
    cursor = sensor.evaluate_tick(context).cursor
    for job in jobs:
        assert not job.execute_in_process(instance=instance, raise_on_error=False).success
    lines = []
    for _ in jobs:
        context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=None)
        handler = _Lines(lines)
        context.log.addHandler(handler)
        result = sensor.evaluate_tick(context)
        cursor = result.cursor
        for reaction in result.dagster_run_reactions or []:
            assert reaction.error is None
    return "\n".join(lines)


class _Lines(logging.Handler):
    def __init__(self, lines):
        super().__init__()
        self.lines = lines

    def emit(self, record):
        self.lines.append(record.getMessage())


def test_a_failed_validation_is_reported_on_every_channel_with_step_reason_and_remedy(instance, policy, hook, post_office):
    raised(instance, policy, failing(GateNotPassedError("Validation of the feeds failed: police_uk/street: rows as usual.")))
    (posted,) = hook.posted
    for words in (
        "Stopped at: gate_feeds",
        "Why: Validation of the feeds failed: police_uk/street: rows as usual.",
        "What to do: `sna status --build`",
        "What was published before is untouched",
    ):
        assert words in posted["text"]
    (mail,) = post_office.mails
    message = message_from_string(mail, policy=mail_policy)
    assert message["To"] == "data-engineering@example.org"
    assert message["Subject"].startswith("Serious violence warehouse: refresh ")
    assert message.get_content().replace("\r\n", "\n").strip() == posted["text"]


def test_words_that_may_quote_a_row_are_not_passed_on(instance, policy, hook, post_office):
    said = raised(instance, policy, failing(ValueError(f"Could not convert string '{NAME}' to INT32")))
    assert "ValueError" in hook.posted[0]["text"]
    assert NAME not in hook.posted[0]["text"] + post_office.mails[0] + said


def test_the_remedy_fits_the_reason(instance, policy, hook):
    jobs = [failing(OSError(28, "No space left on device", "warehouse.duckdb")), failing(TimeoutError(110, "Timed out"))]
    raised(instance, policy, *jobs, channels=["webhook"])
    full, broken = (post["text"] for post in hook.posted)
    assert "No space left on device" in full and "has space" in full
    assert "Timed out" in broken and "is mounted" in broken


def test_a_channel_that_fails_stops_neither_the_others_nor_the_sensor(instance, policy, hook, post_office, monkeypatch):
    secret = f"{hook.url}/refuse"
    monkeypatch.setenv("HOOK", secret)
    said = raised(instance, policy, failing(GateNotPassedError("closed")))
    assert len(post_office.mails) == 1
    assert "The alert did not reach webhook: HTTPError 500." in said
    assert secret not in said


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/secret", "not an address/secret", "file:///etc/secret"])
def test_an_address_that_leads_nowhere_is_a_line_in_the_log_without_the_address(instance, policy, monkeypatch, address):
    monkeypatch.setenv("HOOK", address)
    said = raised(instance, policy, failing(GateNotPassedError("closed")), channels=["webhook"])
    assert "The alert did not reach webhook" in said
    assert "secret" not in said


def test_without_channels_or_their_variables_the_log_has_it(instance, policy, monkeypatch):
    monkeypatch.delenv("HOOK")
    said = raised(instance, policy, failing(GateNotPassedError("closed")), channels=["webhook"])
    assert "Stopped at: gate_feeds" in said
    assert "webhook skipped: HOOK is not set." in said


@pytest.mark.parametrize(
    ("reported", "why"),
    [
        ("The process of this run is gone: it was killed, or its machine was switched off.", "The process of this run is gone"),
        (None, "Its process died without an error message."),
    ],
)
def test_a_run_whose_process_died_is_reported_as_such(instance, policy, hook, reported, why):
    sensor = failure_sensor(policy, configuration.Environment(alerts=["webhook"]))
    cursor = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).cursor
    run = instance.create_run_for_job(failing(ValueError()), status=dg.DagsterRunStatus.STARTED)
    instance.report_run_failed(run, reported)
    result = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))
    assert [reaction.error for reaction in result.dagster_run_reactions] == [None]
    (posted,) = hook.posted
    assert f"Why: {why}" in posted["text"]
    assert "Usually nothing" in posted["text"]
