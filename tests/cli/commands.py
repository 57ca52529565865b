"""Commands run as a shell would run them, and a small experiment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd

from bench.cli.main import main
from bench.errors import ENDING


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int | str | None
    out: str
    err: str


def bench(*words: str) -> Ended:
    """Run a command in this process, as the shell would."""
    before, heeded = sys.argv, {number: signal.getsignal(number) for number in ENDING}
    sys.argv = ["bench", *words]
    code: int | str | None = 0
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.argv = before
            for number, handler in heeded.items():
                signal.signal(number, handler)
    return Ended(code or 0, out.getvalue(), err.getvalue())


def surroundings(**more: str) -> dict[str, str]:
    """Return an environment for a process of its own: this checkout, and buffers as Python has them by default."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONUNBUFFERED", "PYTHONUTF8")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), **more}


def started(*words: str, folder: Path, **more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench", *words]
    return subprocess.Popen(
        command, cwd=folder, env=surroundings(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def leads(rows: int) -> pd.DataFrame:
    """Return numbers and an outcome that follows from them but for every seventh row."""
    numbers = pd.Series(range(rows))
    visits = numbers * 7 % 23
    won = (visits > 13) ^ (numbers % 7 == 0)
    return pd.DataFrame(
        {"나이": 20 + numbers * 11 % 37, "방문 수": visits, "결과": won.map({True: "전환", False: "미전환"})}
    )


def write_experiment(path: str = "quick.toml", model: str = '"constant", "logistic"') -> str:
    """Write an experiment that takes a second: two models on three folds, nothing to hand in."""
    leads(60).to_csv("train.csv", index=False)
    Path(path).write_text(
        '[data]\ntrain = "train.csv"\ntarget = "결과"\npositive = "전환"\n[folds]\ncount = 3\n'
        f"[grid]\nmodel = [{model}]\n",
        encoding="utf-8",
    )
    return path


def write_slips() -> None:
    """Write what is neither an experiment nor a table, and a table of which nobody converted."""
    for folder in ("folder", "folder.csv"):
        Path(folder).mkdir()
    Path("other.toml").write_text('[project]\nname = "no experiment"\n')
    for name in ("empty.toml", "empty.csv"):
        Path(name).touch()
    for name in ("binary.toml", "binary.csv", "binary.parquet"):
        Path(name).write_bytes(bytes(range(1, 256)))
    leads(60).assign(결과="미전환").to_csv("one.csv", index=False)
