"""The cluster engine, on a scheduler and two workers of their own: what one machine gives, whoever is lost."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import distributed
import psutil
import pytest

from bench.data.folds import FoldsSection, make_folds
from bench.errors import EngineError
from bench.flow import answer
from bench.plan.sections import LimitsSection
from bench.question import ask
from bench.record.facts import environment
from bench.report.diary import Diary
from bench.run import cluster as cluster_module
from bench.run.cluster import run_on_cluster
from bench.run.crew import Crew, check, job_bytes, name_of
from bench.run.engine import run_tasks
from bench.run.job import Batch
from bench.run.runner import CellJob
from tests.conftest import make_dataset
from tests.run.naps import Naps, Unborn
from tests.run.test_engine import Named
from tests.run.test_runner import PLAN

ROOT = Path(__file__).parents[2]


@dataclass
class Cluster:
    """A scheduler and its workers."""

    folder: Path
    scheduler: subprocess.Popen[bytes] = field(init=False)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self, **settings: str) -> None:
        names = {f"DASK_DISTRIBUTED__SCHEDULER__{name.upper()}": value for name, value in settings.items()}
        self.scheduler, log = self._started("scheduler", "--port", "0", "--host", "127.0.0.1", **names)
        self.address = _awaited(log, r"Scheduler at: +(\S+)")

    def hire(self, count: int) -> None:
        """Start workers until there are so many."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        options = (self.address, "--no-nanny", "--nthreads", "1", "--local-directory", str(self.folder))
        started = [self._started("worker", *options) for _ in range(count - len(self.workers))]
        for worker, log in started:
            _awaited(log, "(Registered) to")
            self.workers.append(worker)

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()

    def _started(self, what: str, *options: str, **settings: str) -> tuple[subprocess.Popen[bytes], Path]:
        path = self.folder / f"{what}{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options, "--no-dashboard"]
        with path.open("wb") as log:
            env = os.environ | {"PYTHONPATH": str(ROOT)} | settings
            return subprocess.Popen(command, stderr=log, stdout=log, cwd=ROOT, env=env), path


