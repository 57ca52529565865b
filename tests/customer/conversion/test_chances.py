"""The chance of a lead is calibrated by other rows, moved to the share that is assumed, and says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from bench.bundle.loaded import Bundle
from bench.bundle.manifest import Policy
from bench.customer.conversion import chances as calibrating
from bench.customer.conversion.chances import Tier, chances, rank_of, score_leads, tier_of, tiers_of
from bench.customer.leads import Leads, Scored
from bench.data.folds import Folds, FoldsSection
from bench.ensemble.customers import Customers
from bench.errors import BundleError
from bench.plan.indices import CustomersSection
from bench.record.store import CellResult, open_store
from bench.score.calibration import calibrate, cross_fitted_calibration, logit
from bench.score.combine import Combination
from bench.score.prior import moved
from tests.audit.tables import dataset_of

ALONE = Combination.of_one("m")
TRAIN = Policy(word="train", assumed_rate=None, called_share=0.1)


@dataclass(frozen=True)
class World:
    """Leads whose chances are known; the scores are too sure of themselves, and twice too low in odds."""

    truth: NDArray[np.float64]
    y: NDArray[np.int8]
    score: NDArray[np.float64]
    truth_open: NDArray[np.float64]
    y_open: NDArray[np.int8]
    score_open: NDArray[np.float64]

    @classmethod
    def made(cls, rows: int, asked: int, seed: int) -> World:
        rng = np.random.default_rng(seed)
        odds = rng.normal(-1.5, 1.5, rows + asked)
        truth, score = expit(odds), expit(1.6 * odds - np.log(2))
        y = (rng.random(rows + asked) < truth).astype(np.int8)
        return cls(truth[:rows], y[:rows], score[:rows], truth[rows:], y[rows:], score[rows:])


def scored(
    folder: Path,
    y: NDArray[np.int8],
    score: NDArray[np.float64],
    asked: NDArray[np.float64] | None = None,
    policy: Policy = TRAIN,
    groups: NDArray[np.int64] | None = None,
    repeats: Sequence[NDArray[np.float64]] = (),
    held_out: NDArray[np.bool_] | None = None,
) -> Scored:
    """Record ``score`` as out-of-fold predictions on five folds, and calibrate it."""
    return chances(customers(folder, y, score, asked, groups, repeats, held_out), ALONE, asked, policy)


def customers(
    folder: Path,
    y: NDArray[np.int8],
    score: NDArray[np.float64],
    asked: NDArray[np.float64] | None = None,
    groups: NDArray[np.int64] | None = None,
    repeats: Sequence[NDArray[np.float64]] = (),
    held_out: NDArray[np.bool_] | None = None,
) -> Customers:
    fold_of = np.arange(len(y)) % 5
    if held_out is not None:
        fold_of = np.where(held_out, fold_of, -1)
    folds = Folds(np.stack([fold_of] * (1 + len(repeats))), "made000000", ())
    submission = None if asked is None else {"x": np.arange(len(asked), dtype=float)}
    dataset = dataset_of({"x": np.arange(len(y), dtype=float)}, y, groups=groups, submission=submission)
    if groups is not None and asked is not None:
        dataset = replace(dataset, submission_groups=np.arange(len(asked)) % 3)
    with open_store(folder, dataset.data_id, folds) as store:
        for repeat, of_repeat in enumerate((score, *repeats)):
            for fold in range(5):
                p = of_repeat[folds.held_out(repeat, fold)]
                store.append(CellResult("m", repeat, fold, "done", probability=p))
    return Customers.of(dataset, FoldsSection(), store, None)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "DRAWS", 60)


def given(rate: float) -> Policy:
    return Policy(word="given", assumed_rate=rate, called_share=0.1)


def test_of_a_hundred_leads_with_an_index_so_many_convert(tmp_path: Path) -> None:
    world = World.made(4_000, 3_000, 1)
    told = scored(tmp_path, world.y, world.score, world.score_open)
    assert told.open is not None
    for leads, truth in ((told.labelled, world.truth), (told.open, world.truth_open)):
        assert np.abs(leads.chance - truth).max() < 0.05
        assert np.abs(leads.score - truth).max() > 0.1  # as the scores were


def test_tiers_are_in_order_and_convert_as_expected(tmp_path: Path) -> None:
    world = World.made(4_000, 3_000, 2)
    leads = scored(tmp_path, world.y, world.score, world.score_open).open
    assert leads is not None
    tier = tier_of(100 * leads.chance, tiers_of(CustomersSection(), float(world.y.mean())))
    came = [world.y_open[tier == name].mean() for name in "ABCD"]
    expected = [leads.chance[tier == name].mean() for name in "ABCD"]
    assert came == sorted(came, reverse=True)
    assert np.abs(np.array(came) - expected).max() < 0.05


def test_intervals_cover_the_true_chance_of_leads_in_95_of_100_tables(tmp_path: Path) -> None:
    held, wide = [], []
    for seed in range(20):
        world = World.made(500, 100, 100 + seed)
        told = scored(tmp_path / str(seed), world.y, world.score, world.score_open)
        assert told.open is not None
        for leads, truth in ((told.labelled, world.truth), (told.open, world.truth_open)):
            held.append(np.mean((leads.low <= truth) & (truth <= leads.high)))
            wide.append(np.mean(leads.high - leads.low))
    assert 0.87 < np.mean(held) <= 0.99  # 20 tables whose leads hang together: 0.95 ± 0.04
    assert np.mean(wide) < 0.15


def test_the_chance_of_a_lead_ignores_the_labels_of_its_fold(tmp_path: Path) -> None:
    world = World.made(400, 5, 3)
    fold = np.arange(400) % 5 == 2
    other = np.where(fold, 1 - world.y, world.y).astype(np.int8)
    one, two = (scored(tmp_path / name, y, world.score) for name, y in (("a", world.y), ("b", other)))
    assert one.labelled.chance[fold].tolist() == two.labelled.chance[fold].tolist()
    assert (one.labelled.chance[~fold] != two.labelled.chance[~fold]).all()


def test_repeats_are_averaged_before_they_are_calibrated(tmp_path: Path) -> None:
    world = World.made(300, 5, 4)
    told = scored(tmp_path, world.y, world.score, repeats=[world.score / 2])
    assert told.labelled.score == pytest.approx(0.75 * world.score)
    by_hand = cross_fitted_calibration(world.y, 0.75 * world.score, np.arange(300) % 5, "sigmoid")
    assert told.labelled.chance == pytest.approx(by_hand)


def test_a_share_that_is_given_is_met_and_reverses_no_order(tmp_path: Path) -> None:
    world = World.made(600, 200, 5)
    low, high = (
        scored(tmp_path / str(rate), world.y, world.score, world.score_open, given(rate)) for rate in (0.1, 0.4)
    )
    assert low.open is not None
    assert high.open is not None
    assert (low.rate, high.rate) == (0.1, 0.4)
    assert low.open.chance.sum() == pytest.approx(20)
    assert high.open.chance.sum() == pytest.approx(80)
    apart = logit(high.open.chance) - logit(low.open.chance)
    assert np.ptp(apart) < 1e-9  # all move alike
    assert low.labelled.chance.tolist() == high.labelled.chance.tolist()


def test_a_share_that_is_met_leaves_the_level_no_doubt(tmp_path: Path) -> None:
    world = World.made(600, 200, 6)
    free, met = (
        scored(tmp_path / str(policy.word), world.y, world.score, world.score_open, policy).open
        for policy in (TRAIN, given(0.2))
    )
    assert free is not None
    assert met is not None
    middle = np.argsort(free.score)[80:120]
    error = [np.mean((logit(one.high) - logit(one.low))[middle]) for one in (free, met)]
    assert error[1] < error[0] / 2


def test_where_nothing_is_said_open_leads_stay_at_the_share_of_the_labelled_ones(tmp_path: Path) -> None:
    world = World.made(600, 200, 7)
    best = np.sort(world.score_open)[-50:]  # better leads than the labelled ones: more of them convert
    told = scored(tmp_path, world.y, world.score, best)
    assert told.open is not None
    plain = calibrate(world.y, world.score, "sigmoid")(best)
    assert told.open.chance == pytest.approx(plain, abs=1e-3)
    assert told.open.chance.mean() > 2 * told.rate == pytest.approx(2 * world.y.mean())


def test_a_share_between_kinds_moves_by_bayes_rule(tmp_path: Path) -> None:
    """A company counts once in each class, so the labelled rows stand there with another share than they have."""
    world = World.made(900, 200, 8)
    groups = np.where(np.arange(900) < 300, 0, 1 + np.arange(900))
    table = customers(tmp_path, world.y, world.score, world.score_open, groups)
    (kind,) = [one for one in table.kinds(ALONE, world.score_open) if one.name != "known"]
    told = chances(table, ALONE, world.score_open, TRAIN).open
    assert told is not None
    assert len(kind.asked) == 200
    assert kind.rate != pytest.approx(world.y.mean(), abs=0.005)
    plain = calibrate(kind.y, kind.probability, "sigmoid", kind.weights)(world.score_open)
    assert told.chance == pytest.approx(moved(plain, kind.rate, float(world.y.mean())), abs=5e-3)


def test_known_and_new_customers_are_calibrated_apart(tmp_path: Path) -> None:
    """Of companies that it has met, the model knows more than it says; of others it knows nothing."""
    rng = np.random.default_rng(9)
    groups = np.where(np.arange(1_200) % 2 == 0, np.arange(1_200) % 61, -1)
    met = groups >= 0
    score = rng.uniform(0.1, 0.9, 1_200)
    y = (rng.random(1_200) < np.where(met, np.where(score > 0.5, 0.95, 0.05), 0.3)).astype(np.int8)
    asked = np.tile([0.2, 0.8], 20)
    table = customers(tmp_path, y, score, asked, groups)
    open_groups = np.where(np.arange(40) < 20, 2, -1)
    table = replace(table, main=replace(table.main, dataset=replace(table.dataset, submission_groups=open_groups)))
    table = replace(table, mixed=table.main, apart=table.main, new="new")
    told = chances(table, ALONE, asked, TRAIN).open
    assert told is not None
    known, new = told.chance[:20], told.chance[20:]
    assert known[1] - known[0] > 0.6
    assert abs(new[1] - new[0]) < 0.15


def test_the_interval_counts_companies_and_not_their_rows(tmp_path: Path) -> None:
    world = World.made(120, 5, 10)
    y, score = np.repeat(world.y, 10), np.repeat(world.score, 10)
    wide = [
        (leads.high - leads.low).mean()
        for leads in (
            scored(tmp_path / "rows", y, score).labelled,
            scored(tmp_path / "companies", y, score, groups=np.repeat(np.arange(120), 10)).labelled,
        )
    ]
    assert wide[1] == pytest.approx(np.sqrt(10) * wide[0], rel=0.35)


def test_one_company_alone_does_not_make_the_index_certain(tmp_path: Path) -> None:
    world = World.made(300, 6, 11)
    told = scored(tmp_path, world.y, world.score, world.score_open, groups=np.zeros(300, dtype=np.int64))
    assert told.open is not None
    for leads in (told.labelled, told.open):
        assert (leads.high - leads.low).min() > 0
        assert np.ptp(leads.chance) > 0.2  # two votes, one of each class, do not make all leads alike


def test_a_constant_winner_gives_all_leads_one_index_and_the_first_rank(tmp_path: Path) -> None:
    y = (np.arange(400) % 4 == 0).astype(np.int8)
    y[:3] = 1
    fold_of = np.arange(400) % 5
    constant = np.array([y[fold_of != fold].mean() for fold in fold_of])  # the share of the others
    told = scored(tmp_path, y, constant, np.full(30, y.mean()))
    assert told.open is not None
    for leads in (told.labelled, told.open):
        assert np.ptp(leads.chance) == 0
        assert leads.chance[0] == pytest.approx(y.mean(), abs=0.005)
        assert leads.low[0] == pytest.approx(y.mean() - 1.96 * np.sqrt(y.mean() * (1 - y.mean()) / 400), abs=0.015)
        assert set(rank_of(100 * leads.chance)) == {1}


def test_without_a_table_to_predict_there_are_no_open_leads(tmp_path: Path) -> None:
    world = World.made(300, 5, 12)
    told = scored(tmp_path, world.y, world.score)
    assert told.open is None
    assert told.to_call is told.labelled
    assert told.rate == world.y.mean()


def test_rows_that_were_never_held_out_are_no_labelled_leads(tmp_path: Path) -> None:
    """As in folds in time, whose first block is trained on only."""
    world = World.made(300, 5, 13)
    told = scored(tmp_path, world.y, world.score, held_out=np.arange(300) >= 50).labelled
    assert told.names[:2] == ("labelled row 51", "labelled row 52")
    assert told.features["x"].tolist()[:2] == [50.0, 51.0]
    assert len(told) == len(told.score) == 250
    assert told.y is not None
    assert told.y.tolist() == world.y[50:].tolist()


def test_open_leads_are_named_as_their_ids_are_written(tmp_path: Path) -> None:
    world = World.made(300, 2, 14)
    table = customers(tmp_path, world.y, world.score, world.score_open)
    named = replace(table.dataset, ids=pd.Series(["007", "x"], dtype="str"))
    view = replace(table.main, dataset=named)
    told = chances(replace(table, main=view, apart=view), ALONE, world.score_open, TRAIN).open
    assert told is not None
    assert told.names == ("007", "x")


def bundle(data_id: str, member: str = "m") -> Bundle:
    predictor = SimpleNamespace(
        combination=Combination.of_one(member), probability=lambda features: np.full(len(features), 0.2)
    )
    return cast(Bundle, SimpleNamespace(manifest=SimpleNamespace(data_id=data_id, policy=TRAIN), predictor=predictor))


def test_a_bundle_scores_the_open_leads(tmp_path: Path) -> None:
    world = World.made(300, 4, 15)
    told = score_leads(customers(tmp_path, world.y, world.score, world.score_open), bundle("made"))
    assert told.open is not None
    assert told.open.score.tolist() == [0.2] * 4


@pytest.mark.parametrize(
    ("given_bundle", "match"),
    [
        (
            bundle("other"),
            r"^the bundle is of the training table other, and this experiment's is made\. `bench export`",
        ),
        (bundle("made", "lost"), r"^not all members of the bundle are recorded on this experiment's folds, so .*`\.?"),
    ],
)
def test_a_bundle_of_something_else_is_refused(tmp_path: Path, given_bundle: Any, match: str) -> None:
    world = World.made(100, 4, 16)
    with pytest.raises(BundleError, match=match):
        score_leads(customers(tmp_path, world.y, world.score, world.score_open), given_bundle)


def test_tiers_begin_at_four_times_the_odds_the_odds_and_a_quarter_of_them() -> None:
    """A share of 20 % has odds of 1 to 4: 1 to 1 is 50 %, 1 to 16 is 1 / 17."""
    tiers = tiers_of(CustomersSection(), 0.2)
    assert [one.name for one in tiers] == ["A", "B", "C", "D"]
    assert [one.lowest for one in tiers] == pytest.approx([50, 20, 100 / 17, 0])
    for rate in (0.0, 1e-9, 0.5, 0.99, 1.0):
        cuts = [one.lowest for one in tiers_of(CustomersSection(), rate)]
        assert cuts == sorted(cuts, reverse=True)
        assert max(cuts) < 100


def test_tiers_of_the_user_stand_the_highest_first() -> None:
    section = CustomersSection.model_validate({"tiers": {"cold": 0, "hot": 60.5, "warm": 20}})
    tiers = tiers_of(section, 0.2)
    assert tiers == (Tier("hot", 60.5), Tier("warm", 20), Tier("cold", 0))
    assert tier_of(np.array([0, 19.9, 20, 60.5, 100]), tiers).tolist() == ["cold", "cold", "warm", "hot", "hot"]


def test_equal_indices_share_the_best_rank() -> None:
    assert rank_of(np.array([5.0, 9.0, 5.0, 1.0])).tolist() == [2, 1, 2, 4]


def test_leads_know_how_many_they_are(tmp_path: Path) -> None:
    world = World.made(100, 4, 17)
    leads: Leads = scored(tmp_path, world.y, world.score).labelled
    assert len(leads) == 100
