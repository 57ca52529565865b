"""The card tells a reader what the bundle is for and what of the data is in it, and quotes no lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.bundle.card import card
from bench.bundle.folder import open_bundle, write_bundle
from bench.bundle.manifest import Manifest
from bench.bundle.predictor import Predictor
from bench.run.assemble import build
from bench.run.fitted import FittedTrial, Learnt
from bench.score.combine import Combination
from tests.bundle.bundles import FACTS, ROWS, VALUES, written
from tests.components.catalogue import part, trial


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return written(tmp_path_factory.mktemp("card") / "bundle")


def test_the_card_holds_what_a_reader_has_to_know(manifest: Manifest) -> None:
    said = card(manifest)
    for fact in (
        "the probability that `is_converted` is 'True', and the call: 'True' from a probability of 0.3, 'False' below",
        "calls 25.0% of leads that were held out of training (policy: train). A share of positives of 30.0% is assumed",
        "67 labelled leads, 20 of them positive (29.9%), data `made006700`",
        "Columns used: `visits`, `pages`, `source`, `owner`.",
        "| `bbbb0002` | median · ordinal · model | 0.667 | as it is |",
        "| `aaaa0001` | median · ordinal · model | 0.333 | sigmoid of 0.900 × logit -0.100 |",
        "f1 0.610, 95 % interval 0.550 to 0.670",
        "It is corrected for having chosen the best of many",
        "Not for leads of another kind, market or time",
        "No member keeps training rows",
        "manifest.json holds every level of every category, and every company, of the training leads: names",
        "words of the leads' texts, are in `aaaa0001`, `bbbb0002`.",
        "numpy 2",
    ):
        assert fact in said


def test_an_estimate_that_flatters_says_so(manifest: Manifest) -> None:
    estimate = manifest.estimate.model_copy(update={"low": None, "high": None})
    assert "and so may flatter" in card(manifest.model_copy(update={"estimate": estimate}))


def test_the_card_says_what_the_manifest_holds_where_no_member_keeps_words(manifest: Manifest) -> None:
    members = tuple(member.model_copy(update={"keeps_words": False}) for member in manifest.members)
    said = card(manifest.model_copy(update={"members": members}))
    assert "manifest.json holds every level of every category, and every company, of the training leads" in said
    assert "Levels again" not in said


def test_names_cannot_write_html_or_tables(manifest: Manifest) -> None:
    hostile = "<script>x</script> | [a](b)\n# c"
    said = card(manifest.model_copy(update={"experiment": hostile, "question": hostile, "columns": (hostile + "`",)}))
    assert r"\<script\>x\</script\> \| \[a\](b) \# c" in said
    assert "\n# c" not in said
    assert "`<script>x</script> ¦ [a](b) # c'`" in said  # inside of code, where it is text


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"model": "knn"}, ["k nearest neighbours"]),
        ({"imputation": "knn", "model": "logistic"}, ["imputation by nearest neighbours"]),
        ({"model": "logistic"}, []),
    ],
)
def test_members_that_keep_training_rows_are_named(tmp_path: Path, chosen: dict[str, str], words: list[str]) -> None:
    known = part(ROWS)
    rows = known.training[["visits", "pages"]]
    one = trial(**{"imputation": "median", **chosen})
    step = build(one, "imputation", "test")
    model = build(one, "model", "test")
    model.fit(step.fit_transform(rows, known.y), known.y)
    fitted = FittedTrial("cccc0003", "some", {"imputed 1": Learnt("imputed", (step,), ())}, "imputed 1", (model,))
    write_bundle(
        tmp_path / "bundle", FACTS, Predictor(Combination({"cccc0003": 1.0}, {}), {"cccc0003": (fitted,)}), VALUES
    )
    manifest = open_bundle(tmp_path / "bundle").manifest
    assert list(manifest.members[0].keeps_rows) == words
    said = (tmp_path / "bundle" / "model_card.md").read_text()
    assert [word for word in words if f"`cccc0003` **keeps training rows** ({word})" in said] == words
    assert ("No member keeps training rows" in said) == (not words)
