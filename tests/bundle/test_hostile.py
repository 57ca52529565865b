"""Bundles made to harm: each is refused in one sentence, and nothing of it runs, though every hash is right."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from skops import io as skops

from bench.bundle import archive
from bench.bundle import folder as on_disk
from bench.bundle.folder import open_bundle
from bench.bundle.trusted import check, load
from bench.errors import BundleError
from tests.bundle.bundles import altered, member, packed, rehashed, written


class Touch:
    """A pickle that leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.path}'",)


def node(loader: str, name: str, /, **more: Any) -> dict[str, Any]:
    module, _, kind = name.rpartition(".")
    return {"__loader__": loader, "__module__": module, "__class__": kind, **more}


def text(content: Any) -> dict[str, Any]:
    return node("JsonNode", "builtins.str", content=json.dumps(content), is_json=True)


def items(*content: Any, kind: str = "list") -> dict[str, Any]:
    return node(f"{kind.title()}Node", f"builtins.{kind}", content=list(content))


def keyed(**content: Any) -> dict[str, Any]:
    types = items(*[node("TypeNode", "builtins.str") for _ in content])
    return node("DictNode", "builtins.dict", key_types=types, content=content)


def with_types(key_type: str, key: str) -> dict[str, Any]:
    """A dict whose keys are made by calling something."""
    return node("DictNode", "builtins.dict", key_types=items(node("TypeNode", key_type)), content={key: text(1)})


def partial(func: dict[str, Any], *args: Any) -> dict[str, Any]:
    content = {"func": func, "args": items(*args, kind="tuple"), "kwds": keyed(), "namespace": text(None)}
    return node("PartialNode", "functools.partial", content=content)


def doubling(times: int = 60) -> dict[str, Any]:
    """A list that holds the list before it twice, sixty times: 2**60 nodes in sixty lines."""
    tree = node("ListNode", "builtins.list", content=[], __id__=1)
    for number in range(1, times):
        again = node("JsonNode", "builtins.str", content="1", __id__=number)
        tree = node("ListNode", "builtins.list", content=[tree, again], __id__=number + 1)
    return tree


NOT_TRUSTED = "which is not in Leadbench's list of trusted types; nothing of it was loaded"
NOT_NEEDED = "which no component of Leadbench needs; nothing of it was loaded"

# What a file asks for in the place of a model (of a command line that would leave a file behind), and the refusal.
ASKED: dict[str, tuple[Callable[[str], dict[str, Any]], str]] = {
    "a function": (lambda command: node("FunctionNode", "os.system"), NOT_TRUSTED),
    "the same by another name": (lambda command: node("FunctionNode", "posix.system"), NOT_TRUSTED),
    "eval": (lambda command: node("FunctionNode", "builtins.eval"), NOT_TRUSTED),
    "a function as a type": (lambda command: node("TypeNode", "os.system"), NOT_TRUSTED),
    "a partial of a function": (lambda c: partial(node("FunctionNode", "os.system"), text(c)), NOT_TRUSTED),
    "a partial of a type": (lambda c: partial(node("TypeNode", "subprocess.Popen"), text(c)), NOT_TRUSTED),
    "a key made by a call": (lambda command: with_types("os.system", command), NOT_TRUSTED),
    "a list made by a call": (lambda c: node("ListNode", "os.system", content=[text(c)]), NOT_TRUSTED),
    "an array made by a call": (
        lambda command: node("NdArrayNode", "os.system", type="numpy", file="1.npy"),
        NOT_TRUSTED,
    ),
    "an object": (lambda c: node("ObjectNode", "subprocess.Popen", content=keyed(args=text(c))), NOT_TRUSTED),
    "another package's class": (lambda command: node("ObjectNode", "leadbench_tiny.Lengths"), NOT_TRUSTED),
    "a function of ours": (lambda command: node("FunctionNode", "bench.flow.run"), NOT_TRUSTED),
    "a module that a trusted one imports": (
        lambda command: node("FunctionNode", "bench.components.steps.text.embedding.Path"),
        NOT_TRUSTED,
    ),
    "a trusted type in another role": (lambda command: node("TypeNode", "sklearn.pipeline.Pipeline"), NOT_TRUSTED),
    "a call of an object's method": (
        lambda command: node("MethodNode", "builtins.str", content={"func": "format", "obj": text(command)}),
        NOT_NEEDED,
    ),
    "a caller of methods": (
        lambda command: node("OperatorFuncNode", "operator.methodcaller", attrs=items(text("system"), text(command))),
        NOT_NEEDED,
    ),
    "a constructor": (
        lambda command: node("ConstructorFromReduceNode", "subprocess.Popen", content=items(text(command))),
        NOT_NEEDED,
    ),
    "a node that stands for another": (lambda command: node("CachedNode", "builtins.str", __id__=1), NOT_NEEDED),
    "a kind of node that skops had once": (lambda command: node("QuantileForestNode", "os.system"), NOT_NEEDED),
    "a loss that is none": (lambda command: node("LossNode", "os.system"), NOT_TRUSTED),
    "random numbers that are none": (lambda command: node("RandomStateNode", "os.system"), NOT_TRUSTED),
    "a node without a type": (lambda command: {"__loader__": "JsonNode", "content": "1"}, "a node without a type"),
    "an id alone": (lambda command: {"__id__": 7}, "a node without a type"),
    "a tree without end": (lambda command: doubling(), "two different nodes of one id"),
    "a file outside": (
        lambda command: node("BytesNode", "builtins.bytes", file="../../secret"),
        "asks for a file '../../secret' that is not in it",
    ),
}


