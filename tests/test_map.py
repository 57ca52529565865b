"""The code lies as its map says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.map import BENCH, FLOORS, docstring_line, drawn, modules, room


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports from `bench`, imports inside functions too, as dotted names below it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "bench":
            parts = node.module.split(".")[1:]
            yield from [".".join(parts)] if parts else [alias.name for alias in node.names]
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("bench.") for alias in node.names if alias.name.startswith("bench."))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(BENCH)))
def test_an_import_goes_down_never_up_never_sideways(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        there = name.split(".")[0]
        if there == here:
            continue
        assert FLOORS[there] < FLOORS[here] or FLOORS[there] == FLOORS[here] == 1, f"{here} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(BENCH)))
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    line = docstring_line(path)
    assert line.endswith(".")
    assert len(line) <= 110


def test_the_readme_holds_the_map() -> None:
    readme = (BENCH.parent / "README.md").read_text(encoding="utf-8")
    assert drawn() in readme, "`make map` prints the map to paste into README.md"


def test_only_the_command_line_prints_or_exits() -> None:
    for path in modules():
        if room(path) == "cli":
            continue
        calls = [
            node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        ]
        names = {call.id for call in calls if isinstance(call, ast.Name)}
        assert not names & {"print", "exit", "input"}, path
