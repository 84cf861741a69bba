import pytest

from orchestration.text.plurals import counted


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "new delivery", "1 new delivery"),
        (0, "new delivery", "0 new deliveries"),
        (2_000, "row", "2,000 rows"),
        (3, "day", "3 days"),
        (1, "feed", "1 feed"),
    ],
)
def test_a_number_has_its_noun(number, noun, text):
    assert counted(number, noun) == text
