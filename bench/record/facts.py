"""What a reader needs to know of the machine and the libraries to repeat a run."""

from __future__ import annotations

import platform
from importlib.metadata import version
from importlib.util import find_spec
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
    "skrub",
    "rapidfuzz",
    "countrynames",
    "babel",
    "py3langid",
)
OPTIONAL = ("wordllama",)
LIBRARIES += ("xgboost" if platform.system() == "Darwin" else "xgboost-cpu",)


def environment() -> dict[str, Any]:
    """Return versions, processor and system; nothing that names a person or a path."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "versions": {name: version(name) for name in (*LIBRARIES, *filter(find_spec, OPTIONAL))},
    }
