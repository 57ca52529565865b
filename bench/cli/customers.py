"""`bench index`: who sales should call, in words they use."""

from __future__ import annotations

import typer

from bench.cli.options import RESULTS, File, Results, Workers, worker_count


def add_commands(app: typer.Typer) -> None:
    """Add this family to the command line."""
    app.command("index")(index)


def index(file: File, workers: Workers = None, results: Results = RESULTS) -> None:
    """Make the customer index of a finished run, or the statistical indices of a log that has no outcome."""
    from bench import flow
    from bench.customer.whole import index_of_log
    from bench.plan.experiment import read_source
    from bench.plan.indices import index_file_of, is_index_file
    from bench.question import ask

    source = read_source(file)
    if is_index_file(source):
        log = index_file_of(source, file)
        said = index_of_log(log, results / log.name / "index")
    else:
        said = flow.index(ask(file, results), worker_count(workers))
    print("\n".join(said))
