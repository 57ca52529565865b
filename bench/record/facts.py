"""What a reader needs to know of the machine and the libraries to repeat a run."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LIBRARIES: tuple[str, ...] = (
    "leadbench",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "imbalanced-learn",
    "lightgbm",
    "catboost",
    "skops",
    "skrub",
    "rapidfuzz",
    "countrynames",
    "babel",
    "py3langid",
    "xgboost" if platform.system() == "Darwin" else "xgboost-cpu",
)
OPTIONAL = ("wordllama",)
PATIENCE_SECONDS = 5.0  # for git, which can hang on a network drive


def environment() -> dict[str, Any]:
    """Return versions, commit, machine and system; nothing that names a person or a path."""
    import psutil

    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gigabytes": round(psutil.virtual_memory().total / 1e9, 1),
        "commit": commit(Path(__file__).parents[1]),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the libraries that results depend on."""
    return {name: version(name) for name in (*LIBRARIES, *filter(find_spec, OPTIONAL))}


def earlier_versions(run: Path, facts: dict[str, Any]) -> dict[str, list[str]]:
    """Return the versions that a run.json names and that ``facts`` does not, by library; those it remembers too."""
    try:
        before = json.loads(run.read_text(encoding="utf-8"))
        remembered = before.get("earlier_versions", {})
        known = {name: {*remembered.get(name, ()), used} for name, used in before["versions"].items()}
        others = {name: sorted(versions - {facts["versions"].get(name)}) for name, versions in known.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or not as it was written
        return {}
    return {name: versions for name, versions in others.items() if versions}


def commit(folder: Path) -> str | None:
    """Return the commit of the repository that a folder's own files stand in, with "-dirty" if they are changed."""
    calm = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}  # only looking: no lock is taken in somebody's repository
    with suppress(OSError, subprocess.SubprocessError):
        for words in (
            ("ls-files", "--error-unmatch", "__init__.py"),
            ("describe", "--always", "--dirty", "--abbrev=40"),
        ):
            said = subprocess.run(
                ["git", *words],
                cwd=folder,
                env=calm,
                capture_output=True,
                text=True,
                check=True,
                timeout=PATIENCE_SECONDS,
            ).stdout
        return said.strip()
    return None


def _processor() -> str:
    """Return the type of processor: results are the same bytes on machines of one."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()
