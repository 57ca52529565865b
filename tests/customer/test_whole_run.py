"""A customer index is made of every kind of table that can be run, and says what is not there."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import flow
from bench.question import ask

ROWS, TO_CALL = 150, 40
DATA = '[data]\ntrain = "train.csv"\ntarget = "won"\npositive = "yes"\n'
TO_PREDICT = 'submission = "asked.csv"\nid = "id"\n'
NUMBERS = 'drop = ["firm", "day", "message"]\n'
TEXT = 'texts = ["message"]\ndrop = ["firm", "day", "visits", "source"]\n'
COMPANIES, DAYS = 'groups = "firm"\n', 'time = "day"\n'
REST = (
    '[grid]\ntext = [{ name = "tfidf", terms = 20 }]\nencoding = ["one_hot"]\nmodel = ["logistic"]\n'
    "[customers]\nsmallest = 10\nclasses = 2\nprecision = 0.6\n"
)
FAIR = '[[index]]\nname = "fair goer"\ncolumn = "source"\nvalues = ["fair"]\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(8)
    n = ROWS + TO_CALL
    visits = rng.normal(size=n).round(3)
    won = np.where(visits + rng.normal(size=n) > 0, "yes", "no")
    words = np.where(won == "yes", "urgent", "thanks").astype(object)
    words[rng.random(n) < 0.3] = "견적 <b>"
    words[0] = "x" * 10_000
    table = pd.DataFrame(
        {
            "visits": visits,
            "source": rng.choice(["web", "fair"], n),
            "message": words,
            "firm": [f"회사{number:02}" for number in rng.integers(0, 30, n)],
            "day": pd.date_range("2024-01-01", periods=n).strftime("%Y-%m-%d"),
            "won": won,
        }
    )
    table[:ROWS].to_csv("train.csv", index=False)
    # Numbers, as the labelled leads have that of their row.
    table[ROWS:].drop(columns="won").assign(id=np.arange(TO_CALL) + 1).to_csv("asked.csv", index=False)


def indexed(data: str, scheme: str = "stratified", sections: str = "") -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Run an experiment, make its index, and return its sheets and what is said."""
    folds = f'[folds]\ncount = 3\nscheme = "{scheme}"\n'
    Path("leads.toml").write_text(f"{DATA}{data}{folds}{REST}{sections}", encoding="utf-8")
    question = ask(Path("leads.toml"), Path("results"))
    flow.answer(question, {}, False, 0, lambda diary: None)
    said = flow.index(question, 0)
    folder = Path("results/leads/index")
    page = unescape((folder / "index.html").read_text(encoding="utf-8"))
    assert "회사" not in page
    assert "labelled row" not in page
    assert "xxxxx" not in page
    return {path.stem: pd.read_csv(path, keep_default_na=False, na_values=[""]) for path in folder.glob("*.csv")}, said


def test_without_companies_every_lead_is_a_customer() -> None:
    sheets, said = indexed(TO_PREDICT + NUMBERS)
    assert sheets.keys() == {"leads", "customers", "shortlist", "target", "classes", "membership"}
    assert sorted(sheets["customers"]["customer"]) == sorted(sheets["leads"]["lead"])
    assert set(sheets["customers"]["is"]) == {"open lead", "labelled lead"}
    assert sheets["membership"]["customer"].is_unique  # though ids are numbers, and so are the rows of train
    assert sheets["shortlist"]["company"].isna().all()
    assert said[1].startswith("Shortlist: ")


def test_without_leads_to_call_the_index_is_of_the_labelled_ones() -> None:
    sheets, said = indexed(COMPANIES + NUMBERS, sections=FAIR)
    assert sheets.keys() == {"leads", "customers", "target", "indices", "classes", "membership"}
    converted = (sheets["leads"]["outcome"] == "converted").sum()
    assert said[0] == (
        "Conversion index: There are no open leads: the index is of 150 labelled leads alone, of which "
        f"{converted} converted."
    )
    assert set(sheets["leads"]["table"]) == {"labelled"}
    assert sheets["customers"]["open"].sum() == 0
    assert sheets["target"][["open_leads", "expected_conversions"]].isna().all(axis=None)
    assert sheets["customers"]["expected"].sum() == pytest.approx(sheets["leads"]["index"].sum() / 100, abs=0.02)


@pytest.mark.parametrize("companies", [COMPANIES, ""], ids=["companies", "none"])
def test_of_folds_in_time_the_rows_that_were_held_out_are_labelled_leads(companies: str) -> None:
    sheets, _ = indexed(TO_PREDICT + NUMBERS + DAYS + companies, "time")
    leads = sheets["leads"]
    known = leads[leads["table"] == "labelled"]
    assert 0 < len(known) < ROWS
    assert "labelled row 1" not in set(known["lead"])  # the first rows are trained on only
    for _, kind in sheets["target"].groupby("kind"):
        assert kind[["leads", "open_leads"]].sum().tolist() == [len(known), TO_CALL]
    assert sheets["customers"]["labelled"].sum() == len(known)


def test_of_texts_alone_there_are_no_groups_and_no_classes() -> None:
    sheets, said = indexed(TO_PREDICT + TEXT)
    assert sheets["target"]["segment"][sheets["target"]["kind"] == "group"].tolist() == ["all leads"]
    assert "Kinds of customers: No classes of customers were looked for: " in "\n".join(said)
    assert max(len(cell) for cell in sheets["leads"]["raises"].dropna()) < 400
