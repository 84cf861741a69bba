"""A step that ends with an error that quotes a value leaves nothing of it in the run's log."""

import dagster as dg
import duckdb

from orchestration.operations.retries import retried
from tests.decoded import holders

NAME = "Quibblethwaite"


def run(function, folder) -> dg.ExecuteInProcessResult:
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        return dg.materialize([dg.asset(name="step")(function)], instance=instance, raise_on_error=False)


def test_no_value_gets_into_the_event_log(tmp_path):
    def step(context: dg.AssetExecutionContext) -> None:
        try:
            duckdb.execute("select cast($1 as integer)", [NAME])
        except duckdb.Error as error:
            raise ValueError(f"cannot use {NAME}") from error

    assert not run(retried(step), tmp_path / "retried").success
    assert not run(step, tmp_path / "plain").success
    found = holders([tmp_path / "retried"], [NAME, "RedactedError"])
    assert found and all(words == {"RedactedError"} for words in found.values())
    assert holders([tmp_path / "plain"], [NAME])
