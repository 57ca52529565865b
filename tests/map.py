"""The map of the code, made of the first docstring line of every module; `make map` prints it."""

from __future__ import annotations

import ast
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"

# An import goes down, never up, never sideways between folders of one floor.
FLOORS = {
    "cli": 10,
    "flow": 9,
    "stages": 8,
    "report": 7,
    "customer": 7,
    "explore": 7,
    "compare": 7,
    "question": 7,
    "ensemble": 6,
    "audit": 5,
    "bundle": 5,
    "derive": 5,
    "run": 4,
    "plan": 3,
    "record": 3,
    "data": 2,
    "page": 2,
    "components": 2,
    "score": 2,
    "registry": 1,
    "section": 1,
    "space": 1,
    "vocabulary": 1,
    "errors": 1,
    "companies": 1,
}


def modules() -> list[Path]:
    """Return every module below `bench`: the highest floor first, each folder before what it holds."""
    found = [path for path in BENCH.rglob("*.py") if path.parent != BENCH or path.stem in FLOORS]
    return sorted(
        found, key=lambda path: (-FLOORS[room(path)], [_place(part) for part in path.relative_to(BENCH).parts])
    )


def room(path: Path) -> str:
    """Return the folder or top-level module that a file belongs to."""
    return path.relative_to(BENCH).parts[0].removesuffix(".py")


def _place(part: str) -> tuple[bool, str]:
    """Put a folder's own line first, its files next, its folders last."""
    return (not part.endswith(".py"), "" if part == "__init__.py" else part)


def docstring_line(path: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return text.splitlines()[0] if text else ""


def drawn() -> str:
    """Return the map."""
    lines = []
    for path in modules():
        inside = path.relative_to(BENCH)
        if path.stem == "__init__":
            name = f"{'  ' * (len(inside.parts) - 2)}{inside.parent.name}/"
        else:
            name = f"{'  ' * (len(inside.parts) - 1)}{inside.name}"
        floor = (
            str(FLOORS[room(path)])
            if len(inside.parts) <= 2 and (path.stem == "__init__" or len(inside.parts) == 1)
            else ""
        )
        lines.append(f"{name:<27}{floor:<3}{docstring_line(path)}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(drawn())
