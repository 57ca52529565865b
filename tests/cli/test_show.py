"""Lines of progress in a pipe."""

from types import SimpleNamespace
from typing import Any

import pytest

from bench.cli.show import _PlainLines
from bench.run.count import Progress


def test_a_second_stage_is_told_from_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    lines: Any = _PlainLines()
    for seconds, done in ((0.0, 0), (600.0, 5), (0.0, 0), (1.0, 1)):
        lines(SimpleNamespace(progress=Progress(6, {"done": done}, done, seconds), best=None))
    said = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in said] == ["0/6 cells", "5/6 cells", "0/6 cells"]
