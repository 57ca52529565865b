"""Hold a finished experiment on made-up leads against the answers that were kept back.

python -m benchmarks.hidden_answers experiments/leads.toml
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sklearn.metrics import f1_score

from bench import flow
from bench.data.demo import make_demo
from bench.data.table import read_table
from bench.ensemble.judge import judge
from bench.record.store import read_store


def main() -> None:
    """Print what the leaderboard promised and what came true on the later leads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", type=Path)
    question = flow.ask(parser.parse_args().experiment, Path("results"))
    dataset, demo = question.dataset, question.experiment.data.demo
    assert demo is not None, "an experiment on made-up leads"
    answers = make_demo(demo.rows, demo.seed).answers["is_converted"].to_numpy()
    called = read_table(question.submission).frame["is_converted"].to_numpy() == dataset.labels[1]
    store = read_store(question.folder, dataset.data_id, question.folds)
    winner = judge(question.plan, dataset, store, question.experiment).choose()
    print(
        f"promised F1 {winner.score.counts.f1:.3f} at {dataset.y.mean():.1%} positives, {len(winner.weights)} members"
    )
    print(
        f"came true F1 {f1_score(answers, called):.3f} on {len(answers):,} later leads, {answers.mean():.1%} positives"
    )


if __name__ == "__main__":
    main()
