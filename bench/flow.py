"""The whole path, from an experiment file to a submission and to who sales should call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.audit.finding import Finding
from bench.audit.inspect import audit, write_audit
from bench.bundle.loaded import load_bundle
from bench.compare.paired import Side
from bench.compare.recorded import Recorded
from bench.compare.told import Comparison
from bench.compare.whole import compare as compare_runs
from bench.compare.whole import place_of_page, read_both, write_comparison
from bench.customer.whole import index_of_run
from bench.data.coverage import coverage
from bench.data.dataset import Dataset, read_dataset, read_tables
from bench.ensemble.again import hand_in_again
from bench.ensemble.customers import Customers, View
from bench.ensemble.explain import first_repeat, importance
from bench.ensemble.handover import BUNDLE, hand_over
from bench.ensemble.judge import Verdict, judge
from bench.ensemble.leads import Wanted, explain_leads
from bench.ensemble.refit import refit
from bench.ensemble.so_far import scores_so_far
from bench.ensemble.submission import check_place
from bench.errors import BenchError, BundleError, StoreError
from bench.explore.look import look_at
from bench.explore.whole import Explored, explore
from bench.plan.experiment import Experiment, experiment_of
from bench.question import Question, question_of
from bench.record.store import Store, read_store
from bench.report.board import Board, write_board
from bench.report.calibrated import calibrated
from bench.report.expected import Foretold, foretell, read_foretold, write_expected
from bench.report.explained import explained, read_explained, write_importance, write_reasons
from bench.report.leaderboard import leaderboard
from bench.report.told import Told
from bench.report.whole import write_report
from bench.run.budget import Clock
from bench.run.runner import fit_trials
from bench.run.tune import edge_sentences
from bench.score.combine import Combination
from bench.stages import Engine, Slice, Watch, known_of, recording, replayed, run_stages, second_look


def inspect(question: Question) -> list[Finding]:
    """Return what the audit of the table finds."""
    return audit(question.dataset, question.experiment.data)


def answer(
    question: Question,
    only: Slice,
    retry_failed: bool,
    workers: int,
    watch: Watch,
    cluster: str | None = None,
    findings: Sequence[Finding] = (),
    clock: Clock | None = None,
) -> Board:
    """Run what is not recorded yet, rank it, stack it, and write it all down.

    Parameters
    ----------
    findings : of the audit; what speaks against the expected scores is said beside them
    workers : processes of this machine; with a ``cluster``, the address of a scheduler, for the last refit alone
    watch : called before the first cell and after each
    clock : of the command, where it has a budget; without one it starts now
    """
    if clock is None and question.experiment.budget is not None:
        clock = Clock.starting(question.experiment.budget)
    engine = Engine(workers, cluster, retry_failed, watch, clock)
    facts = {"slice": {axis: sorted(names) for axis, names in only.items()}}
    plan = question.plan.only(only)
    with recording(question, question.folder, question.folds, plan, engine, facts) as (store, diary):
        question = run_stages(question, only, store, diary, engine)
        experiment, plan = question.experiment, question.plan
        verdict = judge(plan, question.dataset, store, experiment, diary.board)
        diary.rank()
        write_audit(findings, question.folder)
        board = board_of(question, verdict, store)
        write_board(board, question.folder)
        with second_look(question, store, verdict.finalists(experiment), engine) as customers:
            board = by_customer(board, store, customers)
            if verdict.winner:
                estimate = verdict.estimate_of(verdict.winner)
                over = hand_over(verdict.winner, estimate, plan, experiment, customers, None, workers)
                board = replace(board, bundle=over.bundle)
                if over.submission:
                    board = replace(board, foretold=write_expected(over.submission, findings, question.folder))
            write_pages(question, board, store, findings)
    return board


def report(question: Question) -> Path:
    """Write the report of what is recorded, fitting nothing.

    Raises
    ------
    StoreError
        If there is nothing to tell.
    """
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    if not {trial.id for trial in question.plan.trials} & {trial for trial, *_ in store.done()}:
        raise StoreError(
            f"{question.folder}: nothing of this experiment is recorded there. `bench run {question.experiment.path}` "
            "runs it; --results names another folder."
        )
    verdict = judge(question.plan, question.dataset, store, question.experiment)
    return write_pages(question, recorded_board(question, verdict, store), store, inspect(question))


def look(experiment: Experiment, dataset: Dataset, folder: Path, commands: str) -> Explored:
    """Look at the leads before any model; ``commands`` tell what the audit finds."""
    findings = audit(dataset, experiment.data)
    return explore(look_at(experiment.name, experiment.data, dataset, findings), folder / "explore", commands)


def compare(given: tuple[Path, Path], results: Path, output: Path | None) -> tuple[Comparison, Path]:
    """Compare two runs, each named by its experiment file or its folder; return what was found, and its page."""
    runs = read_both(given, results)
    path = place_of_page(runs, results, output)
    found = compare_runs(runs, (side_of(runs[0]), side_of(runs[1])))
    write_comparison(found, path)
    return found, path


def side_of(run: Recorded) -> Side | str:
    """Return a run with its table and predictions; where they cannot be had, why."""
    if run.source is None:
        return "no experiment file was kept that names its table."
    try:
        experiment = replace(experiment_of(run.source, run.file), name=run.folder.resolve().name)
        dataset = read_dataset(experiment.data)
        if dataset.data_id != run.data_id:
            return f"its table is no longer the one that was run (fingerprint {dataset.data_id}, then {run.data_id})."
        question = question_of(experiment, dataset, run.folder.resolve().parent)
        store = read_store(question.folder, dataset.data_id, question.folds)
    except BenchError as error:
        return str(error)
    return Side(question.experiment, dataset, question.folds, question.plan, store)


def recorded(question: Question) -> Board:
    """Return what is recorded, fitting and writing nothing."""
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    verdict = judge(question.plan, question.dataset, store, question.experiment)
    return recorded_board(question, verdict, store)


def recorded_board(question: Question, verdict: Verdict, store: Store) -> Board:
    """Gather what is recorded, of customers and of the submission too."""
    board = by_customer(board_of(question, verdict, store), store, recorded_customers(question, store))
    foretold = read_foretold(question.folder)
    return replace(board, foretold=foretold) if foretold and verdict.leads(foretold.members) else board


def export(question: Question, trial: str | None, ensemble: bool, path: Path | None, workers: int) -> Foretold:
    """Write submission and bundle of the winner, of one trial or of the ensemble; at ``path`` the submission alone."""
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    verdict = judge(question.plan, question.dataset, store, question.experiment)
    chosen = verdict.choose(trial, ensemble)
    place = None if path and path.resolve() == question.submission.resolve() else path
    if place or question.dataset.submission is not None:  # before anything is fitted for it
        check_place(question.dataset, question.experiment, place or question.submission, question.folder)
    engine = Engine(workers, None, False, lambda diary: None)
    with second_look(question, store, list(chosen.weights), engine) as customers:
        estimate = verdict.estimate_of(chosen)
        over = hand_over(chosen, estimate, question.plan, question.experiment, customers, place, workers)
    told, handed_in, findings = Foretold(chosen.weights, [], []), over.submission, inspect(question)
    if handed_in is None and over.bundle and not over.packed:
        raise BundleError(over.bundle)
    if handed_in:
        told = foretell(handed_in, findings) if place else write_expected(handed_in, findings, question.folder)
    if place is None:  # what the leaderboard says of the submission may be said of another one now
        write_pages(question, recorded_board(question, verdict, store), store, findings)
    return replace(told, sentences=[*told.sentences, *([over.bundle] if over.bundle else [])])


def export_again(question: Question, digits: str, path: Path | None, workers: int) -> tuple[str, ...]:
    """Make an earlier submission again, named by the first digits of its hash, and say that it is the same."""
    return hand_in_again(
        digits, question.plan, question.experiment, question.dataset, question.folds, question.folder, path, workers
    )


def explain(question: Question, trial: str | None, ensemble: bool, wanted: Wanted | None, workers: int) -> list[str]:
    """Say which columns the winner, one trial or the ensemble leans on, and write why leads get their probability.

    The leaderboard shows it where it is of the winner.
    """
    dataset, experiment, folder = question.dataset, question.experiment, question.folder
    store = read_store(folder, dataset.data_id, question.folds)
    verdict = judge(question.plan, dataset, store, experiment)
    chosen = verdict.choose(trial, ensemble)
    members = [one for one in question.plan.trials if one.id in chosen.weights]
    said = []
    if wanted is not None:  # first: what is refused, is so before the longer work
        predictor = refit(chosen.combination, question.plan, experiment, dataset, question.folds, workers)
        leads = explain_leads(predictor, dataset, wanted)
        written = read_tables(experiment.data)[1]
        assert written is not None  # else refused
        said = write_reasons(leads, written.frame, folder / "reasons.csv")
    fits = fit_trials(members, dataset, workers, experiment.limits, first_repeat(question.folds))
    found = importance(chosen, fits, dataset, store, experiment.objective)
    told = explained(chosen.weights, found, experiment.objective)
    write_importance(told, found, folder, "" if verdict.leads(chosen.weights) else trial or "ensemble")
    write_pages(question, recorded_board(question, verdict, store), store, inspect(question))
    return [*told.sentences, *said]


def index(question: Question, workers: int) -> list[str]:
    """Make the customer index of a finished run from its bundle, and say what came of it."""
    store = read_store(question.folder, question.dataset.data_id, question.folds)
    place, file = question.folder / BUNDLE, question.experiment.path
    if not place.exists():
        raise BundleError(
            f"{place}: there is no bundle, and the index is made from one. `bench run {file}` ends with one; of what "
            f"was run already `bench export {file}` makes it."
        )
    bundle = load_bundle(place)
    customers = recorded_customers(question, store)
    return index_of_run(question.plan, question.experiment, customers, bundle, question.folder / "index", workers)


def board_of(question: Question, verdict: Verdict, store: Store) -> Board:
    """Gather what is recorded and what it says of the table as a whole."""
    experiment, winner = question.experiment, verdict.winner
    search = replayed(question, store)
    stopped = scores_so_far(search.stopped, question.dataset, store, experiment.objective)
    return Board(
        experiment=experiment,
        plan=question.plan,
        rows=leaderboard(question.plan, verdict.scores, store, experiment, ties=verdict.ties, stopped=stopped),
        stopped=stopped,
        search=search,
        edges=edge_sentences(known_of(question, store, verdict.scores)) if verdict.scores else (),
        verdict=verdict,
        notices=store.notices,
        calibration=calibrated(View(question.dataset, store), winner.combination) if winner else None,
        coverage=coverage(question.dataset),
        explained=told if (told := read_explained(question.folder)) and verdict.leads(told.members) else None,
    )


def write_pages(question: Question, board: Board, store: Store, findings: Sequence[Finding]) -> Path:
    """Write the leaderboard's files, then the report; return where the report lies.

    Raises
    ------
    OSError
        If one cannot be written. What is recorded stays.
    """
    write_board(board, question.folder)
    return write_report(told_of(question, board, store, findings))


def told_of(question: Question, board: Board, store: Store, findings: Sequence[Finding]) -> Told:
    """Gather what the report of a run tells."""
    finals = None
    if question.other is not None and question.finals.exists():
        finals = read_store(question.finals, question.dataset.data_id, question.other)
    return Told(board, question.dataset, store, finals, findings, question.notices)


def by_customer(board: Board, store: Store, customers: Customers) -> Board:
    """Add how the finalists and the winner do on known and on new customers, where these are told apart."""
    verdict, experiment = board.verdict, board.experiment
    if customers.new == "all" or verdict.winner is None:
        return board
    finalists = {trial: Combination.of_one(trial) for trial in verdict.finalists(experiment)}
    scored = {trial: customers.score(alone, experiment.objective) for trial, alone in finalists.items()}
    return replace(
        board,
        rows=leaderboard(board.plan, verdict.scores, store, experiment, scored, verdict.ties, board.stopped),
        winner=customers.score(verdict.winner.combination, experiment.objective),
    )


def recorded_customers(question: Question, store: Store) -> Customers:
    """Tell known and new customers apart by what is recorded of the finalists."""
    other = None
    if question.other is not None and question.finals.exists():
        other = read_store(question.finals, question.dataset.data_id, question.other)
    return Customers.of(question.dataset, question.experiment.folds, store, other)