@pytest.mark.parametrize("attack", ASKED)
def test_a_file_that_asks_for_what_is_not_trusted_is_refused_and_nothing_runs(attack: str, tmp_path: Path) -> None:
    ask, refusal = ASKED[attack]
    touched = tmp_path / "touched"

    def put_in(schema: dict[str, Any]) -> None:
        schema["content"][1]["content"][0] = ask(f"touch '{touched}'")

    refused_with_right_hashes(tmp_path / "bundle", lambda content: altered(content, put_in), refusal)
    assert not touched.exists()


def test_the_attacks_would_work_on_who_trusts_what_a_file_asks_for(tmp_path: Path) -> None:
    """Or the refusals above would prove nothing."""
    touched = tmp_path / "touched"
    asked = {**node("ListNode", "os.system", content=[]), "protocol": 2}
    hostile = packed({"schema.json": json.dumps(asked).encode()})
    with pytest.raises(TypeError, match=r"str, bytes or os\.PathLike object, not list"):
        skops.loads(hostile, trusted=skops.get_untrusted_types(data=hostile))  # os.system was called
    pickle.loads(pickle.dumps(Touch(touched)))
    assert touched.exists()


def array(content: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, content, allow_pickle=True)
    return buffer.getvalue()


def with_entry(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the first entry with that ending, or add one of that name."""

    def changed(content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            entries = {entry: opened.read(entry) for entry in opened.namelist()}
        found = next((entry for entry in entries if entry.endswith(name)), name)
        return packed({**entries, found: change(entries.get(found, b""))}, zipfile.ZIP_DEFLATED)

    return changed


def twice(content: bytes) -> bytes:
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as opened, pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr("schema.json", b"{}")
    return buffer.getvalue()


def bomb() -> bytes:
    """Sparse numbers of which few bytes become many."""
    buffer = io.BytesIO()
    sparse.save_npz(buffer, sparse.csr_matrix(np.ones((1, 100_000))))
    return buffer.getvalue()


def claims(rows: int) -> bytes:
    return array(np.zeros(1)).replace(b"(1,), }" + b" " * (len(str(rows)) - 1), f"({rows},), }}".encode())


PACKED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an entry that climbs": (with_entry("../../evil.npy", lambda _: b"x"), "an entry '../../evil.npy'"),
    "an entry with a root": (with_entry("/etc/evil.npy", lambda _: b"x"), "an entry '/etc/evil.npy'"),
    "an entry with a drive": (with_entry("C:\\evil.npy", lambda _: b"x"), "an entry 'C:"),
    "code beside the schema": (with_entry("evil.py", lambda _: b"import os"), "an entry 'evil.py'"),
    "two schemas": (twice, "two entries 'schema.json'"),
    "no schema": (lambda _: packed({"1.npy": array(np.zeros(1))}), "without schema.json"),
    "a schema that is no JSON": (lambda _: packed({"schema.json": b"\x80"}), "cannot be read as a skops file"),
    "a schema that is no node": (lambda _: packed({"schema.json": b"[]"}), "protocol None"),
    "a schema without end": (
        lambda _: packed({"schema.json": b'{"protocol": 2, "content": ' + b"[" * 200_000}),
        "cannot be read as a skops file",
    ),
    "an older protocol": (lambda content: altered(content, lambda s: s.update(protocol=0)), "skops protocol 0"),
    "a newer protocol": (lambda content: altered(content, lambda s: s.update(protocol=3)), "skops protocol 3"),
    "an array larger than itself": (with_entry(".npy", lambda _: claims(10**12)), "not as large as it says"),
    "a sparse matrix that unpacks": (with_entry("7.npz", lambda _: bomb()), "bytes unpacked, of at most"),
    "zeros that unpack": (with_entry("7.npy", lambda _: array(np.zeros(100_000))), "bytes unpacked, of at most"),
    "many entries": (
        lambda content: packed({f"{n}.npy": b"" for n in range(400)}),
        "has 400 entries, of at most 300",
    ),
}


@pytest.mark.parametrize("attack", PACKED)
def test_an_archive_that_skops_would_not_write_is_refused(
    attack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_disk, "MOST_UNPACKED_BYTES", 500_000)
    monkeypatch.setattr(archive, "MOST_ENTRIES", 300)
    refused_with_right_hashes(tmp_path / "bundle", *PACKED[attack])


def test_pickles_are_refused_in_place_of_a_file_and_inside_one(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    hostile = Touch(touched)
    refused_with_right_hashes(tmp_path / "1", lambda _: pickle.dumps(hostile), "is no whole skops file")
    for number, objects in enumerate((np.array([hostile], dtype=object), np.array(hostile, dtype=object))):
        inside = with_entry(".npy", lambda _, objects=objects: array(objects))  # type: ignore[misc]
        refused_with_right_hashes(tmp_path / f"2{number}", inside, "of Python objects, which is a pickle")
    assert not touched.exists()


@pytest.mark.parametrize("kind", ["imputed", "table", "model"])
def test_of_a_bundle_with_one_hostile_file_none_is_built(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "bundle")
    path = member(tmp_path / "bundle", kind)
    path.write_bytes(altered(path.read_bytes(), lambda schema: schema["content"].append(node("TypeNode", "os.system"))))
    rehashed(tmp_path / "bundle")
    monkeypatch.setattr("skops.io.loads", lambda *_, **__: pytest.fail("something was built"))
    with pytest.raises(BundleError, match=r"asks for 'os\.system'"):
        open_bundle(tmp_path / "bundle")


def saved(fitted: Any) -> bytes:
    return skops.dumps(fitted)


def forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    X = np.arange(40.0).reshape(20, 2)
    return RandomForestClassifier(1, bootstrap=False, random_state=0).fit(X, [0] * 10 + [1] * 10)


def histogram() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    X = np.arange(40.0).reshape(20, 2)
    return HistGradientBoostingClassifier(max_iter=1, min_samples_leaf=2).fit(X, [0] * 10 + [1] * 10)


@pytest.mark.parametrize(("field", "value"), [("left_child", 5), ("right_child", 0), ("feature", 2), ("feature", -3)])
def test_a_tree_that_leads_out_of_its_own_table_is_refused(field: str, value: int) -> None:
    model = forest()
    load(saved(model), "a file")
    state = model.estimators_[0].tree_.__getstate__()
    nodes = state["nodes"].copy()
    nodes[field][0] = value

    with zipfile.ZipFile(io.BytesIO(saved(model))) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    (name,) = [name for name, content in entries.items() if b"left_child" in content[:400] and name != "schema.json"]
    hostile = packed({**entries, name: array(nodes)})
    with pytest.raises(BundleError, match="a file holds a damaged DecisionTreeClassifier; nothing of it was loaded"):
        load(hostile, "a file")


@pytest.mark.parametrize(("field", "value"), [("left", 99), ("right", 0), ("feature_idx", 2), ("is_categorical", 1)])
def test_a_histogram_tree_that_leads_out_of_its_own_table_is_refused(field: str, value: int) -> None:
    model = histogram()
    load(saved(model), "a file")
    model._predictors[0][0].nodes[field][0] = value
    with pytest.raises(BundleError, match="damaged HistGradientBoostingClassifier"):
        load(saved(model), "a file")


def test_a_sparse_matrix_that_points_outside_is_refused() -> None:
    matrix = sparse.csr_matrix(np.eye(3))
    load(saved([matrix]), "a file")
    matrix.indices[0] = 1_000_000
    with pytest.raises(BundleError, match="damaged csr_matrix"):
        load(saved([matrix]), "a file")


@pytest.mark.parametrize(
    "hostile",
    [
        {"input": "filename"},
        {"tokenizer": np.float64},
        {"analyzer": str},
        {"strip_accents": str},
        {"token_pattern": "(a*)*b"},
    ],
)
def test_a_vectoriser_that_would_read_files_or_call_or_never_end_is_refused(hostile: dict[str, Any]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(dtype=np.float64).fit(["some text"])
    load(saved(vectoriser), "a file")
    with pytest.raises(BundleError, match="damaged TfidfVectorizer"):
        load(saved(vectoriser.set_params(**hostile)), "a file")


@pytest.mark.parametrize("places", [(0, 2**31 - 5), (0, 0), (1, 2), (-1, 0), (0.0, 1.0)])
def test_a_vectoriser_whose_words_are_not_numbered_by_its_columns_is_refused(places: tuple[float, float]) -> None:
    from bench.components.steps.encoding.similarity import SimilarLevels
    from bench.components.steps.text.words import TextPieces

    pieces = TextPieces(terms=2, rare=1).fit(pd.DataFrame({"a": ["some text"]}))
    levels = SimilarLevels().fit(pd.DataFrame({"a": ["web", "mail"]}))
    for step, vectoriser in (
        (pieces, pieces.vectorisers_["a"]),
        (levels, levels.encoders_["a"].vectorizers_[0]),  # type: ignore[union-attr]
    ):
        load(saved(step), "a file")
        vectoriser.vocabulary_ = dict(zip("ab", places, strict=True))
        with pytest.raises(BundleError, match=f"a file holds a damaged {type(vectoriser).__name__}"):
            load(saved(step), "a file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_y", np.full(9, 2**40)),
        ("_y", np.full(9, -1)),
        ("_y", np.array([0, 1])),
        ("_y", np.full((9, 1), 0)),
        ("_y", np.zeros(9)),
        ("classes_", np.array([0])),
        ("_fit_X", np.zeros((9, 1))),
        ("_fit_X", np.zeros((8, 2))),
        ("metric", "precomputed"),
        ("effective_metric_", "precomputed"),
        ("weights", "uniform"),
        ("weights", np.float64),
        ("outputs_2d_", True),
    ],
)
def test_neighbours_without_a_label_of_a_class_or_compared_otherwise_are_refused(name: str, value: Any) -> None:
    from bench.components.steps.models.neighbours import Neighbours

    fitted = Neighbours(3).fit(np.arange(18.0).reshape(9, 2), np.array([0, 1] * 4 + [1], dtype=np.int8))
    load(saved(fitted), "a file")
    setattr(fitted.model_, name, value)
    with pytest.raises(BundleError, match="a file holds a damaged KNeighborsClassifier"):
        load(saved(fitted), "a file")


@pytest.mark.parametrize(
    ("name", "value"),
    [("metric", np.float64), ("weights", np.float64), ("_mask_fit_X", np.zeros((1, 2), bool)), ("_fit_X", np.zeros(4))],
)
def test_an_imputer_by_neighbours_that_is_not_as_it_was_fitted_is_refused(name: str, value: Any) -> None:
    from sklearn.impute import KNNImputer

    fitted = KNNImputer(keep_empty_features=True).fit(np.array([[1.0, np.nan], [2.0, 3.0]]))
    load(saved(fitted), "a file")
    setattr(fitted, name, value)
    with pytest.raises(BundleError, match="a file holds a damaged KNNImputer"):
        load(saved(fitted), "a file")


def test_a_schema_that_would_fill_the_memory_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_SCHEMA_BYTES", 1_000_000)
    schema = b'{"protocol": 2, "content": [' + b"[]," * 1_000_000 + b"1]}"
    hostile = packed({"schema.json": schema}, zipfile.ZIP_DEFLATED)
    assert peak_bytes(hostile, r"a schema\.json of 3,000,031 bytes, of at most 1,000,000") < 2_000_000


def test_what_unpacks_inside_of_a_sparse_matrix_is_not_held_in_memory() -> None:
    zeros = bytes(60_000_000)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(zeros), 0, 0)
    far = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    head = b"\x93NUMPY\x02\x00" + (len(zeros) - 20).to_bytes(4, "little")
    for content, refusal in (
        (zeros + end, "not packed as it would be saved"),  # a list of entries that is read at once
        (zeros + locator + far, "not packed as it would be saved"),
        (packed({"data.npy": head + zeros}), "of an unknown version"),  # a head that is read at once
        (zeros, "not packed as it would be saved"),
    ):
        hostile = packed({"schema.json": b"{}", "7.npz": content}, zipfile.ZIP_DEFLATED)
        assert peak_bytes(hostile, refusal) < 45_000_000


def peak_bytes(hostile: bytes, refusal: str) -> int:
    """Return how much memory it takes to refuse a file."""
    tracemalloc.start()
    try:
        with pytest.raises(BundleError, match=refusal):
            load(hostile, "a file")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_all_files_of_a_bundle_share_the_bytes_they_may_unpack_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "bundle")
    sizes = [check(path.read_bytes(), "a file") for path in (tmp_path / "bundle" / "members").iterdir()]
    monkeypatch.setattr(on_disk, "MOST_UNPACKED_BYTES", sum(sizes))
    open_bundle(tmp_path / "bundle")
    monkeypatch.setattr(on_disk, "MOST_UNPACKED_BYTES", sum(sizes) - 1)
    assert max(sizes) < sum(sizes) - 1
    with pytest.raises(BundleError, match="bytes unpacked, of at most"):
        open_bundle(tmp_path / "bundle")


def test_a_tree_outside_of_a_model_of_trees_is_refused() -> None:
    tree = forest().estimators_[0].tree_
    with pytest.raises(BundleError, match="a tree outside of a model of trees"):
        load(saved([tree]), "a file")


def refused_with_right_hashes(folder: Path, change: Callable[[bytes], bytes], refusal: str) -> None:
    """Change a member, make the manifest right, and see the bundle refused in one sentence that says which file."""
    written(folder)
    path = member(folder)
    path.write_bytes(change(path.read_bytes()))
    rehashed(folder)
    with pytest.raises(BundleError) as refused:
        open_bundle(folder)
    said = str(refused.value)
    assert said.startswith(str(path))
    assert refusal in said
    assert said.endswith("nothing of it was loaded. Get the bundle anew from who made it.")
    assert "\n" not in said


def boosted(library: str) -> Any:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(900, 2)), rng.integers(0, 4, 900)])
    y = ((X[:, 0] > 0.3) ^ (X[:, 2] == 2)).astype(int)
    if library == "lightgbm":
        from lightgbm import LGBMClassifier

        model = LGBMClassifier(n_estimators=2, num_leaves=6, verbose=-1, min_child_samples=5)
        return model.fit(X, y, categorical_feature=[2])
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=2, max_depth=3).fit(X, y)


# Most of them end the process, or never end, where LightGBM 4.7 reads them; others it could read otherwise than we do.
@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("num_class=1", "num_class=9999"),
        ("objective=binary sigmoid:1", "objective=multiclass num_class:3"),
        ("objective=binary sigmoid:1", "objective=binary sigmoid:2"),
        ("objective=binary sigmoid:1\n", ""),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=7"),
        (r"tree_sizes=\d+", "tree_sizes=99999999"),
        (r"num_leaves=\d+", "num_leaves=99999999"),
        (r"num_leaves=\d+", "num_leaves=-5"),
        (r"split_feature=\d+", "split_feature=3"),
        (r"split_feature=\d+", "split_feature=-1"),
        (r"left_child=-?\d+", "left_child=5"),
        (r"left_child=-?\d+", "left_child=-7"),
        (r"left_child=-?\d+", "left_child=0"),
        (r"leaf_value=\S+ ", "leaf_value="),
        (r"leaf_count=\S+ ", "leaf_count="),
        (r"cat_boundaries=0 \d+", "cat_boundaries=0 9"),
        (r"cat_threshold=", "cat_threshold=1 "),
        (r"num_cat=[1-9]", "num_cat=0"),
        (r"is_linear=0", "is_linear=1"),
        (r"end of trees", "Tree=2"),
        (r"num_leaves=(\d+)", "num_leaves=\\1=99"),
        (r"left_child=-?\d+", "left_child=1e0"),
        (r"\nsplit_gain=", "\x0bsplit_feature=9\nsplit_gain="),
    ],
)
def test_a_lightgbm_model_that_leads_out_of_its_memory_is_refused_before_it_is_read(line: str, instead: str) -> None:
    content = saved(boosted("lightgbm"))
    load(content, "a file")

    def put_in(schema: dict[str, Any]) -> None:
        handle = schema["content"]["content"]["_Booster"]["content"]["content"]["_handle"]
        text = json.loads(handle["content"])
        hostile = re.sub(line, instead, text, count=1)
        assert hostile != text
        handle["content"] = json.dumps(hostile if "tree_sizes" in line else sized(hostile))

    with pytest.raises(BundleError, match=r"a file (holds a damaged LightGBM model|cannot be read)"):
        load(altered(content, put_in), "a file")


@pytest.mark.parametrize("way", ["another key", "another kind of dict"])
def test_a_lightgbm_model_cannot_hide_behind_a_good_one(way: str) -> None:
    def hide(schema: dict[str, Any]) -> None:
        booster = schema["content"]["content"]["_Booster"]
        state = booster["content"]
        if way == "another key":
            state["content"] = {"handle": text("tree"), **state["content"]}
        else:
            factory = node("TypeNode", "builtins.str")
            inner = {"main": keyed(_handle=text("tree")), "default_factory": factory, **state["content"]}
            booster["content"] = node("DefaultDictNode", "collections.defaultdict", content=inner)

    with pytest.raises(BundleError, match="a LightGBM model that is not as it would be saved"):
        load(altered(saved(boosted("lightgbm")), hide), "a file")


def sized(text: str) -> str:
    """Make the sizes that a LightGBM model gives of its trees right, as an attacker would."""
    trees = re.split(r"(?=^Tree=)", text.split("end of trees")[0], flags=re.M)[1:]
    return re.sub(r"tree_sizes=.*", "tree_sizes=" + " ".join(str(len(tree)) for tree in trees), text)


def test_a_lightgbm_model_that_would_not_count_the_columns_it_is_given_is_refused() -> None:
    model = boosted("lightgbm").set_params(predict_disable_shape_check=True)
    with pytest.raises(BundleError, match="a file holds a damaged LGBMClassifier"):
        load(saved(model), "a file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("left_children", 99),
        ("right_children", 0),
        ("split_indices", 3),
        ("tree_info", 1),
        ("iteration_indptr", 1),
    ],
)
def test_an_xgboost_model_that_leads_out_of_its_memory_is_refused_before_it_predicts(name: str, value: int) -> None:
    model = boosted("xgboost")
    load(saved(model), "a file")
    booster = model.get_booster()
    said = json.loads(booster.save_raw("json"))
    boosting = said["learner"]["gradient_booster"]["model"]
    (boosting if name in boosting else boosting["trees"][0])[name][0] = value
    booster.load_model(bytearray(json.dumps(said).encode()))
    with pytest.raises(BundleError, match="a file holds a damaged Booster"):
        load(saved(model), "a file")
