"""How fast a bundle predicts, in how much memory: `python -m benchmarks.predict [BUNDLE] [--rows 200000 1000000]`.

Without a bundle the one of experiments/leads.toml is made first, which takes minutes. The leads are made up, most of
them of companies that training never met. Rows are divided by wall seconds, loading included.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bundle.predict import predict_file
from bench.data.demo import make_demo
from bench.flow import answer
from bench.question import ask
from benchmarks.reference import measure

EXPERIMENT = Path("experiments/leads.toml")


def main() -> None:
    """Print for each number of rows and of processes the rows per second and the memory of all processes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    given = parser.parse_args()
    with TemporaryDirectory(prefix="leadbench-") as made:
        folder = Path(made)
        bundle = given.bundle or _demo_bundle(folder)
        (folder / "bundle").symlink_to(bundle.resolve(), target_is_directory=True)
        for rows in given.rows:
            _write_leads(folder / "leads.csv", rows)
            for workers in (0, 2):
                cost = measure(whole_file, folder, workers)
                print(
                    f"{rows:,} rows, {workers} workers: {rows / cost.wall_seconds:,.0f} rows/s, "
                    f"{cost.cpu_seconds / rows * 1e6:.0f} µs of CPU a row, {cost.peak_megabytes:,.0f} MB",
                    flush=True,
                )


def whole_file(folder: Path, workers: int) -> None:
    """Predict the leads of a folder by its bundle."""
    predict_file((folder / "bundle").resolve(), folder / "leads.csv", folder / "out.csv", workers)


def _demo_bundle(folder: Path) -> Path:
    question = ask(EXPERIMENT, folder / "results")
    answer(question, {}, False, 2, lambda diary: None)
    return question.folder / "bundle"


def _write_leads(path: Path, rows: int) -> None:
    """Write made-up leads with an id, in another order than they came in: columns are filled by period."""
    leads = make_demo(rows, 3).train.drop(columns="is_converted").sample(frac=1, random_state=0)
    leads.insert(0, "id", [f"{number:07}" for number in range(rows)])
    leads.to_csv(path, index=False)


if __name__ == "__main__":
    from benchmarks.predict import main as by_name  # a process of its own looks the work up by its module

    by_name()
