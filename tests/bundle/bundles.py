"""A small bundle of two members that share their preparation, and what an attacker does to one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench.bundle.folder import write_bundle
from bench.bundle.manifest import Estimate, Facts, Manifest, Policy
from bench.bundle.predictor import Predictor
from bench.data.schema import Schema, Wanted
from bench.run.assemble import build
from bench.run.fitted import FittedTrial, Learnt
from bench.score.calibration import Calibrator
from bench.score.combine import Combination
from tests.components.catalogue import choice, part, trial

ROWS = 67  # no width or number of levels is by chance as large

FACTS = Facts(
    experiment="spring leads",
    question="Who will buy?",
    source="[data]\n",
    made="2026-01-31",
    data_id="made006700",
    folds_id="fb0f0bad49",
    rows=ROWS,
    positives=20,
    labels=("False", "True"),
    target="is_converted",
    columns=("visits", "pages", "source", "owner"),
    objective="f1",
    refit="all",
    threshold=0.1 + 0.2,
    policy=Policy(word="train", assumed_rate=0.3, called_share=0.25),
    estimate=Estimate(metric="f1", value=0.61, precision=0.58, recall=0.64, low=0.55, high=0.67),
    data_schema=Schema(
        columns=(Wanted(name="visits", kind="number"), Wanted(name="source", kind="category", levels=("web", "메일"))),
        features=("visits", "source"),
        others=(),
        missing=(),
        target="is_converted",
        id=None,
        groups=None,
        ungrouped=(),
    ),
)
SCALES = {"aaaa0001": Calibrator("sigmoid", np.empty(0), np.empty(0), 0.9, -0.1)}
VALUES = {"aaaa0001": 0.5, "bbbb0002": 0.6, "cccc0003": 0.4}
WEIGHTS = {"aaaa0001": 1 / 3, "bbbb0002": 2 / 3}


@cache
def fits() -> dict[str, tuple[FittedTrial, ...]]:
    """Two trials fitted on the same rows: logistic regression and a tree behind one encoding."""
    known = part(ROWS)
    plain = known.training[["visits", "pages", "source", "owner"]]
    pieces, rows = {}, plain
    for axis, kind, needs in (("imputation", "imputed", ()), ("encoding", "table", ("imputed 1",))):
        step = build(trial(imputation="median", encoding="ordinal"), axis, "test")
        rows = step.fit_transform(rows, known.y)
        pieces[f"{kind} 1"] = Learnt(kind, (step,), needs)
    models = {"aaaa0001": "logistic", "bbbb0002": choice("model", "random_forest", trees=5)}
    return {
        name: (
            FittedTrial(
                name,
                "median · ordinal · model",
                pieces,
                "table 1",
                (build(trial(model=model), "model", "test").fit(rows, known.y),),
            ),
        )
        for name, model in models.items()
    }


def probability(fitted: FittedTrial) -> Any:
    """What a fitted trial of `fits` says of new leads."""
    rows = part(ROWS).held_out[["visits", "pages", "source", "owner"]]
    for key in ("imputed 1", "table 1"):
        rows = fitted.pieces[key].steps[0].transform(rows)
    return fitted.models[0].predict_proba(rows)


def written(folder: Path, **said: object) -> Manifest:
    return write_bundle(folder, FACTS.model_copy(update=said), Predictor(Combination(WEIGHTS, SCALES), fits()), VALUES)


def rehashed(folder: Path) -> None:
    """Make the sizes and hashes of a manifest those of the files that are there, as an attacker would."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(json.dumps(manifest))


def member(folder: Path, kind: str = "model") -> Path:
    """A file of the bundle that holds a piece of that kind."""
    return sorted((folder / "members").glob(f"{kind}-*.skops"))[0]


def altered(content: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Return a skops file with its schema changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(entries["schema.json"])
    change(schema)
    return packed({**entries, "schema.json": json.dumps(schema).encode()})


def packed(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()
