"""Text columns as vectors of meaning, from a model that comes with its package and learns nothing here."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from bench.components.steps.text.words import each_text_once

LONGEST = 512  # tokens of a text that are read: a batch is as wide as its longest text


class Embedding(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The mean of the vectors of a text's tokens, from the model that comes with wordllama's package.

    The vectors were distilled from the token tables of large language models and trained so that their first ones
    matter most, so a shorter vector is the beginning of a longer one. Only the first `LONGEST` tokens are read. No
    text is 0 everywhere. Nothing is downloaded.

    Parameters
    ----------
    components : numbers for each text column: 64, 128 or 256
    """

    def __init__(self, components: int = 128) -> None:
        self.components = components

    def fit(self, X: pd.DataFrame, y: object = None) -> Embedding:
        """Learn nothing."""
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return a dense matrix of shape (n, components * text columns)."""
        return each_text_once(X, self.components, self._vectors)

    def _vectors(self, texts: list[str]) -> NDArray[np.float64]:
        vectors: NDArray[np.float64] = _model(self.components).embed(texts).astype(np.float64)
        return vectors


@cache
def _model(components: int) -> Any:
    """Return the model with vectors of ``components`` numbers; one a process, since a fitted step has to stay plain."""
    quiet, root = logging.NullHandler(), logging.getLogger()
    root.addHandler(quiet)  # else its import would have every library's notes printed
    try:
        import wordllama
    finally:
        root.removeHandler(quiet)
    # Its own search looks for the tokenizer beside the folder that holds it; as a cache the package is searched right.
    package = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(
        "l2_supercat", cache_dir=package, dim=256, trunc_dim=components, disable_download=True
    )
    model.tokenizer.enable_truncation(LONGEST)
    return model
