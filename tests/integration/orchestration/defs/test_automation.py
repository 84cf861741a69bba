"""What runs automatically: where it is declared and nowhere else, at the right time, and once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from orchestration.contracts.reader import load_contracts
from orchestration.defs.automation import DELIVERIES_TAG, automation, landing_zone_sensor, monthly_refresh, retention_schedule
from orchestration.defs.retention_job import retention_job
from orchestration.home import lock
from orchestration.home.environment import SettingsError
from orchestration.home.instance import open_instance
from orchestration.home.settings import Settings
from orchestration.operations import configuration
from tests.press import make_press

LONDON = ZoneInfo("Europe/London")


@dg.op
def nothing():
    pass


@dg.job(name="refresh")
def refresh():
    nothing()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    return Settings(tmp_path / "raw", tmp_path / "home")


@pytest.fixture
def instance(settings):
    with open_instance(settings) as opened:
        yield opened


class TestDeclaredPerEnvironment:
    def declared(self, settings, monkeypatch, environment):
        if environment is None:
            monkeypatch.delenv("SNA_ENVIRONMENT", raising=False)
        else:
            monkeypatch.setenv("SNA_ENVIRONMENT", environment)
        schedules, sensors = automation(settings, list(load_contracts().values()), refresh)
        return {s.name: s.default_status.value for s in (*schedules, *sensors)}

    @pytest.mark.parametrize(
        ("environment", "names"),
        [
            (None, set()),
            ("development", {"failure_alerts"}),
            ("acceptance", {"failure_alerts", "landing_zone"}),
            ("production", {"failure_alerts", "landing_zone", "monthly_refresh", "retention"}),
        ],
    )
    def test_what_an_environment_declares_is_on_and_the_rest_does_not_exist(self, settings, monkeypatch, environment, names):
        assert self.declared(settings, monkeypatch, environment) == dict.fromkeys(names, "RUNNING")

    def test_an_unknown_environment_stops_the_code_location(self, settings, monkeypatch):
        with pytest.raises(SettingsError, match="'staging'"):
            self.declared(settings, monkeypatch, "staging")


class TestMonthlyRefresh:
    def ticks(self, day, hour, start, count):
        schedule = monthly_refresh(configuration.Monthly(day=day, hour=hour), refresh)
        iterator = schedule_execution_time_iterator(
            datetime(*start, tzinfo=LONDON).timestamp(), schedule.cron_schedule, schedule.execution_timezone
        )
        return schedule, [next(iterator).astimezone(LONDON) for _ in range(count)]

    def test_it_fires_once_a_month_at_the_same_time_of_day_in_summer_and_winter(self):
        _, ticks = self.ticks(5, 6, (2026, 1, 1), 24)
        assert [(t.year, t.month) for t in ticks] == [(y, m) for y in (2026, 2027) for m in range(1, 13)]
        assert {(t.day, t.hour, t.minute) for t in ticks} == {(5, 6, 0)}
        assert {t.utcoffset().total_seconds() for t in ticks} == {0, 3600}

    @pytest.mark.parametrize("hour", [0, 1, 2, 3])
    def test_on_the_night_when_the_clocks_go_forward_it_fires_once(self, hour):
        """28 March 2027, when 01:00 to 02:00 is left out: what was due then is due when it is over."""
        _, ticks = self.ticks(28, hour, (2027, 3, 1), 2)
        assert (ticks[0].month, ticks[0].day, ticks[0].hour) == (3, 28, 2 if hour == 1 else hour)
        assert (ticks[1].month, ticks[1].day, ticks[1].hour) == (4, 28, hour)

    @pytest.mark.parametrize("hour", [0, 1, 2, 3])
    def test_on_the_night_when_the_clocks_go_back_it_fires_once(self, hour):
        """28 October 2029, when 01:00 to 02:00 comes twice."""
        _, ticks = self.ticks(28, hour, (2029, 10, 1), 2)
        assert [(t.month, t.day, t.hour) for t in ticks] == [(10, 28, hour), (11, 28, hour)]

    def test_a_tick_asks_for_one_run_of_everything(self, instance):
        schedule, (tick,) = self.ticks(5, 6, (2026, 4, 1), 1)
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=tick)
        (request,) = schedule.evaluate_tick(context).run_requests
        assert request.partition_key is None


class TestLandingZone:
    @pytest.fixture
    def sensor(self, settings):
        zone = configuration.LandingZone(check_every_seconds=30, settle_seconds=0)
        return landing_zone_sensor(settings, list(load_contracts().values()), zone, refresh)

    def tick(self, sensor, instance, cursor):
        result = sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))
        return result.run_requests or [], result.skip_message, result.cursor

    def deliver(self, settings, name="2024-01-kent.csv", feed="street"):
        path = settings.raw / "police_uk" / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Crime ID\n")

    def test_new_files_are_one_run_that_names_their_partitions_and_they_start_no_other(self, settings, instance, sensor):
        self.deliver(settings)
        self.deliver(settings, feed="outcomes")
        (request,), _, cursor = self.tick(sensor, instance, None)
        assert request.tags[DELIVERIES_TAG] == "police_uk/outcomes/2024-01, police_uk/street/2024-01"
        assert self.tick(sensor, instance, cursor)[:2] == ([], "No new delivery.")
        self.deliver(settings, "2024-02-kent.csv")
        (second,), _, _ = self.tick(sensor, instance, cursor)
        assert second.run_key != request.run_key
        assert second.tags[DELIVERIES_TAG] == "police_uk/street/2024-02"

    def test_while_a_refresh_holds_the_home_files_wait_and_the_tick_says_for_whom(self, settings, instance, sensor):
        self.deliver(settings)
        with lock.hold(settings.home):
            requests, reason, cursor = self.tick(sensor, instance, None)
        assert requests == []
        assert "2024-01-kent.csv waits: process " in reason
        assert len(self.tick(sensor, instance, cursor)[0]) == 1

    def test_while_a_run_is_about_to_start_files_wait(self, settings, instance, sensor):
        self.deliver(settings)
        run = instance.create_run_for_job(refresh, status=dg.DagsterRunStatus.STARTING)
        requests, reason, cursor = self.tick(sensor, instance, None)
        assert (requests, run.run_id[:8] in reason) == ([], True)
        instance.report_run_canceled(run)
        assert len(self.tick(sensor, instance, cursor)[0]) == 1

    def test_a_file_that_still_changes_holds_the_others_back(self, settings, instance):
        zone = configuration.LandingZone(check_every_seconds=30, settle_seconds=3600)
        patient = landing_zone_sensor(settings, list(load_contracts().values()), zone, refresh)
        self.deliver(settings)
        requests, reason, _ = self.tick(patient, instance, None)
        assert requests == []
        assert reason == "Waiting until police_uk/street/2024-01-kent.csv has stopped changing."


class TestRetention:
    def test_the_schedule_removes_what_the_policy_no_longer_keeps(self, tmp_path, monkeypatch):
        press = make_press(tmp_path)
        for name in ("SNA_RAW", "SNA_HOME", "SNA_WAREHOUSE", "DAGSTER_HOME"):
            monkeypatch.setenv(name, "")
        settings = Settings(tmp_path / "raw", tmp_path / "home")
        policy = configuration.DEFAULT.read_text().replace("  releases: 24", "  releases: 1").replace("  runs: 24", "  runs: 1")
        (tmp_path / "operations.yaml").write_text(policy)
        monkeypatch.setenv("SNA_OPERATIONS", str(tmp_path / "operations.yaml"))
        old, new = press.publish("1"), press.publish("2")
        with open_instance(settings) as instance:
            before = refresh.execute_in_process(instance=instance).run_id
            last = refresh.execute_in_process(instance=instance).run_id
            assert retention_job.execute_in_process(instance=instance).success
            runs = {record.dagster_run.run_id for record in instance.get_run_records()}
        assert (old.folder.exists(), new.folder.exists()) == (False, True)
        assert last in runs and before not in runs

    def test_it_runs_on_its_day_and_hour_in_london(self):
        schedule = retention_schedule(configuration.Monthly(day=20, hour=6))
        assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 20 * *", "Europe/London")
