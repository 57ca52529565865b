"""What a submission is expected to be worth, at which share of positives, and with which doubt."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from bench.ensemble.blend import Blend
from bench.ensemble.foresight import Foresight, foresee
from bench.ensemble.submission import HandedIn
from bench.report.expected import expected_sentences, expected_table, foretell, read_foretold, write_expected
from bench.score.objective import Objective
from bench.score.outlook import Kind
from bench.score.ranking import score_trial


def scores(rows: int, rate: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < rate).astype(np.int8)
    return y, 1 / (1 + np.exp(3 - 2.5 * y - rng.normal(size=rows)))


def leads(rate: float) -> tuple[Kind, np.ndarray]:
    """Return labelled leads at 8 % positives that stand for 5,000 at ``rate``, and the outcomes of those."""
    y, p = scores(6000, 0.08, 1)
    truth, asked = scores(5000, rate, 2)
    none = np.full(len(asked), -1)
    return Kind("all", y, p, np.arange(6000) % 5, np.full(6000, -1), np.ones(6000), asked, none), truth


def foreseen(rate: float, policy: float | str) -> tuple[Foresight, float]:
    kind, truth = leads(rate)
    told = foresee([kind], float(kind.y.mean()), policy, Objective())
    return told, f1_score(truth, kind.asked >= told.chosen.threshold)


def test_the_estimated_rate_makes_the_expected_f1_come_true() -> None:
    told, came_true = foreseen(0.35, "estimate")
    assert told.estimate is not None
    assert told.chosen.rate == told.estimate.rate == pytest.approx(0.35, abs=0.04)
    assert told.chosen.counts.f1 == pytest.approx(came_true, abs=0.03)
    assert told.estimate.fits


def test_a_given_rate_is_the_one_used() -> None:
    told, came_true = foreseen(0.35, 0.35)
    assert (told.chosen.rate, told.policy) == (0.35, "given")
    assert told.chosen.counts.f1 == pytest.approx(came_true, abs=0.03)


def test_rows_like_the_labelled_ones_are_expected_to_score_like_them() -> None:
    told, came_true = foreseen(0.08, "train")
    assert told.chosen.rate == told.train_rate
    assert told.chosen.counts.f1 == pytest.approx(came_true, abs=0.06)
    assert "not for" not in " ".join(expected_sentences(told))


def test_another_rate_than_the_labelled_one_is_said() -> None:
    told, _ = foreseen(0.35, "train")
    expected, spoken = expected_sentences(told)
    assert expected.startswith(
        "Expected of these 5,000 rows (5,000 taken to be like the labelled ones) if 8.0% of them"
    )
    assert "not for 8.0%." in spoken
    assert "positive_rate in [submission] decides" in spoken


def test_a_higher_rate_calls_more_rows_in_the_table() -> None:
    told, _ = foreseen(0.35, 0.3)
    called = [row.predicted_positives for row in told.table]
    assert called == sorted(called)
    table = expected_table(foretell(handed_in(told, Path("submission.csv")), []).table)
    assert len(table.rows) == len(told.table)
    origins = [row[table.columns.index("which it is")] for row in table.rows]
    assert [sum(name in origin for origin in origins) for name in ("chosen", "train", "estimate")] == [1, 1, 1]


def test_scores_that_are_no_mixture_raise_a_doubt() -> None:
    kind, _ = leads(0.35)
    # Something else than the rate has changed: many rows look half-way like positives.
    strange = replace(kind, asked=np.where(np.arange(5000) % 2, 0.25 + kind.asked / 100, kind.asked))
    told = foresee([strange], 0.08, "estimate", Objective())
    assert told.estimate is not None
    assert not told.estimate.fits
    assert expected_sentences(told)[-1].startswith("Doubt: the scores to predict are no mixture")


def test_scores_that_tell_nothing_give_no_estimate() -> None:
    kind, _ = leads(0.35)
    blind = replace(kind, probability=np.full(6000, 0.08), asked=np.full(5000, 0.08))
    told = foresee([blind], 0.08, "estimate", Objective())
    assert told.estimate is None
    assert told.chosen.rate == 0.08
    assert "no share of positives can be estimated" in expected_sentences(told)[-1]


def handed_in(told: Foresight, path: Path) -> HandedIn:
    y, p = scores(300, 0.3, 3)
    score = score_trial(y, p[None], (np.arange(300) % 3)[None], Objective())
    return HandedIn(path, 5000, Blend.of_one("t", score), told, "1a2b")


def test_what_was_said_of_a_submission_is_read_again(tmp_path: Path) -> None:
    told, _ = foreseen(0.35, 0.35)
    written = write_expected(handed_in(told, tmp_path / "submission.csv"), [], tmp_path)
    assert read_foretold(tmp_path) == written
    assert written.chosen is not None
    assert written.chosen.positive_rate == 0.35
    assert (tmp_path / "expected.csv").read_text().count("\n") == 1 + len(told.table)
    (tmp_path / "expected.json").write_text(json.dumps({"torn": 1}))
    assert read_foretold(tmp_path) is None
    assert read_foretold(tmp_path / "nowhere") is None


def test_what_an_earlier_version_said_is_read_and_a_damaged_table_left_out(tmp_path: Path) -> None:
    told, _ = foreseen(0.35, 0.35)
    written = write_expected(handed_in(told, tmp_path / "submission.csv"), [], tmp_path)
    old = {"members": {"t": 1.0}, "sentences": written.sentences, "table": ["| assumed rate |", "| ---: |"]}
    (tmp_path / "expected.json").write_text(json.dumps(old))
    assert read_foretold(tmp_path) == written
    for damage in ("positive_rate,origin\n0.1,chosen\n", "\x00", (tmp_path / "expected.csv").read_text()[:-9] + ",x\n"):
        (tmp_path / "expected.csv").write_text(damage)
        assert read_foretold(tmp_path) == replace(written, table=[])


def test_nobody_or_everyone_positive_by_the_scores_is_an_estimate_too() -> None:
    kind, _ = leads(0.35)
    for all_alike in (0.001, 0.9999):
        told = foresee([replace(kind, asked=np.full(5000, all_alike))], 0.08, "estimate", Objective())
        assert told.estimate is not None
        assert 0 < told.chosen.rate < 1
        assert told.chosen.rate == told.estimate.rate


def test_where_nothing_can_be_estimated_the_labelled_share_is_said_to_be_used() -> None:
    kind, _ = leads(0.35)
    blind = replace(kind, probability=np.full(6000, 0.08), asked=np.full(5000, 0.08))
    assert foresee([blind], 0.08, "estimate", Objective()).policy == "train"
