"""The ensemble in words and in its table."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.ensemble.blend import Blend
from bench.ensemble.judge import Verdict
from bench.ensemble.members import members
from bench.plan.grid import Trial
from bench.record.columns import ENSEMBLE
from bench.report.ensemble import blend_sentence, ensemble_markdown, write_ensemble
from bench.score.combine import Combination, scale_of
from bench.score.objective import Objective
from bench.score.ranking import score_trial
from tests.components.catalogue import trial

F1 = Objective()
N = 60
FOLD_OF = (np.arange(N) % 3)[None]
Y = (np.arange(N) % 4 == 0).astype(np.int8)
PLAN: list[Trial] = [trial(model=name) for name in ("logistic", "lightgbm")]
IDS = [one.id for one in PLAN]


def judged() -> Verdict:
    """Return a verdict for an ensemble of two."""
    rng = np.random.default_rng(0)
    known = {one: np.clip(0.3 + 0.3 * Y + 0.2 * rng.normal(size=N), 0, 1)[None] for one in IDS}
    scales = {one: scale_of(Y, known[one][0]) for one in IDS}
    made = Combination(dict(zip(IDS, (0.75, 0.25), strict=True)), scales)
    score = score_trial(Y, made(known), FOLD_OF, F1)
    ensemble, single = Blend(made, score, score.threshold), Blend.of_one(IDS[0], score)
    described = members(Y, known, FOLD_OF, F1, ensemble)
    return Verdict({IDS[0]: score}, single, ensemble, ensemble, described)


def test_the_sentence_says_what_the_ensemble_is_worth_and_who_wins() -> None:
    verdict = judged()
    assert verdict.ensemble is not None
    sentence = blend_sentence(verdict, F1)
    assert sentence.startswith(f"Ensemble of 2: F1 {verdict.ensemble.score.counts.f1:.4f}, precision ")
    assert sentence.endswith(": the ensemble wins.")
    assert blend_sentence(replace(verdict, winner=verdict.single), F1).endswith(": the best single trial wins.")


def test_the_table_has_a_row_for_each_member() -> None:
    verdict = judged()
    lines = ensemble_markdown(verdict.members, PLAN, F1)
    assert lines[0].startswith("| member | configuration | weight | F1 alone |")
    assert lines[2].startswith(f"| {IDS[0]} | {PLAN[0].configuration} | 0.75 | ")
    assert lines[3].startswith(f"| {IDS[1]} | {PLAN[1].configuration} | 0.25 | ")


def test_the_file_has_the_described_columns(tmp_path: Path) -> None:
    verdict = judged()
    assert verdict.ensemble is not None
    write_ensemble(verdict.members, verdict.ensemble.combination, PLAN, tmp_path)
    with (tmp_path / "ensemble.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(ENSEMBLE)
    assert [row["trial"] for row in rows] == IDS
    assert rows[0]["most_alike"] == IDS[1]
    assert float(rows[0]["most_overlap"]) == float(rows[0]["overlap"])
    assert float(rows[1]["weight"]) == 0.25


def test_an_ensemble_of_one_shares_no_errors(tmp_path: Path) -> None:
    verdict = judged()
    alone = [replace(verdict.members[0], overlap={}, loss=None)]
    assert verdict.ensemble is not None
    write_ensemble(alone, verdict.ensemble.combination, PLAN, tmp_path)
    assert (tmp_path / "ensemble.csv").read_text().splitlines()[1].endswith(",,,,")
    assert ensemble_markdown(alone, PLAN, F1)[2].endswith("|  |  |")
