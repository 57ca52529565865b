"""Tuning asks for new trials of the best configurations, the same ones whenever the same is recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from bench.components import REGISTRIES
from bench.data.dataset import Dataset
from bench.data.folds import FoldsSection, make_folds
from bench.plan.experiment import Experiment, experiment_of
from bench.plan.grid import Plan, Trial
from bench.record.cells import CellResult
from bench.record.store import Store, open_store
from bench.record.tuned import Asked, read_tuned
from bench.registry import Component
from bench.run import studies, tune
from bench.run.studies import JOURNAL, Known, trials_of, write_journal
from bench.run.tune import batches, edge_sentences, next_batch
from bench.score.objective import Objective
from bench.score.ranking import Score
from bench.space import Whole
from tests.components.catalogue import choice, trial
from tests.run.test_spaces import scored

FILE = """
[data]
train = "train.csv"
target = "won"
positive = "yes"
[grid]
model = ["lightgbm"]
[tune]
configurations = 2
trials = 12
batch = 4
"""
SHORT = Component("knn", REGISTRIES["model"]["knn"].factory, {"neighbours": Whole(5, 1, 9, search=(4, 7))})
LINEAR = [trial(model=choice("model", "logistic", C=C)) for C in (0.05, 1.0)]
BOOSTED = [trial(model=choice("model", "lightgbm", leaves=leaves)) for leaves in (15, 31)]
GRID = Plan((*LINEAR, *BOOSTED, trial(model="constant")), {}, {})


def value(trial: Trial, name: str) -> float:
    return float(dict(trial.on("model")[0].values)[name])


def quality(trial: Trial) -> Score:
    """Return a made-up score: a logistic regression is best at C = 10, LightGBM with few leaves."""
    if trial.named("model") == "logistic":
        return scored(90 - round(20 * abs(math.log10(value(trial, "C")) - 1)))
    return scored(60 - round(value(trial, "leaves") / 4) if trial.named("model") == "lightgbm" else 10)


@pytest.fixture
def experiment() -> Experiment:
    return experiment_of(FILE, Path("leads.toml"))


@pytest.fixture
def store(tmp_path: Path, dataset: Dataset) -> Iterator[Store]:
    folds = make_folds(dataset, FoldsSection(count=3))
    with open_store(tmp_path / "leads", dataset.data_id, folds) as store:
        yield store


@pytest.fixture
def known(dataset: Dataset, store: Store, experiment: Experiment) -> Known:
    scores = {one.id: quality(one) for one in GRID.trials}
    return Known(GRID, scores, (), dataset, store, experiment)


def told(known: Known, batch: tuple[Asked, ...]) -> Known:
    """Return what is known once every cell of a batch has ended."""
    scores = {one.id: quality(one) for one in trials_of(batch)[0]}
    return replace(known, scores={**known.scores, **scores}, asked=known.asked + batch)


def tuned(known: Known) -> Known:
    while batch := next_batch(known):
        known = told(known, batch)
    return known


def record(known: Known, trial: Trial, *statuses: Any) -> None:
    for fold, status in enumerate(statuses):
        held_out = len(known.store.folds.held_out(0, fold))
        probability = np.linspace(0, 1, held_out) if status == "done" else None
        known.store.append(CellResult(trial.id, 0, fold, status, probability=probability))


def test_the_same_record_asks_for_the_same_trials(known: Known) -> None:
    backwards = dict(reversed(list(known.scores.items())))
    shuffled = replace(known.grid, trials=known.grid.trials[::-1])
    first = next_batch(known)
    assert len(first) == 4
    assert next_batch(replace(known, scores=backwards, grid=shuffled)) == first


def test_the_seed_and_every_batch_draw_otherwise(known: Known, experiment: Experiment) -> None:
    assert experiment.tune is not None
    other = replace(experiment, tune=experiment.tune.model_copy(update={"seed": 8}))
    first, reseeded = next_batch(known), next_batch(replace(known, experiment=other))
    second = next_batch(told(known, first))
    assert len({one.id for batch in (first, reseeded, second) for one in trials_of(batch)[0]}) == 12


def run(known: Known, batches_before_a_kill: int | None = None) -> list[tuple[Trial, ...]]:
    """Go through the batches as a run does; without a score a trial has not run."""
    known = replace(known, asked=read_tuned(known.store.folder)[0])
    scores = {one.id: quality(one) for one in GRID.trials}
    seen: list[tuple[Trial, ...]] = []

    def finished(trials: Iterable[str]) -> dict[str, Score]:
        return {one: scores[one] for one in trials}

    for batch in batches(known, finished):
        seen.append(batch)
        if len(seen) == batches_before_a_kill:
            break
        scores.update((one.id, quality(one)) for one in batch)
    return seen


def test_a_tuning_that_was_killed_goes_on_as_if_it_had_not_been(known: Known) -> None:
    path = known.store.folder / "tuned.jsonl"
    whole = run(known)
    assert [len(batch) for batch in whole] == [4, 4, 4]
    first, *_ = path.read_bytes().splitlines(keepends=True)
    assert run(known) == whole  # nothing more is asked for
    for left in (b"", first, first[:-9]):  # killed before the first batch, while it ran, while it was written
        path.write_bytes(left)
        assert run(known) == whole


def test_a_batch_is_recorded_before_a_cell_of_it_runs(known: Known) -> None:
    (batch,) = run(known, batches_before_a_kill=1)
    assert trials_of(read_tuned(known.store.folder)[0])[0] == batch


def test_what_was_found_decides_what_is_asked_for_next(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "STARTUP", 2)
    first = next_batch(known)
    (one, *_) = trials_of(first)[0]
    good, bad = (
        replace(told(known, first), scores={**told(known, first).scores, one.id: scored(correct)})
        for correct in (99, 1)
    )
    assert next_batch(good) != next_batch(bad)


def test_no_trial_is_asked_for_that_is_in_the_grid_or_was_asked_for(known: Known) -> None:
    ids = [one.id for one in (*GRID.trials, *trials_of(tuned(known).asked)[0])]
    assert len(ids) == len(set(ids)) == len(GRID.trials) + 12


def test_a_space_is_exhausted_when_each_of_its_trials_was_asked_for(known: Known) -> None:
    few = trial(model=choice("model", "knn", neighbours=5))
    few = replace(few, choices=(*few.choices[:-1], replace(few.choices[-1], component=SHORT)))
    pages = replace(known.dataset, features=known.dataset.features[["pages"]], submission=None)
    alone = replace(known, dataset=pages, grid=Plan((few,), {}, {}), scores={few.id: scored(50)})
    there = {few.id}
    found = []
    (space,) = alone.spaces
    sampler = tune._Sampler(alone, space, "seed")
    while (one := sampler.new(there)) is not None:
        there.add(one.id)
        found.append(value(one, "neighbours"))
    assert sorted(found) == [4, 6, 7]


def test_an_exhausted_space_leaves_its_turns_to_the_others(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = tune._Sampler.new

    def exhausted(sampler: tune._Sampler, there: set[str]) -> Trial | None:
        return None if "logistic" in sampler.space.name else ask(sampler, there)

    monkeypatch.setattr(tune._Sampler, "new", exhausted)
    assert [one.named("model") for one in trials_of(tuned(known).asked)[0]] == ["lightgbm"] * 12
    monkeypatch.setattr(tune._Sampler, "new", lambda *_: None)
    assert next_batch(known) == ()


def test_a_trial_that_finds_no_column_to_work_on_is_not_asked_for(known: Known) -> None:
    counts = trial(derived=choice("derived", "code_counts", levels=4), model="lightgbm")
    counting = replace(known, grid=Plan((counts,), {}, {}), scores={counts.id: scored(50)})
    assert (
        max(len(column.cat.categories) for _, column in known.dataset.features.select_dtypes("category").items()) == 12
    )
    levels = [dict(one.on("derived")[0].values)["levels"] for one in trials_of(tuned(counting).asked)[0]]
    assert len(levels) == 12
    assert max(levels) <= 12 < counting.spaces[0].ranges["derived.code_counts.levels"].high


def test_the_configurations_take_turns(known: Known) -> None:
    models = [one.named("model") for one in trials_of(tuned(known).asked)[0]]
    assert models == ["logistic", "lightgbm"] * 6


def test_without_a_section_nothing_is_asked_for(known: Known, experiment: Experiment) -> None:
    off = replace(known, experiment=replace(experiment, tune=None))
    assert next_batch(off) == ()
    assert edge_sentences(off) == []


def test_before_a_trial_of_the_grid_is_finished_nothing_is_asked_for(known: Known) -> None:
    assert next_batch(replace(known, scores={})) == ()


def test_values_are_read_easily(known: Known) -> None:
    for one in trials_of(tuned(known).asked)[0]:
        for number in one.row().values():
            if isinstance(number, float):
                assert number == float(f"{number:.2g}")


def test_the_journal_is_what_the_grid_and_tuning_found(known: Known) -> None:
    known = told(known, next_batch(known))
    known = replace(known, scores={k: v for k, v in known.scores.items() if k != LINEAR[0].id})
    record(known, LINEAR[0], "done", "done")  # the race stopped it
    stopped, failed = trials_of(known.asked)[0][:3:2]
    known = replace(known, scores={k: v for k, v in known.scores.items() if k not in (stopped.id, failed.id)})
    record(known, failed, "done", "failed")
    study = opened(write_journal(known))[LINEAR[0].configuration]
    by_trial = {one.user_attrs["trial"]: one for one in study.trials}
    assert study.direction.name == "MAXIMIZE"
    assert by_trial[LINEAR[1].id].params["model.logistic.C"] == 1.0
    assert by_trial[LINEAR[1].id].value == pytest.approx(0.7)
    assert by_trial[LINEAR[0].id].state.name == "PRUNED"
    assert list(by_trial[LINEAR[0].id].intermediate_values) == [2]
    assert by_trial[failed.id].state.name == "FAIL"
    assert stopped.id not in by_trial  # it has not run


def test_the_journal_is_written_anew_and_nothing_else_is_left(known: Known) -> None:
    write_journal(known)
    later = told(known, next_batch(known))
    before = len(opened(write_journal(known))[LINEAR[0].configuration].trials)
    after = len(opened(write_journal(later))[LINEAR[0].configuration].trials)
    assert (before, after) == (2, 4)
    assert [path.name for path in known.store.folder.glob("optuna*")] == [JOURNAL]


def test_a_trial_that_does_not_keep_the_floor_is_worth_less_than_any_that_does() -> None:
    objective = Objective(metric="precision", at_recall=0.5)
    kept, missed, nearly = scored(50), scored(20), scored(49)
    worths = [studies._worth(score, objective) for score in (missed, nearly, kept)]
    assert worths == sorted(worths)
    assert worths[1] < 0 < worths[2]


def test_a_loss_is_searched_for_its_least(known: Known, experiment: Experiment) -> None:
    loss = replace(known, experiment=replace(experiment, objective=Objective(metric="log_loss")))
    assert opened(write_journal(loss))[LINEAR[0].configuration].direction.name == "MINIMIZE"


def test_a_best_value_at_an_edge_is_said_with_what_to_write(known: Known) -> None:
    edge = trial(model=choice("model", "logistic", C=29.0))
    at_edge = replace(known, asked=asked(edge), scores={**known.scores, edge.id: scored(99)})
    assert edge_sentences(at_edge) == [
        "The best C of logistic is 29, at the upper edge of what was searched (0.03 to 30). To search beyond it, list "
        'a value there in [grid]: { name = "logistic", C = [29, 170] }.'
    ]


def test_an_edge_of_a_component_that_names_columns_is_said_with_them(known: Known) -> None:
    def crossed(rare: int) -> Trial:
        pairs = [choice("derived", "cross", columns=pair, rare=number) for pair, number in (("a, b", 20), ("c", rare))]
        return Trial((*pairs, *LINEAR[0].choices[1:]))

    grid = replace(known.grid, trials=(crossed(20),))
    scores = {crossed(20).id: scored(10), crossed(200).id: scored(99)}
    said = edge_sentences(replace(known, grid=grid, asked=asked(crossed(200)), scores=scores))
    assert said[0].startswith('The best rare of cross (columns = "c") is 200, at the upper edge of what was searched')
    assert '{ name = "cross", columns = "c", rare = [200, ' in said[0]


def test_no_edge_is_said_of_a_value_inside_or_of_one_that_is_not_the_best(known: Known) -> None:
    inside, edge = (trial(model=choice("model", "logistic", C=C)) for C in (3.0, 29.0))
    scores = {**known.scores, inside.id: scored(99), edge.id: scored(98)}
    assert edge_sentences(replace(known, asked=asked(inside, edge), scores=scores)) == []


def test_a_trial_that_this_version_cannot_run_is_left_out_and_said(known: Known) -> None:
    (good, *_) = batch = next_batch(known)
    model = good.choices[-1]
    bad = [
        replace(good, choices=(*good.choices[:-1], ("model", "oracle", {}))),
        replace(good, choices=(*good.choices[:-1], ("model", model[1], {"C": -1.0}))),
        replace(good, choices=good.choices[:-1]),
        replace(good, choices=(*good.choices, model)),
    ]
    trials, notices = trials_of([*bad, *batch])
    assert trials == trials_of(batch)[0]
    assert notices == (
        "tuning asked for a trial with 'oracle', which is no component now; it is left out.",
        "tuning asked for a trial that cannot run now: model logistic: 'C' of 'logistic' is -1.0, but must be a number "
        "from 0.0001 to 10000; it is left out.",
        "tuning asked for a trial that cannot run now: its components are not one for each axis; it is left out.",
    )


def asked(*trials: Trial) -> tuple[Asked, ...]:
    plain = [tuple((c.axis, c.component.name, dict(c.values)) for c in one.choices) for one in trials]
    return tuple(Asked(0, one.configuration, choices) for one, choices in zip(trials, plain, strict=True))


def opened(path: Path) -> dict[str, optuna.Study]:
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    names: Sequence[str] = optuna.get_all_study_names(storage)
    return {name: optuna.load_study(study_name=name, storage=storage) for name in names}
