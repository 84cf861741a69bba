import pytest

from orchestration.vault_runs.knife_carriers import due_quarters


@pytest.mark.parametrize(
    ("delivered", "counted", "due"),
    [
        ({"2024-Q1"}, set(), ["2024-Q1"]),
        ({"2024-Q1", "2024-Q2"}, {"2024-Q1"}, ["2024-Q2"]),
        # All at once, as where a warehouse is made of a whole folder: as if they had come one by one.
        ({"2024-Q2", "2025-Q1", "2024-Q1"}, set(), ["2024-Q1", "2024-Q2", "2025-Q1"]),
        # One that came late.
        ({"2024-Q1", "2024-Q2", "2024-Q3"}, {"2024-Q1", "2024-Q3"}, ["2024-Q2"]),
        # Something else that a run reads was corrected.
        ({"2024-Q1", "2024-Q2"}, {"2024-Q1", "2024-Q2"}, ["2024-Q2"]),
    ],
)
def test_each_quarter_of_a_demonstration_has_a_run(delivered, counted, due):
    assert due_quarters(delivered, counted) == due
