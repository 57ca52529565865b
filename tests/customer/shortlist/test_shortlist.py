"""A shortlist goes by a model that knows neither side, and says what it promises."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.audit.adversarial import tell_apart
from bench.audit.finding import Finding
from bench.customer.leads import Leads
from bench.customer.shortlist.held_out import _one_company, by_one_model, held_out_fold
from bench.customer.shortlist.shortlist import Shortlist, shortlist, shortlist_block, write_shortlist
from bench.data.dataset import Dataset
from bench.data.folds import Folds, FoldsSection, make_folds
from bench.ensemble.customers import Customers
from bench.errors import DataError
from bench.plan.experiment import Experiment, read_experiment
from bench.plan.grid import Plan, make_plan
from bench.plan.indices import CustomersSection
from bench.record.columns import SHORTLIST
from bench.record.store import Store, open_store
from bench.run.runner import run_plan
from bench.score.calibration import Calibrator
from bench.score.combine import Combination
from bench.score.conformal import q_values
from bench.score.prior import RateEstimate
from tests.conftest import make_dataset

SCALE = Calibrator("sigmoid", np.empty(0), np.empty(0), 0.9, -0.1)
DRIFT = Finding("adversarial-drift", "rows", "A classifier tells them apart.", "Look.", "drift")


@pytest.fixture
def dataset() -> Dataset:
    """A table with a company of many positives, and of more negatives than a fold would hold."""
    made = make_dataset(300, submission=40, texts=False)
    assert made.groups is not None
    groups, y = made.groups.copy(), made.y.copy()
    groups[:110], y[:30], y[30:110] = 99, 1, 0
    return replace(made, groups=groups, y=y, submission_groups=np.arange(40) + 200)


@pytest.fixture
def question(tmp_path: Path, dataset: Dataset) -> tuple[Experiment, Plan]:
    path = tmp_path / "leads.toml"
    path.write_text(
        '[data]\ntrain = "train.csv"\ntarget = "won"\npositive = "yes"\n[folds]\ncount = 3\n'
        '[grid]\nimputation = ["median"]\nencoding = ["ordinal"]\nmodel = ["constant", "decision_tree", "logistic"]\n'
    )
    experiment = read_experiment(path)
    return experiment, make_plan(experiment, dataset)


@pytest.fixture
def records(tmp_path: Path, dataset: Dataset, question: tuple[Experiment, Plan]) -> Iterator[tuple[Store, Store]]:
    """What a run recorded on mixed folds, and on folds that keep companies apart."""
    with ExitStack() as stack:
        stores = []
        for scheme in ("stratified", "stratified_group"):
            folds = make_folds(dataset, FoldsSection(count=3, scheme=scheme))
            stores.append(stack.enter_context(open_store(tmp_path / scheme, dataset.data_id, folds)))
            run_plan(question[1], dataset, stores[-1], 0, lambda progress: None)
        yield stores[0], stores[1]


def combination(plan: Plan) -> Combination:
    tree, line = (next(one.id for one in plan.trials if name in one.configuration) for name in ("tree", "logistic"))
    return Combination({tree: 0.25, line: 0.75}, {tree: SCALE})


def found(**changed: object) -> Shortlist:
    """Four leads, of whom a promise of 60 % calls two."""
    p = np.array([0.5, 0.1, 1.0, 0.2])
    plain = Shortlist(
        order=np.array([1, 3, 0, 2]),
        score=np.array([0.3, 0.9, 0.1, 0.7]),
        p_value=p,
        q_value=q_values(p),
        precision=0.6,
        capacity=3,
        scores="split",
        negatives=9,
        approximate=(),
        doubts=(),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def leads(names: tuple[str, ...], groups: list[int]) -> Leads:
    one = np.full(len(names), 0.5)
    return Leads(names, pd.DataFrame(index=range(len(names))), np.array(groups), one, one, one, one)


def test_both_sides_are_scored_by_the_models_of_one_fold(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    scored = by_one_model(question[1], question[0], customers, combination(question[1]), 0)
    view, _, rows = held_out_fold(customers)
    recorded = view.probability(combination(question[1]))
    assert recorded is not None
    assert scored.negatives.tolist() == recorded[0, rows & (view.labels.y == 0)].tolist()
    assert len(scored.asked) == 40
    assert scored.approximate == ()


def test_outcomes_of_the_fold_held_out_change_no_score(
    dataset: Dataset,
    question: tuple[Experiment, Plan],
    records: tuple[Store, Store],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    chosen = held_out_fold(customers)
    monkeypatch.setattr("bench.customer.shortlist.held_out.held_out_fold", lambda customers: chosen)
    before = by_one_model(question[1], question[0], customers, combination(question[1]), 0)
    folds = records[1].folds
    for rows, same in ((folds.held_out(0, chosen[1]), True), (folds.training(0, chosen[1]), False)):
        y = dataset.y.copy()
        y[rows] = 1 - y[rows]
        turned = Customers.of(replace(dataset, y=y), FoldsSection(), *records)
        after = by_one_model(question[1], question[0], turned, combination(question[1]), 0)
        assert (after.asked.tolist() == before.asked.tolist()) is same


def test_fold_keeps_companies_apart_trains_on_the_dominant_one_and_holds_out_the_most_negatives(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    view, fold, rows = held_out_fold(customers)
    assert view is customers.apart
    assert 99 in dataset.groups[records[1].folds.training(0, fold)]  # type: ignore[index]
    negatives = [
        (dataset.y[records[1].folds.held_out(0, one)] == 0).sum()
        for one in range(3)
        if 99 in dataset.groups[records[1].folds.training(0, one)]  # type: ignore[index]
    ]
    assert len(negatives) == 2
    assert (view.labels.y[rows] == 0).sum() == max(negatives)


def test_where_most_leads_are_of_known_companies_known_ones_are_held_out(
    dataset: Dataset, records: tuple[Store, Store]
) -> None:
    known = replace(dataset, submission_groups=np.where(np.arange(40) < 30, 99, 200))
    customers = Customers.of(known, FoldsSection(), *records)
    view, fold, rows = held_out_fold(customers)
    assert view is customers.mixed
    assert np.isin(view.groups[rows], known.groups[records[0].folds.training(0, fold)]).all()  # type: ignore[index]
    assert (view.groups[rows] >= 0).all()


def test_of_folds_in_time_the_last_is_held_out(dataset: Dataset, tmp_path: Path) -> None:
    fold_of = np.repeat([-1, 0, 1], 100)
    folds = Folds(fold_of[None], "time000000", (), np.stack([fold_of < 0, fold_of < 1]))
    plain = replace(dataset, groups=None, submission_groups=None)
    with open_store(tmp_path / "time", plain.data_id, folds) as store:
        view, fold, rows = held_out_fold(Customers.of(plain, FoldsSection(scheme="time"), store, None))
    assert fold == 1
    assert view.labels.rows[rows].tolist() == list(range(200, 300))


def test_leads_of_companies_that_the_model_knows_make_the_promise_approximate(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    some = replace(dataset, submission_groups=np.where(np.arange(40) < 7, 99, 200))
    customers = Customers.of(some, FoldsSection(), *records)
    got = shortlist(
        question[1], question[0], customers, combination(question[1]), np.full(40, 0.5), CustomersSection(), 0
    )
    (reason,) = got.approximate
    assert reason.startswith("7 of the 40 leads to call are of companies known to the model")
    assert f"The promise is approximate: {reason}." in shortlist_block(got).sentences


def test_p_and_q_values_are_those_of_the_scores_with_companies_counted_together(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    some = replace(dataset, submission_groups=np.where(np.arange(40) < 5, 300, -1))
    customers = Customers.of(some, FoldsSection(), *records)
    plan, both = question[1], combination(question[1])
    scored = by_one_model(plan, question[0], customers, both, 0)
    got = shortlist(plan, question[0], customers, both, np.full(40, 0.5), CustomersSection(precision=0.5), 0)
    for row in (0, 20):
        own = 5 if row < 5 else 1
        higher = (scored.negatives >= scored.asked[row]).sum()
        assert got.p_value[row] == pytest.approx((own + higher) / (own + len(scored.negatives)))
    assert got.q_value.tolist() == q_values(got.p_value).tolist()
    assert (np.diff(got.score[got.order]) <= 0).all()


def test_a_company_of_many_of_the_leads_compared_with_makes_the_promise_approximate(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    view, _, rows = held_out_fold(customers)
    assert dataset.groups is not None
    groups = dataset.groups.copy()
    negatives = view.labels.rows[rows & (view.labels.y == 0)]
    assert len(negatives) > 20
    for many, share in ((len(negatives) // 4, len(negatives) // 4 / len(negatives)), (1, None)):
        groups[negatives] = 1000 + np.arange(len(negatives))
        groups[negatives[:many]] = 999
        said = list(_one_company(replace(dataset, groups=groups), negatives))
        assert [one.split(" are of one company")[0] for one in said] == (
            [] if share is None else [f"{share:.0%} of the leads they are compared with"]
        )
    assert list(_one_company(replace(dataset, groups=None), negatives)) == []


def test_refitted_scores_make_the_promise_approximate(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    asked = np.linspace(0, 1, 40)
    section = CustomersSection(precision=0.8, scores="refit")
    got = shortlist(question[1], question[0], customers, combination(question[1]), asked, section, 0)
    assert got.score.tolist() == asked.tolist()
    assert "by a model fitted on all labelled leads" in got.approximate[0]
    (kind,) = customers.kinds(combination(question[1]), asked)
    assert got.negatives == (kind.y == 0).sum()


def test_without_leads_to_call_there_is_no_shortlist(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    customers = Customers.of(replace(dataset, submission=None), FoldsSection(), *records)
    with pytest.raises(DataError, match="nobody to put on a shortlist"):
        shortlist(question[1], question[0], customers, combination(question[1]), np.empty(0), CustomersSection(), 0)


def test_promise_and_capacity_are_kept_apart() -> None:
    some = found()
    assert some.called(0.6).tolist() == [False, True, False, True]  # q: 0.5 · 4/3, 0.1 · 4, 1, 0.2 · 4/2
    assert some.called(0.61).tolist() == [False] * 4
    assert some.within.tolist() == [1, 3, 0]
    assert some.false_share == pytest.approx(2 / 3)


def test_shortlist_csv_names_leads_and_companies_harmlessly(tmp_path: Path) -> None:
    path = write_shortlist(found(), leads(("a", "=b", "c", "d"), [0, 1, -1, 0]), ("Müller", "=x"), tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.name == "shortlist.csv"
    assert list(rows[0]) == list(SHORTLIST)
    assert [row["lead"] for row in rows] == ["'=b", "d", "a", "c"]
    assert [row["company"] for row in rows] == ["'=x", "Müller", "Müller", ""]
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["called"] for row in rows] == ["yes", "yes", "no", "no"]
    assert [row["within_capacity"] for row in rows] == ["yes", "yes", "yes", "no"]
    assert [float(row["p_value"]) for row in rows] == [0.1, 0.2, 0.5, 1.0]


def test_what_was_not_asked_for_stays_empty(tmp_path: Path) -> None:
    path = write_shortlist(found(precision=None, capacity=None), leads(tuple("abcd"), [-1] * 4), (), tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        assert {(row["called"], row["within_capacity"]) for row in csv.DictReader(file)} == {("", "")}
    said = shortlist_block(found(precision=None, capacity=None)).sentences
    assert said[0].startswith("Neither a precision nor a capacity was asked for")


def test_block_says_what_is_promised_and_what_is_not() -> None:
    block = shortlist_block(found())
    assert block.sentences[0] == (
        "Call 2 of 4 leads: on average over many such lists at most 40% of those called do not convert. "
        "Only the average is promised: of this list it may be more or less."
    )
    assert block.sentences[1].startswith("Of the first 3 leads, as many as can be called, at most about 67%")
    assert "no promise" in block.sentences[1]
    assert "approximate" not in " ".join(block.sentences)
    (table,) = block.tables
    assert [tuple(row) for row in table.rows] == [
        ("50%", "2", "1.0"),
        ("60%", "2", "0.8"),
        ("70%", "0", "0.0"),
        ("80%", "0", "0.0"),
        ("90%", "0", "0.0"),
    ]
    assert shortlist_block(found()).plots[0].svg == block.plots[0].svg


def test_where_nobody_can_be_called_the_best_promise_is_named() -> None:
    said = shortlist_block(found(precision=0.85, capacity=None)).sentences
    assert said[0] == (
        "Nobody is called: no list keeps the promise that on average at most 15% of those called do not convert. "
        "The most that one can promise here is that 60% convert."
    )
    assert ("85%", "0", "0.0") in [tuple(row) for row in shortlist_block(found(precision=0.85)).tables[0].rows]


def test_doubt_stands_beside_the_promise_where_a_column_drifts(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    assert dataset.submission is not None
    moved = dataset.submission.assign(visits=dataset.submission["visits"] + 3)
    for submission, doubts in ((dataset.submission, 0), (moved, 1)):
        asked = replace(dataset, submission=submission)
        customers = Customers.of(asked, FoldsSection(), *records)
        plan, both = question[1], combination(question[1])
        section = CustomersSection(precision=0.8)
        got = shortlist(plan, question[0], customers, both, np.full(40, 0.5), section, 0, tell_apart(asked))
        assert len(got.doubts) == doubts
        said = [one for one in shortlist_block(got).sentences if one.startswith("Doubt: a classifier tells rows to")]
        assert len(said) == doubts


def test_scores_that_are_no_mixture_are_a_doubt(
    dataset: Dataset, question: tuple[Experiment, Plan], records: tuple[Store, Store]
) -> None:
    customers = Customers.of(dataset, FoldsSection(), *records)
    for fits in (True, False):
        estimate = RateEstimate(0.3, 0.1, 0.5, 0.3, 0.3, 0.3, 0.2, 0.4, 0.002, fits)
        got = shortlist(
            question[1],
            question[0],
            customers,
            combination(question[1]),
            np.full(40, 0.5),
            CustomersSection(),
            0,
            [DRIFT],
            estimate,
        )
        assert len(got.doubts) == (1 if fits else 2)
        assert ("p = 0.002" in got.doubts[-1]) is not fits
