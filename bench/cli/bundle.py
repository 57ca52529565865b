"""`bench predict` and `bench verify`: what a bundle says of new leads, and whether it can be made again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import Workers, worker_count
from bench.errors import BundleError

Folder = Annotated[Path, typer.Argument(help="a bundle, such as results/leads/bundle")]


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("predict")(predict)
    app.command("verify")(verify)


def predict(
    bundle: Folder,
    leads: Annotated[Path, typer.Argument(help="a table with the columns of the training table but the target")],
    output: Annotated[Path, typer.Option("--output", "-o", help="the CSV to write")],
    workers: Workers = None,
) -> None:
    """Say of each lead how likely it converts and whether to call it; a row costs 8 bytes of memory."""
    from bench.bundle.predict import predict_file
    from bench.run.worker import ONE_THREAD

    os.environ.update(ONE_THREAD)
    done = predict_file(bundle, leads, output, worker_count(workers))
    for notice in done.notices:
        print(f"note: {notice}")
    customers = "".join(f", {rows:,} of {_WHO[who]}" for who, rows in sorted(done.customers.items()))
    print(f"{output}: {done.rows:,} leads{customers}; {done.called:,} ({done.called / max(1, done.rows):.1%}) to call.")


_WHO = {"known": "known customers", "new": "new ones", "none": "no company"}


def verify(bundle: Folder, workers: Workers = None) -> None:
    """Make table, folds, scores, members and submission of a bundle again, and say which of them differs."""
    from bench.ensemble import verify

    differ, links = 0, 0
    for link in verify.verify(bundle, worker_count(workers)):
        said = f"not checked: {link.said}" if link.holds is None else link.said
        print(f"{_HOLDS[link.holds]:<8} {link.name}: {said}", flush=True)
        links, differ = links + 1, differ + (link.holds is False)
    if differ:
        raise BundleError(f"{bundle}: {differ} of {links} links differ, see above.")


_HOLDS = {True: "same", False: "DIFFERS", None: "unknown"}
