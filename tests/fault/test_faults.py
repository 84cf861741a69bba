"""The short version of `make fault`: at least 25 kills and every other fault once, each refresh recovered from."""

import pytest

from orchestration.home.instance import HISTORY
from tests.fault import changing, damage, faults, kills, lost_permissions, service_runs
from tests.fault.bench import Bench
from tests.fault.kills import Kill, Trial, recover

pytestmark = [pytest.mark.xdist_group("fault"), pytest.mark.slow]
SEED = 11


@pytest.fixture(scope="module")
def bench(county, tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("fault"), county.raw) as made:
        # Before anything is broken, for it puts the home back.
        assert made.undisturbed
        yield made


def test_a_refresh_recovers_however_often_it_was_killed(bench):
    trials = [kills.attempt(bench, kill) for kill in kills.chains(bench, 2, SEED, landing=11, late=2)]
    assert [(trial.what, trial.problems) for trial in trials if not trial.passed] == []
    assert sum(trial.kills for trial in trials) >= 25


def test_the_installed_command_is_no_different(bench):
    trial = kills.attempt(bench, Kill("command", steps=12, delay=0.3))
    assert (trial.kills, trial.problems) == (1, [])


def test_a_killed_first_refresh_leaves_nothing_in_the_way(bench):
    trial = kills.attempt(bench, kills.of_the_first_refresh(bench, 1, SEED)[0])
    assert (trial.kills, trial.problems) == (1, [])


def test_the_landing_zone_may_be_emptied_of_what_was_landed(bench):
    assert faults.emptied_landing_zone(bench).problems == []


@pytest.mark.parametrize("what", ["half of the file", "a data block overwritten"])
def test_a_damaged_warehouse_is_noticed_and_rebuilt(bench, what):
    assert faults.damaged_warehouse(what)(bench).problems == []


@pytest.mark.parametrize("harm", [damage.record(damage.overwritten), damage.rows(damage.deleted)])
def test_damage_to_the_landing_log_is_mended_by_the_command_that_is_named(bench, harm):
    assert faults.trial("", "", harm, damage.REPAIR)(bench).problems == []


@pytest.mark.parametrize("strike", [service_runs.refresh_meanwhile, service_runs.killed(1)])
def test_a_run_of_the_web_ui_is_neither_disturbed_nor_left_behind(bench, strike):
    assert faults.trial("", "", strike)(bench).problems == []


STRIKES = {
    "full disk": faults.full_disk(1 << 20),
    "quota": faults.limited_files(64 << 10),
    "read-only home": faults.read_only_home,
    "vanished delivery": faults.vanished(faults.LISTED),
    "growing delivery": changing.growing,
    "link out of the landing zone": changing.linked("copied"),
    "closed folder of deliveries": lost_permissions.delivery(faults.CRIMES),
    "closed landing log": lost_permissions.of_home(f"landing/{faults.CRIMES}", lost_permissions.CLOSED),
    "record of a later version": damage.record_of_a_later_version,
    "lost key": damage.key("", None, "is gone"),
    "clock set back": faults.wrong_clock(-faults.DAY),
    # Publishes nothing, since the one before has.
    "damaged history": damage.history(HISTORY[0], damage.overwritten),
}


def test_a_refresh_recovers_from_one_misfortune_after_the_other(bench):
    """Each is reported in a sentence and spares what is published; one refresh then recovers from all of them."""
    trial, left_out = Trial("", ""), []
    bench.put_back()
    for name, strike in STRIKES.items():
        try:
            strike(bench, trial)
        except faults.NotPermitted as why:
            left_out.append(f"{name}: {why}")
        assert trial.problems == [], name
    recover(bench, trial)
    assert trial.problems == []
    if left_out:
        pytest.skip(f"all but what this machine does not permit: {'; '.join(left_out)}")
