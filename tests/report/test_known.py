"""What is said of known and of new customers."""

from bench.ensemble.customers import OnCustomers
from bench.report.known import customers_sentence
from bench.score.metrics import Counts

GOOD, BAD = Counts(9, 1, 1, 9), Counts(5, 5, 5, 5)


def test_the_gap_between_known_and_new_customers_is_said() -> None:
    assert customers_sentence(OnCustomers(GOOD, BAD, None, "new")) == (
        "The winner on customers it trained on: F1 0.9000; on new ones 0.5000, 0.4000 less."
    )
    assert customers_sentence(OnCustomers(GOOD, BAD, GOOD, "new")).endswith("less (0.9000 without giant companies).")
    assert customers_sentence(OnCustomers(BAD, GOOD, None, "new")).endswith("on new ones 0.9000, 0.4000 more.")


def test_new_customers_are_not_called_later_rows() -> None:
    assert customers_sentence(OnCustomers(None, BAD, None, "new")) == (
        "The winner on customers it never trained on: F1 0.5000."
    )
    assert customers_sentence(OnCustomers(None, BAD, None, "later")) == (
        "The winner on rows later than those it trained on: F1 0.5000."
    )
