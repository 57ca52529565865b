"""Text components: what each makes of a message, and of a column that holds hardly one."""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.components.steps.text.embedding import LONGEST, Embedding
from bench.components.steps.text.keywords import Keywords
from bench.components.steps.text.minhash import MinHashes
from bench.components.steps.text.words import HashedWords, KeptText, TextPieces, TextTopics, TextVectors
from bench.components.text import REGISTRY
from bench.registry import Component

needs_wordllama = pytest.mark.skipif(find_spec("wordllama") is None, reason="the extra is not installed")
EVERY = [pytest.param(c, marks=needs_wordllama if c.extra else (), id=c.name) for c in REGISTRY]
MATRICES = [param for param in EVERY if param.id != "native"]
ROWWISE = [param for param in EVERY if param.values[0].rowwise]
WORDS = np.array(["price", "tender", "project", "thanks", "urgent", "catalogue", "견적", "demo"])


def table(*columns: list[str | None], names: list[str] | None = None) -> pd.DataFrame:
    names = names or [f"text {number}" for number in range(len(columns))]
    rows = len(columns[0])
    index = pd.Index(np.arange(rows)[::-1] * 7)  # as the rows of a fold have: in no order that means anything
    return pd.DataFrame({n: pd.Series(c, dtype="str", index=index) for n, c in zip(names, columns, strict=True)})


def made(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, 4)) if rng.random() < 0.8 else None for _ in range(rows)]
    notes = [str(rng.choice(WORDS)) if rng.random() < 0.5 else None for _ in range(rows)]
    return table(texts, notes, names=["message", "비고, note"])


def halves(rows: int) -> Any:
    return np.arange(rows, dtype=np.int8) % 2


def step_of(component: Component) -> Any:
    step = component.factory(**component.settle({}, "test"))
    return step.set_params(random_state=3) if "random_state" in step.get_params() else step


def array(matrix: Any) -> Any:
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


# What all of them promise.


@pytest.mark.parametrize("component", EVERY)
def test_the_traits_of_a_text_are_true_of_its_output(component: Component) -> None:
    X = made(60)
    step = step_of(component)
    for side in (step.fit_transform(X, halves(60)), step.transform(X[:20])):
        assert sparse.issparse(side) == ("sparse" in component.brings)
        assert isinstance(side, pd.DataFrame) == ("raw_text" not in component.clears)
        assert (side.shape[1] > 0) == ("columns" in component.brings)


@pytest.mark.parametrize("component", MATRICES)
def test_training_rows_come_out_as_any_row_would_in_float64(component: Component) -> None:
    X = made(60)
    step = step_of(component)
    training, again = step.fit_transform(X, halves(60)), step.transform(X)
    assert training.dtype == np.float64
    assert np.allclose(array(training), array(again), rtol=1e-12, atol=1e-14)
    assert np.array_equal(array(again)[::-1], array(step.transform(X[::-1])))


