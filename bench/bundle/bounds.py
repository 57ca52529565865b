"""Models and matrices that stay within their own bounds: compiled code would read past them unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.bundle.archive import refused
from bench.bundle.boosters import descends, within, xgboost_holds

Check = Callable[[Any, set[int]], bool]


def check_bounds(fitted: Any, place: str) -> None:
    """Check all that a fitted object holds.

    A tree of scikit-learn is a table whose rows name the rows of their children and the column they ask, and its
    predictions follow them without looking (https://github.com/scikit-learn/scikit-learn/pull/34558).

    CatBoost models are the exception: their format can be read by CatBoost's own library only, so that one made to
    harm could leave its memory when it is read or predicts. Whoever takes bundles from others that hold one
    (`model_card.md` names the models) has to trust those who made it.

    Raises
    ------
    BundleError
        If a tree, a sparse matrix, a vectoriser or what looks up neighbours is not as its library would have made it.
    """
    owned: set[int] = set()  # the trees whose owner was seen
    # The check of a histogram model puts a row through its preprocessor, whose parts have to be checked by then.
    parts = sorted(_parts(fitted), key=lambda part: type(part).__name__ == "HistGradientBoostingClassifier")
    for part in parts:
        check = _CHECKS.get(type(part).__name__)
        if check is not None and not _holds(check, part, owned):
            raise refused(place, f"holds a damaged {type(part).__name__}")
    if any(type(part).__name__ in ("Tree", "TreePredictor") and id(part) not in owned for part in parts):
        raise refused(place, "holds a tree outside of a model of trees")


def _parts(fitted: Any) -> Iterator[Any]:
    """Yield every object that can be reached, once."""
    left, seen = [fitted], set()
    while left:
        part = left.pop()
        if isinstance(part, str | bytes | bytearray | int | float | None) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, list | tuple | set):
            left.extend(part)
        elif isinstance(part, dict):
            left.extend(part.values())
        elif isinstance(part, partial):
            left.extend((part.func, part.args, part.keywords))
        elif isinstance(part, np.ndarray) and part.dtype == object:
            left.extend(part.ravel().tolist())
        if hasattr(part, "__dict__"):
            left.extend(vars(part).values())


def _holds(check: Check, part: Any, owned: set[int]) -> bool:
    try:
        return check(part, owned)
    except Exception:  # an attribute is missing or is of another type
        return False


def _decision_tree(model: Any, owned: set[int]) -> bool:
    if not hasattr(model, "tree_"):  # of a forest, the pattern its trees were made by
        return True
    tree = model.tree_
    owned.add(id(tree))
    nodes = tree.__getstate__()["nodes"]
    leaf = nodes["left_child"] == -1
    inner = nodes[~leaf]
    return (
        len(nodes) > 0
        and tree.value.shape[:2] == (len(nodes), model.n_outputs_)
        and descends(inner["left_child"], inner["right_child"], leaf)
        and within(inner["feature"], model.n_features_in_)
    )


def _histogram(model: Any, owned: set[int]) -> bool:
    """Check the trees, and by one row that they get as many columns as they were grown on."""
    if getattr(model, "_in_fit", False):
        return False
    width = model.n_features_in_
    made = model._preprocess_X(np.zeros((1, width)), reset=False)
    mapper = model._bin_mapper
    categorical = np.asarray(mapper.is_categorical_)
    if made.shape[1] != width or len(categorical) != width:
        return False
    predictors = [predictor for trees in model._predictors for predictor in trees]
    owned.update(map(id, predictors))
    return all(_predictor(predictor, categorical) for predictor in predictors)


def _predictor(predictor: Any, categorical: NDArray[np.bool_]) -> bool:
    nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
    leaf = nodes["is_leaf"] != 0
    inner = nodes[~leaf]
    asked = inner[inner["is_categorical"] != 0]
    return (
        len(nodes) > 0
        and bitsets.ndim == 2
        and bitsets.shape[1] == 8  # 256 levels
        and bitsets.dtype == np.uint32
        and descends(inner["left"], inner["right"], leaf)
        and within(inner["feature_idx"], len(categorical))
        and bool(categorical[asked["feature_idx"]].all() and (asked["bitset_idx"] < len(bitsets)).all())
    )


_SET = ("deterministic", "force_row_wise", "verbose")


def _lightgbm(model: Any, owned: set[int]) -> bool:
    """Refuse parameters that we do not set: one has LightGBM not look how many columns it is given."""
    return bool(model._other_params.keys() <= {*type(model)._get_param_names(), *_SET})


def _booster(booster: Any, owned: set[int]) -> bool:
    """Check a booster of XGBoost; the text of LightGBM's had to be checked before it was loaded."""
    return type(booster).__module__.startswith("lightgbm") or xgboost_holds(booster)


def _sparse(matrix: Any, owned: set[int]) -> bool:
    matrix.check_format(full_check=True)
    return True


def _vectoriser(vectoriser: Any, owned: set[int]) -> bool:
    """Refuse one that takes texts for names of files to read, calls what it finds, or counts in columns it has not.

    A pattern of its own could take for ever on a text, so that there is only scikit-learn's.
    """
    called = (vectoriser.tokenizer, vectoriser.preprocessor, vectoriser.strip_accents, vectoriser.stop_words)
    columns = vectoriser.vocabulary_
    return (
        vectoriser.input == "content"
        and called == (None, None, None, None)
        and vectoriser.analyzer in ("word", "char", "char_wb")
        and vectoriser.token_pattern == r"(?u)\b\w\w+\b"
        and type(columns) is dict
        and all(isinstance(place, int | np.integer) for place in columns.values())
        and sorted(columns.values()) == list(range(len(columns)))
    )


def _neighbours(model: Any, owned: set[int]) -> bool:
    """Check that every row has a label that is one of the classes, and that rows are compared as `Neighbours` does."""
    rows, labels = model._fit_X, model._y
    return (
        (model.algorithm, model._fit_method, model._tree) == ("brute", "brute", None)
        and (model.metric, model.metric_params, model.p, model.weights) == ("minkowski", None, 2, "distance")
        and (model.effective_metric_, model.effective_metric_params_) == ("euclidean", {})
        and model.outputs_2d_ is False
        and rows.dtype.kind in "biuf"
        and rows.shape == (model.n_samples_fit_, model.n_features_in_)
        and labels.shape == (len(labels),) == rows.shape[:1]
        and labels.dtype.kind == "i"
        and model.classes_.ndim == 1
        and within(labels, len(model.classes_))
    )


def _neighbour_imputer(imputer: Any, owned: set[int]) -> bool:
    if not hasattr(imputer, "_fit_X"):  # the pattern that one was made by
        return True
    rows = imputer._fit_X
    return (
        (imputer.metric, imputer.weights) == ("nan_euclidean", "uniform")
        and rows.dtype in (np.float32, np.float64)
        and rows.ndim == 2
        and rows.shape[1] == imputer.n_features_in_
        and (imputer._mask_fit_X.dtype, imputer._mask_fit_X.shape) == (np.bool_, rows.shape)
        and (imputer._valid_mask.dtype, imputer._valid_mask.shape) == (np.bool_, rows.shape[1:])
    )


_CHECKS: dict[str, Check] = {
    "DecisionTreeClassifier": _decision_tree,
    "DecisionTreeRegressor": _decision_tree,
    "ExtraTreeClassifier": _decision_tree,
    "HistGradientBoostingClassifier": _histogram,
    "KNNImputer": _neighbour_imputer,
    "KNeighborsClassifier": _neighbours,
    "LGBMClassifier": _lightgbm,
    "Booster": _booster,
    "csr_matrix": _sparse,
    "CountVectorizer": _vectoriser,
    "TfidfVectorizer": _vectoriser,
}
