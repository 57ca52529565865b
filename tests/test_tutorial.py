"""The tutorial: its commands run as they stand there, and print what it says they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.md"


def blocks() -> list[tuple[str, list[str]]]:
    """Return the fenced blocks of the tutorial in order: their language and lines."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [(language, body.splitlines()) for language, body in found]


def without_figures(text: str) -> str:
    """Return a text in which figures are alike, and so are fingerprints: they depend on the processor."""
    return re.sub(r"\b[0-9a-f]{10}\b|[\d.,]*\d", "#", text)


def steps(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Return the commands of a block, each with what is said of its output."""
    told: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            told.append((line[2:], []))
        else:
            told[-1][1].append(line)
    return told


def test_every_command_of_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for language, lines in blocks():
        if language == "toml":
            (tmp_path / lines[0].removeprefix("# ")).write_text("\n".join(lines) + "\n", encoding="utf-8")
            continue
        for command, expected in steps(lines):
            done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
            printed = without_figures(done.stdout)
            for line in expected:
                assert without_figures(line) in printed, f"$ {command}\nlacks: {line}\n{done.stdout}"
            ran += 1
    assert ran >= 10
    for page in ("results/tour/report.html", "results/train/explore/explore.html", "results/compare-kept-tour.html"):
        assert (tmp_path / page).is_file(), page


def test_the_tutorial_needs_no_tool_but_ours_and_the_shells() -> None:
    commands = [
        command.split()[0] for language, lines in blocks() if language == "console" for command, _ in steps(lines)
    ]
    assert set(commands) <= {"bench", "cp", "sed"}
    assert shutil.which("sed")