@pytest.mark.parametrize("component", EVERY)
def test_the_same_seed_gives_the_same_columns_bit_for_bit(component: Component) -> None:
    X = made(60)
    one, other = (array(step_of(component).fit_transform(X, halves(60))) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("component", ROWWISE)
def test_a_rowwise_text_says_the_same_of_a_row_whatever_stands_beside_it(component: Component) -> None:
    X = pd.concat([made(300), table(["long " * 700], [None], names=["message", "비고, note"])])
    whole = array(step_of(component).fit_transform(X, halves(301)))
    for rows in ([0], [5, 4, 300], list(range(0, 301, 7))):
        alone = array(step_of(component).fit(made(9, seed=1)).transform(X.iloc[rows]))
        assert np.array_equal(alone, whole[rows])


@pytest.mark.parametrize("component", EVERY)
@pytest.mark.parametrize(
    "texts",
    [
        [None] * 12,
        [""] * 12,
        ["yes"] * 12,
        ["the a an of"] * 12,
        ["?!"] * 12,
        ["a"] + [None] * 11,
        [f"once{n}" for n in range(12)],
        ["全く別の言葉", "견적 요청", "\n\t", "x" * 5000] * 3,
    ],
    ids=["gaps", "empty", "one word", "stop words", "signs", "one letter", "nothing twice", "scripts"],
)
def test_a_column_that_hardly_holds_a_word_is_no_failure(component: Component, texts: list[str | None]) -> None:
    X, new = table(texts, texts), table(["yes", None, "new words", "?"], [None] * 4)
    for groups in (None, np.full(12, -1), np.zeros(12, dtype=np.int64)):
        step = step_of(component)
        given = {"groups": groups} if component.name == "keywords" else {}
        training, held_out = step.fit_transform(X, halves(12), **given), step.transform(new)
        assert training.shape == (12, held_out.shape[1])
        assert held_out.shape[0] == 4
        if "raw_text" in component.clears:
            assert np.isfinite(array(held_out)).all()


@pytest.mark.parametrize("component", EVERY)
def test_a_table_without_a_text_column_gives_rows_without_columns(component: Component) -> None:
    X = table(["one", "two"]).iloc[:, :0]
    step = step_of(component)
    assert step.fit_transform(X, halves(2)).shape == (2, 0)
    assert step.transform(X[:1]).shape == (1, 0)


@pytest.mark.parametrize("component", EVERY)
def test_one_class_alone_is_no_failure(component: Component) -> None:
    X = made(30)
    step = step_of(component)
    assert step.fit_transform(X, np.zeros(30, dtype=np.int8)).shape[0] == 30


@pytest.mark.parametrize("component", [p for p in MATRICES if p.id != "drop_text"])
def test_words_without_a_meaning_say_nothing_and_a_telling_one_is_found(component: Component) -> None:
    X, fresh = made(600, seed=1), made(600, seed=2)
    rng = np.random.default_rng(3)
    chance, y = (rng.random(600) < 0.3).astype(np.int8), (rng.random(600) < 0.3).astype(np.int8)
    assert 0.4 < _auc(component, X, chance, fresh, y) < 0.6
    told, fresh_told = (_with_outcome(rows, of) for rows, of in ((X, chance), (fresh, y)))
    assert _auc(component, told, chance, fresh_told, y) > 0.95


def _with_outcome(X: pd.DataFrame, y: Any) -> pd.DataFrame:
    texts = X["message"].fillna("") + pd.Series(np.where(y == 1, " signed", " refused"), index=X.index, dtype="str")
    return X.assign(message=texts)


def _auc(component: Component, X: pd.DataFrame, y: Any, fresh: pd.DataFrame, fresh_y: Any) -> float:
    step = step_of(component)
    training = step.fit_transform(X, y)
    model = LogisticRegression(max_iter=500).fit(training, y)
    return float(roc_auc_score(fresh_y, model.predict_proba(step.transform(fresh))[:, 1]))


# What one of them does.


def test_each_text_column_has_terms_of_its_own() -> None:
    vectors = TextVectors(words=1, rare=1).fit_transform(table(["red", "blue"], ["red", None])).toarray()
    assert np.array_equal(vectors, [[0, 1, 1], [1, 0, 0]])  # blue and red of the one, red of the other


def test_a_misspelt_word_shares_its_pieces_with_the_right_one() -> None:
    X = table(["quotation", "quotaton", "invoice"])
    right, wrong, other = TextPieces(rare=1).fit_transform(X).toarray()
    assert right @ wrong > 0.3
    assert right @ other == 0
    words = TextVectors(rare=1).fit_transform(X).toarray()
    assert words[0] @ words[1] == 0


def test_the_forms_of_a_word_in_a_script_without_spaces_share_their_pieces() -> None:
    X = table(["견적요청을", "견적요청은", "감사합니다"])
    one, form, other = TextPieces(rare=1).fit_transform(X).toarray()
    assert one @ form > 0.3
    assert one @ other == 0


def test_topics_are_no_more_than_there_are_terms() -> None:
    X = table(["red", "blue", "red blue", "green"] * 3)
    assert TextTopics(components=30, words=1, rare=1, random_state=0).fit_transform(X).shape == (12, 3)


def test_hashed_terms_of_two_columns_never_meet_and_a_row_of_a_column_has_length_one() -> None:
    hashed = HashedWords(bits=4, words=1).fit_transform(table(["tender", None], ["tender", "tender"])).toarray()
    assert hashed.shape == (2, 32)
    assert np.array_equal(hashed[0, :16], hashed[0, 16:])  # the same word, in columns of its own each time
    assert np.abs(hashed).sum(axis=1) == pytest.approx([2, 1])
    assert not hashed[1, :16].any()


def test_minhash_of_a_text_within_another_is_never_below_it() -> None:
    part, whole, nothing = MinHashes(components=50).fit_transform(table(["tender", "an urgent tender", None]))
    assert (whole <= part).all()
    assert (whole == part).any()
    assert not nothing.any()
    assert np.abs(np.r_[part, whole]).max() <= 1


def test_minhash_reads_a_text_to_its_end_in_every_script() -> None:
    """The encoder reads as many bytes as there are letters: of Korean the first third."""
    one, other = MinHashes(components=50).fit_transform(table(["견적을 요청합니다 감사", "견적을 요청합니다 계약"]))
    assert 0.02 < np.mean(one != other) < 0.9


@needs_wordllama
def test_an_embedding_puts_like_meanings_close() -> None:
    texts = ["what is the price", "how much does it cost", "my television is broken"]
    vectors = Embedding(components=256).fit_transform(table([*texts, None]))
    unit = vectors[:3] / np.linalg.norm(vectors[:3], axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2]
    assert not vectors[3].any()


@needs_wordllama
def test_a_short_embedding_is_the_beginning_of_a_long_one() -> None:
    X = table(["please send a price list"])
    assert np.array_equal(Embedding(64).fit_transform(X), Embedding(256).fit_transform(X)[:, :64])


@needs_wordllama
def test_an_embedding_reads_a_fixed_number_of_tokens() -> None:
    within, beyond = Embedding().fit_transform(table(["price " * LONGEST, "price " * LONGEST + "never read " * 9]))
    assert np.array_equal(within, beyond)


@needs_wordllama
def test_an_embedding_needs_no_network_and_leaves_the_log_as_it_was() -> None:
    program = """
import logging, socket
def refuse(*args, **more):
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = refuse
import pandas as pd
from bench.components.steps.text.embedding import Embedding
print(Embedding().fit_transform(pd.DataFrame({"t": pd.Series(["hello"], dtype="str")})).shape)
print(logging.getLogger().level, logging.getLogger().handlers)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(1, 128)", f"{logging.WARNING} []"]


def test_keywords_are_the_terms_with_the_largest_chi_squared() -> None:
    """Of 8 rows with 4 positives: tender 4 against 0, free 0 against 3, price 2 against 2, hello everywhere.

    The statistic is n (ad - bc)^2 / ((a+b)(c+d)(a+c)(b+d)): 8 for tender, 4.8 for free, 0 for the others.
    """
    X = table(["hello tender price"] * 2 + ["hello tender"] * 2 + ["hello free price"] * 2 + ["hello free", "hello"])
    y = np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=np.int8)
    step = Keywords(terms=5, rare=1)
    flags = step.fit_transform(X, y)
    assert step.terms_ == {"text 0": ["tender", "free"]}
    assert np.array_equal(flags, [[1, 0]] * 4 + [[0, 1]] * 3 + [[0, 0]])


def test_a_keyword_is_chosen_from_all_text_columns_together() -> None:
    X = table(["tender", "tender", "price", None], ["yes", "no", "yes", "no"])
    y = np.array([1, 1, 0, 0], dtype=np.int8)
    step = Keywords(terms=1, rare=1).fit(X, y)
    assert step.terms_ == {"text 0": ["tender"], "text 1": []}
    assert np.array_equal(step.transform(table(["a tender"], ["tender"])), [[1]])


def test_a_term_of_one_company_or_of_too_few_rows_is_no_keyword() -> None:
    X = table(["acme tender"] * 3 + ["tender"] * 2 + ["zeal"] + ["hello"] * 6)
    y = np.array([1] * 6 + [0] * 6, dtype=np.int8)
    groups = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 4, -1, -1])
    assert Keywords(rare=1).fit(X, y).terms_["text 0"] == ["hello", "tender", "acme", "zeal"]
    assert Keywords(rare=1).fit(X, y, groups).terms_["text 0"] == ["hello", "tender"]
    assert Keywords(rare=6).fit(X, y).terms_["text 0"] == ["hello"]


def test_rows_without_a_company_are_companies_of_their_own_to_a_keyword() -> None:
    X = table(["tender"] * 3 + ["hello"] * 3)
    y = np.array([1, 1, 1, 0, 0, 0], dtype=np.int8)
    assert Keywords(rare=1).fit(X, y, np.array([-1, -1, -1, 5, 5, 5])).terms_["text 0"] == ["tender"]


def test_kept_texts_stay_texts_and_a_gap_is_an_empty_one() -> None:
    X = table(["Hello, 견적!", None, "?"], [None, "!!", ""], names=["message", "note"])
    kept = KeptText().fit(X).transform(X)
    assert list(kept.columns) == ["message"]  # the note never holds a word
    assert kept["message"].tolist() == ["Hello, 견적!", "", "?"]
    assert isinstance(kept["message"].dtype, pd.StringDtype)
    assert kept.index.equals(X.index)