def _awaited(log: Path, pattern: str) -> str:
    deadline = time.monotonic() + 60
    while (found := re.search(pattern, log.read_text())) is None:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found[1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(shared: Cluster) -> Cluster:
    """Two workers, whoever was killed before."""
    shared.hire(2)
    return shared


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster to be destroyed; the test starts it."""
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.stop()


def outcomes(cluster: Cluster, tasks: list[Named], **limits: float) -> dict[str, str]:
    done = run_on_cluster(Naps(), [Batch(tasks)], cluster.address, LimitsSection(**limits))
    return {task.key: outcome for task, outcome in done}


def test_two_dask_workers_give_the_bytes_of_one_machine(cluster: Cluster) -> None:
    dataset = make_dataset()
    job = CellJob(dataset, make_folds(dataset, FoldsSection(count=3)))
    tasks = list(job.tasks(PLAN.cells(1, 3)))
    # in this process; `test_runner` says that worker processes of its own give the same
    here, there = dict(run_tasks(job, tasks, 0)), dict(run_on_cluster(job, [Batch(tasks)], cluster.address))
    for task in tasks:
        assert (there[task].status, there[task].reason) == ("done", "")
        assert there[task].probability.tobytes() == here[task].probability.tobytes()


ASKED = """
[data]
demo = { rows = 500, seed = 3 }
target = "is_converted"
positive = "True"
id = "id"
[folds]
count = 3
[grid]
imputation = ["median"]
encoding = ["ordinal", "target"]
resampling = ["as_is", "smote"]
model = ["logistic", "one_rule", "decision_tree"]
"""


def leaderboard(folder: Path) -> str:
    """Return a leaderboard but for its seconds, which stand last."""
    lines = (folder / "asked" / "leaderboard.csv").read_text().splitlines()
    return "\n".join(line.rpartition(",")[0] for line in lines)


def test_a_cluster_that_loses_a_worker_writes_the_leaderboard_of_one_machine(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "asked.toml").write_text(ASKED)

    def kill_one(diary: Diary) -> None:
        if diary.progress.ran == 4:
            cluster.workers[0].kill()

    elsewhere = ask(tmp_path / "asked.toml", tmp_path / "elsewhere")
    answer(elsewhere, {}, False, 1, kill_one, cluster.address)
    here = ask(tmp_path / "asked.toml", tmp_path / "here")
    answer(here, {}, False, 2, lambda diary: None)
    assert leaderboard(tmp_path / "elsewhere") == leaderboard(tmp_path / "here")
    assert cluster.workers[0].poll() is not None


def test_a_dask_worker_that_is_killed_costs_no_cell(cluster: Cluster) -> None:
    base = Named("base")
    pieces = [Named(f"piece {n}", (base,)) for n in range(3)]
    tasks = [Named(f"{n}", (pieces[n % 3],)) for n in range(30)]
    done = {}
    for task, outcome in run_on_cluster(Naps(), [Batch(tasks)], cluster.address):
        done[task.key] = outcome
        if len(done) == 6:
            ours = psutil.Process(cluster.workers[0].pid).children()
            cluster.workers[0].kill()
    assert done == {f"{n}": f"{n} basepiece {n % 3}" for n in range(30)}
    assert ours
    assert not psutil.wait_procs(ours, timeout=10)[1]  # what did its work ends with it


def test_both_dask_workers_work_and_drop_pieces_that_nobody_needs_any_more(cluster: Cluster) -> None:
    base = Named("base")
    pieces = [Named(f"piece {n}", (base,)) for n in range(12)]
    tasks = [Named(f"who {n}", (pieces[n // 4],)) for n in range(48)]
    parents, most = set(), 0
    for _, parent in run_on_cluster(Naps(), [Batch(tasks)], cluster.address):
        parents.add(int(parent))
        most = max(most, len(list(cluster.folder.rglob("piece*"))))
    assert parents == {worker.pid for worker in cluster.workers}
    assert 0 < most < 12  # those of eight tasks under way, some in two places


def test_a_cell_that_ends_badly_costs_no_dask_worker(cluster: Cluster, tmp_path: Path) -> None:
    bad, once = Named("raise bad piece"), f"kill {tmp_path / 'once'}"
    tasks = [Named(name) for name in ("abort", "sleep", "devour", "raise one", once, "kill", "a")]
    tasks += [Named("b", (bad,)), Named("c", (bad,))]
    assert outcomes(cluster, tasks, cell_seconds=5.0, cell_gigabytes=0.5) == {
        "abort": "failed: WorkerDied: the worker process died (SIGABRT)",
        "sleep": "timeout: Timeout: not done within cell_seconds = 5",
        "devour": "memory: Memory: more than cell_gigabytes = 0.5",
        "raise one": "failed: RuntimeError: one",
        once: once,
        "kill": "failed: WorkerDied: the worker process died (SIGKILL)",
        "a": "a",
        "b": "failed: RuntimeError: bad piece",
        "c": "failed: RuntimeError: bad piece",
    }
    assert [worker.poll() for worker in cluster.workers] == [None, None]


def test_a_run_that_is_left_early_leaves_the_cluster_to_others(cluster: Cluster) -> None:
    started = run_on_cluster(Naps(), [Batch([Named("a"), Named("sleep"), Named("b")])], cluster.address)
    next(started)
    start = time.monotonic()
    started.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 5
    for worker in cluster.workers:
        assert not psutil.wait_procs(psutil.Process(worker.pid).children(), timeout=5)[1]
    assert outcomes(cluster, [Named("a")]) == {"a": "a"}


def test_a_crew_whose_coordinator_was_killed_is_sent_home_by_the_next(cluster: Cluster) -> None:
    def crews() -> list[str]:
        found = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
        return [name for name in found if name.startswith(name_of(""))]

    with distributed.Client(cluster.address, set_as_default=False) as client:
        gone, here = (Crew(name_of(name), job_bytes(Naps()), LimitsSection(), {}) for name in ("gone", client.id))
        client.register_plugin(gone)
        client.register_plugin(here)
        assert crews() == [gone.name, here.name]
        assert outcomes(cluster, [Named("a")]) == {"a": "a"}
        assert crews() == [here.name]
        client.unregister_worker_plugin(here.name)


def test_other_versions_than_here_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = environment()
    other = facts | {"versions": facts["versions"] | {"pandas": "1.0"}}
    monkeypatch.setattr(cluster_module, "environment", lambda: other)
    with pytest.raises(EngineError, match=rf"pandas {facts['versions']['pandas']}, on this machine 1.0; the results"):
        outcomes(cluster, [Named("a")])
    monkeypatch.undo()
    assert outcomes(cluster, [Named("a")]) == {"a": "a"}
    with pytest.raises(EngineError, match=r"Dask worker there: python 3.*, on this machine 2.7"):
        check("Dask worker there", {"python": "2.7"})
    with pytest.raises(EngineError, match=r"there: no-such-package is missing, on this machine 1.0"):
        check("there", {"no-such-package": "1.0"})


def test_processes_that_cannot_begin_end_the_run(cluster: Cluster) -> None:
    with pytest.raises(EngineError, match=r"the worker processes on .* die before they can begin"):
        dict(run_on_cluster(Unborn(), [Batch([Named("a")])], cluster.address))


def test_a_scheduler_that_is_killed_ends_the_run_in_a_sentence_and_this_machine_does_the_rest(
    own: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    own.start()
    own.hire(1)
    base = Named("base")
    tasks = [Named(f"{n}", (base,)) for n in range(40)]
    done, killed = {}, 0.0

    def run() -> None:
        nonlocal killed
        for task, outcome in run_on_cluster(Naps(), [Batch(tasks)], own.address):
            done[task.key] = outcome
            if len(done) == 3:
                own.scheduler.kill()
                killed = time.monotonic()

    with pytest.raises(EngineError, match=r"the scheduler is lost. What is recorded stays: the same command goes on"):
        run()
    assert time.monotonic() - killed < 60
    assert capfd.readouterr().err == ""
    assert 3 <= len(done) < 40
    done |= {task.key: outcome for task, outcome in run_tasks(Naps(), [t for t in tasks if t.key not in done], 2)}
    assert done == {f"{n}": f"{n} base" for n in range(40)}


def test_workers_that_do_not_come_die_with_a_cell_or_all_go_are_said(
    own: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.start(allowed_failures="0")
    monkeypatch.setattr(cluster_module, "DOOR_SECONDS", 1.0)
    with pytest.raises(EngineError, match=r"the scheduler has no workers. `dask worker tcp://.*` starts one"):
        outcomes(own, [Named("a")])
    own.hire(1)
    reason = "failed: WorkerDied: 1 Dask workers died before it was done"  # as many as Dask was told to allow
    assert outcomes(own, [Named("kill its Dask worker")]) == {"kill its Dask worker": reason}
    own.hire(1)
    monkeypatch.setattr(cluster_module, "GONE_SECONDS", 1.0)
    started = run_on_cluster(Naps(), [Batch([Named(f"{n}") for n in range(40)])], own.address)
    next(started)
    own.workers[0].send_signal(signal.SIGTERM)  # it says goodbye: what it had under way is nobody's fault
    with pytest.raises(EngineError, match=r"all its workers are gone. What is recorded stays"):
        list(started)


def test_an_address_where_nobody_answers_is_said_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 2 * cluster_module.DOOR_SECONDS < 30
    monkeypatch.setattr(cluster_module, "DOOR_SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        bound = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        for listening in (False, True):
            if listening:
                silent.listen()
            start = time.monotonic()
            with pytest.raises(EngineError, match=f"{bound}: no Dask scheduler answers there .nobody for 1 s"):
                dict(run_on_cluster(Naps(), [Batch([Named("a")])], bound))
            assert time.monotonic() - start < 10
    for malformed in ("nonsense", "tcp://host", "ftp://host:1"):
        with pytest.raises(EngineError, match=f"{malformed}: no Dask scheduler answers there .ValueError: .* such as"):
            dict(run_on_cluster(Naps(), [Batch([Named("a")])], malformed))


def test_without_distributed_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=re.escape("pip install 'leadbench[cluster]'")):
        dict(run_on_cluster(Naps(), [Batch([Named("a")])], "tcp://host:8786"))
