"""A bundle is written whole, comes back bit for bit, and is refused when anything of it is not as it was."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.bundle import folder as on_disk
from bench.bundle import place
from bench.bundle.folder import open_bundle, write_bundle
from bench.bundle.manifest import Facts
from bench.bundle.predictor import Predictor
from bench.errors import BundleError
from bench.run.fitted import FittedTrial, Learnt
from bench.score.combine import Combination
from tests.bundle.bundles import FACTS, SCALES, VALUES, WEIGHTS, fits, member, probability, rehashed, written


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    written(tmp_path / "한 bundle")
    return tmp_path / "한 bundle"


def test_what_comes_back_predicts_the_same_bit_for_bit(bundle: Path) -> None:
    opened = open_bundle(bundle)
    assert opened.fits.keys() == fits().keys()
    for trial, (before,) in fits().items():
        (after,) = opened.fits[trial]
        assert np.array_equal(probability(after), probability(before))
        assert (after.trial, after.configuration, after.prepared) == (trial, before.configuration, before.prepared)
        assert after.pieces.keys() == before.pieces.keys()
    assert opened.notices == ()


def test_three_members_of_unequal_weight_are_added_in_the_order_in_which_they_were_combined(tmp_path: Path) -> None:
    weights = {"bbbb0002": 0.15, "cccc0003": 0.25, "aaaa0001": 0.6}  # lightest first: best ranked is not heaviest
    (logistic,), (forest,) = fits().values()
    members = {"aaaa0001": (logistic,), "bbbb0002": (forest,), "cccc0003": (replace(logistic, trial="cccc0003"),)}
    combination = Combination(weights, SCALES)
    write_bundle(tmp_path / "bundle", FACTS, Predictor(combination, members), VALUES)
    opened = open_bundle(tmp_path / "bundle")
    assert list(opened.manifest.weights) == list(opened.fits) == list(weights)
    each = {trial: np.random.default_rng(number).random(1000) for number, trial in enumerate(weights)}
    after = Combination(opened.manifest.weights, opened.manifest.scales)(each)
    assert np.array_equal(after, combination(each))
    heaviest_first = dict(sorted(weights.items(), key=lambda item: -item[1]))
    assert not np.array_equal(Combination(heaviest_first, SCALES)(each), combination(each))
    card = (tmp_path / "bundle" / "model_card.md").read_text()
    assert card.index("| `aaaa0001`") < card.index("| `cccc0003`") < card.index("| `bbbb0002`")


def test_numbers_of_the_manifest_come_back_as_they_were(bundle: Path) -> None:
    manifest = open_bundle(bundle).manifest
    assert manifest.threshold == 0.1 + 0.2
    assert manifest.weights == WEIGHTS
    assert Facts(**manifest.model_dump(include=set(Facts.model_fields))) == FACTS
    ((trial, scale),) = manifest.scales.items()
    logits = np.array([0.2, 0.5])
    assert trial == "aaaa0001"
    assert np.array_equal(scale(logits), SCALES[trial](logits))


def test_members_on_the_same_rows_share_their_preparation_on_disk_and_in_memory(bundle: Path) -> None:
    assert sorted(path.name.split("-")[0] for path in (bundle / "members").iterdir()) == [
        "imputed",
        "model",
        "model",
        "table",
    ]
    (one,), (other,) = open_bundle(bundle).fits.values()
    assert one.pieces["table 1"] is other.pieces["table 1"]


def test_a_fit_for_each_fold_keeps_its_own_models(tmp_path: Path) -> None:
    ((trial, (fitted,)), *_) = fits().items()
    second = {key: replace(fitted.pieces[key]) for key in fitted.pieces}
    folds = (fitted, replace(fitted, pieces={**second, "text 2": Learnt("text", (None,), ())}, prepared="text 2"))
    facts = FACTS.model_copy(update={"refit": "folds"})
    write_bundle(tmp_path / "bundle", facts, Predictor(Combination({trial: 1.0}, {}), {trial: folds}), VALUES)
    opened = open_bundle(tmp_path / "bundle").fits[trial]
    assert [fit.prepared for fit in opened] == ["table 1", "text 2"]
    assert opened[1].pieces == {"text 2": Learnt("text", (None,), ())}  # what a fit does not need is not in it
    assert "each fitted on what one fold trains on" in (tmp_path / "bundle" / "model_card.md").read_text()


def change_manifest(folder: Path, **changed: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def rename_in_manifest(name: str) -> Callable[[Path], None]:
    def rename(folder: Path) -> None:
        old = f"members/{member(folder).name}"
        path = folder / "manifest.json"
        path.write_text(path.read_text().replace(old, name))

    return rename


def exchange(folder: Path) -> None:
    one, other = member(folder, "imputed"), member(folder, "table")
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def exchange_with_right_hashes(folder: Path) -> None:
    exchange(folder)
    rehashed(folder)


def cut(share: float, *, right: bool) -> Callable[[Path], None]:
    def cut_off(folder: Path) -> None:
        path = member(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        if right:
            rehashed(folder)

    return cut_off


def flip(folder: Path) -> None:
    content = bytearray(member(folder).read_bytes())
    content[len(content) // 2] ^= 1
    member(folder).write_bytes(content)


def cut_manifest(folder: Path) -> None:
    content = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(content[: len(content) // 2])


def link_member(folder: Path) -> None:
    path = member(folder)
    outside = folder.parent / "outside"
    path.rename(outside)
    path.symlink_to(outside)


def link_members(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "members").rename(outside)
    (folder / "members").symlink_to(outside)


def say(content: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / "manifest.json").write_text(content)


def listed_twice(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["members"][1]["fits"] = manifest["members"][0]["fits"]
    path.write_text(json.dumps(manifest))


def without_a_need(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["members"][0]["fits"][0]["pieces"].reverse()
    path.write_text(json.dumps(manifest))


HUGE = {"sha256": "0" * 64, "bytes": 5_000_000_000}
NOT_A_MANIFEST = "manifest.json is not as a manifest is"

DAMAGED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no folder": (lambda f: shutil.rmtree(f), "is no folder, and a bundle is one"),
    "a file": (lambda f: (shutil.rmtree(f), f.write_text("x")), "is no folder, and a bundle is one"),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "has no manifest.json"),
    "two members exchanged": (exchange, "is not the file that manifest.json lists"),
    "two members exchanged, hashes right": (exchange_with_right_hashes, "holds something else than manifest.json says"),
    "one bit": (flip, "is not the file that manifest.json lists"),
    "another card": (lambda f: (f / "model_card.md").write_text("x"), "model_card.md is not the file"),
    "a file cut off": (cut(0.5, right=False), "is not the file that manifest.json lists"),
    "a file emptied, hashes right": (cut(0.0, right=True), "is no whole skops file"),
    "a file cut near its start, hashes right": (cut(0.01, right=True), "is no whole skops file"),
    "a file cut in the middle, hashes right": (cut(0.5, right=True), "is no whole skops file"),
    "a file cut at its end, hashes right": (cut(0.999, right=True), "is no whole skops file"),
    "a file missing": (lambda f: member(f).unlink(), "lacks members/model-"),
    "no members": (lambda f: shutil.rmtree(f / "members"), "lacks members/imputed-"),
    "one file more": (lambda f: (f / "members" / "evil.py").write_text("x"), "holds 'members/evil.py', which its"),
    "one file more beside": (lambda f: (f / "evil.pkl").write_text("x"), "holds 'evil.pkl', which its manifest.json"),
    "a folder more": (lambda f: (f / "members" / "more").mkdir(), "more is no plain file"),
    "a member that is a link": (link_member, "is a link, and a bundle holds plain files only"),
    "members that are a link": (link_members, "members is a link, and a bundle holds plain files only"),
    "a name that climbs": (rename_in_manifest("members/../../outside.skops"), NOT_A_MANIFEST),
    "a name with a root": (rename_in_manifest("/etc/passwd"), NOT_A_MANIFEST),
    "a name with a drive": (rename_in_manifest("C:/passwd"), NOT_A_MANIFEST),
    "one file for two members": (listed_twice, "files listed are not those"),
    "pieces out of order": (without_a_need, "stands before one it needs"),
    "a newer format": (lambda f: change_manifest(f, format=2, novel=1), "is of format 2, and this Leadbench reads 1"),
    "no format": (lambda f: change_manifest(f, format=None), rf"{NOT_A_MANIFEST} \(format"),
    "half a manifest": (cut_manifest, "is no JSON"),
    "no JSON": (say("\0\0"), "is no JSON"),
    "a list": (say("[]"), NOT_A_MANIFEST),
    "brackets without end": (say("[" * 200_000), "is no JSON"),
    "a file beyond all": (
        lambda f: change_manifest(
            f, files=json.loads((f / "manifest.json").read_text())["files"] | {"model_card.md": HUGE}
        ),
        "lists files of 5,000,0.* bytes, of at most 4,000,000,000; nothing of it was loaded",
    ),
    "a key it does not have": (lambda f: change_manifest(f, hook="os.system"), rf"{NOT_A_MANIFEST} \(hook: Extra"),
    "a threshold that is no number": (lambda f: change_manifest(f, threshold=float("nan")), "is no JSON"),
    "a threshold beyond all": (lambda f: change_manifest(f, threshold=2.5), rf"{NOT_A_MANIFEST} \(threshold"),
    "a number as a word": (lambda f: change_manifest(f, rows="67"), rf"{NOT_A_MANIFEST} \(rows"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_bundle_is_refused_in_one_sentence(damage: str, bundle: Path) -> None:
    harm, refusal = DAMAGED[damage]
    harm(bundle)
    with pytest.raises(BundleError, match=refusal) as refused:
        open_bundle(bundle)
    assert str(refused.value).startswith(str(bundle))
    assert "\n" not in str(refused.value)


def test_what_lies_under_a_climbing_name_is_not_read(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename_in_manifest("members/../../outside.skops")(bundle)
    shutil.copy(member(bundle), bundle.parent / "outside.skops")
    monkeypatch.setattr(on_disk, "_checked", lambda *_: pytest.fail("a file was read"))
    with pytest.raises(BundleError, match=NOT_A_MANIFEST):
        open_bundle(bundle)


def test_other_versions_are_a_notice_and_named_where_loading_fails(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = json.loads((bundle / "manifest.json").read_text())["environment"]
    environment["versions"] |= {"numpy": "1.0", "gone": "2.0"}
    change_manifest(bundle, environment=environment | {"python": "3.9.1"})
    (notice,) = open_bundle(bundle).notices
    assert f"was made with Python 3.9.1 (here {on_disk.python_version()}), numpy 1.0 (here 2" in notice
    assert "gone 2.0 (here missing): probabilities may differ" in notice

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a field of old")

    monkeypatch.setattr("skops.io.loads", fail)
    with pytest.raises(BundleError, match=r"cannot be built again \(KeyError: 'a field of old'\).*numpy 1\.0"):
        open_bundle(bundle)


def test_an_older_bundle_is_replaced_when_the_new_one_is_whole(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = (bundle / "manifest.json").read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(place, "sync", full)
        with pytest.raises(OSError, match=r"No space left on device: .*members"):
            written(bundle, question="Another one?")
    assert (bundle / "manifest.json").read_bytes() == before
    open_bundle(bundle)
    facts = FACTS.model_copy(update={"question": "Another one?"})
    write_bundle(bundle, facts, Predictor(Combination(WEIGHTS, SCALES), fits()), VALUES)
    assert open_bundle(bundle).manifest.question == "Another one?"
    assert [path.name for path in bundle.parent.iterdir()] == [bundle.name]


def test_a_bundle_that_a_dead_writer_left_aside_is_kept_until_the_new_one_is_whole(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    bundle.rename(bundle.with_name(f".{bundle.name}.old"))
    monkeypatch.setattr(place, "sync", full)
    with pytest.raises(OSError, match="No space left on device"):
        written(bundle)
    open_bundle(bundle)


def test_leftovers_of_dead_writers_are_removed_and_nothing_else(bundle: Path) -> None:
    for name in (f".{bundle.name}.part", f".{bundle.name}.0123456789abcdef.part", f".{bundle.name}.old", "mine.part"):
        (bundle.parent / name / "members").mkdir(parents=True)
    written(bundle, question="Another one?")
    assert {path.name for path in bundle.parent.iterdir()} == {bundle.name, "mine.part"}


def test_two_writers_at_once_leave_one_whole_bundle(tmp_path: Path) -> None:
    question = {number: FACTS.model_copy(update={"question": str(number)}) for number in range(6)}
    winner = Predictor(Combination(WEIGHTS, SCALES), fits())
    with ThreadPoolExecutor(3) as writers:
        list(writers.map(lambda facts: write_bundle(tmp_path / "bundle", facts, winner, VALUES), question.values()))
    assert open_bundle(tmp_path / "bundle").manifest.question in map(str, question)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_writer_waits_for_the_one_before_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as writer:
        with place.alone(tmp_path / "bundle"):
            later = writer.submit(written, tmp_path / "bundle")
            assert not wait([later], timeout=0.3).done
            assert not (tmp_path / "bundle").exists()
        later.result(timeout=60)
    open_bundle(tmp_path / "bundle")


def test_a_bundle_can_be_written_into_a_folder_that_its_run_holds(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    try:
        with ThreadPoolExecutor(1) as writer:
            later = writer.submit(written, tmp_path / "bundle")
            done = wait([later], timeout=20).done
            fcntl.flock(directory, fcntl.LOCK_UN)
        assert done
    finally:
        os.close(directory)


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BundleError, match="is there and is no bundle: nothing is replaced"):
        written(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_what_another_package_brings_is_refused_when_the_bundle_is_written(tmp_path: Path) -> None:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    ((trial, (fitted,)), *_) = fits().items()
    foreign: FittedTrial = replace(fitted, models=(LinearDiscriminantAnalysis(),))
    with pytest.raises(BundleError, match=r"trial aaaa0001 .* asks for 'sklearn\.discriminant_analysis\.Linear"):
        write_bundle(tmp_path / "bundle", FACTS, Predictor(Combination({trial: 1.0}, {}), {trial: (foreign,)}), VALUES)
    assert not list(tmp_path.iterdir())


def test_a_file_of_the_user_in_a_bundle_is_not_deleted(bundle: Path) -> None:
    (bundle / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"holds 'notes\.txt', which is not of a bundle: nothing is replaced"):
        written(bundle)
    assert (bundle / "notes.txt").read_text() == "mine"


def test_an_interrupt_between_the_renames_leaves_the_older_one(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, rename = (bundle / "manifest.json").read_bytes(), Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name.endswith(".part"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        written(bundle, question="Another one?")
    assert (bundle / "manifest.json").read_bytes() == before
    assert [path.name for path in bundle.parent.iterdir()] == [bundle.name]


def test_a_bundle_that_says_the_same_stays_as_it_is(bundle: Path) -> None:
    def content() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}

    before = content()
    facts = FACTS.model_copy(update={"made": "2026-02-01", "source": "# a remark\n[data]\n"})
    predictor = Predictor(Combination(WEIGHTS, SCALES), fits())
    write_bundle(bundle, facts, predictor, VALUES)
    assert content() == before
    write_bundle(bundle, facts.model_copy(update={"threshold": 0.4}), predictor, VALUES)
    assert content() != before
    before = content()
    (bundle / "model_card.md").write_text("cut off")
    write_bundle(bundle, facts.model_copy(update={"threshold": 0.4}), predictor, VALUES)
    assert content()[str(bundle / "model_card.md")] == before[str(bundle / "model_card.md")]
