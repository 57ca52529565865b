"""A manifest that contradicts itself is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.bundle import manifest as module
from bench.bundle.manifest import read_manifest
from bench.errors import BundleError
from tests.bundle.bundles import FACTS, ROWS, written


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bundle") / "made"
    written(folder)
    return (folder / "manifest.json").read_text(encoding="utf-8")


def _read(said: dict[str, Any]) -> module.Manifest:
    return read_manifest(json.dumps(said).encode(), Path("manifest.json"))


CONTRADICTIONS = {
    "more positives than rows": ({"positives": ROWS + 1}, "more positives than rows"),
    "one label twice": ({"labels": ["yes", "yes"]}, "both labels are the same"),
}


@pytest.mark.parametrize(("fields", "why"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_cannot_be_of_a_table_is_refused(said: str, fields: dict[str, Any], why: str) -> None:
    with pytest.raises(BundleError, match=why):
        _read({**json.loads(said), **fields})


def test_as_many_positives_as_rows_are_read(said: str) -> None:
    assert _read({**json.loads(said), "positives": ROWS}).positives == FACTS.rows


@pytest.mark.parametrize("more", [1e-8, -1e-8, 0.2, -0.3])
def test_weights_that_do_not_sum_to_one_are_refused(said: str, more: float) -> None:
    content = json.loads(said)
    content["members"][1]["weight"] += more
    with pytest.raises(BundleError, match="the weights of the members do not sum to 1"):
        _read(content)


def test_weights_may_be_as_inexact_as_their_sum(said: str) -> None:
    content = json.loads(said)
    content["members"][1]["weight"] += 1e-10
    assert sum(_read(content).weights.values()) == pytest.approx(1, abs=1e-9)


def test_a_manifest_that_is_too_large_is_not_read(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.MOST_BYTES == 50_000_000
    content = said.encode()
    monkeypatch.setattr(module, "MOST_BYTES", len(content) - 1)
    with pytest.raises(BundleError, match=r"manifest\.json has [\d,]+ bytes, of at most "):
        read_manifest(content, Path("manifest.json"))
