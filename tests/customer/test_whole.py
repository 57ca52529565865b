"""The customer index of a log, and what the parts of the index are given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from bench.customer.leads import Scored
from bench.customer.whole import _classes, index_of_log
from bench.data.washing import make_washing
from bench.plan.indices import CustomersSection, index_file_of
from tests.customer.made import leads_of

WASHING = Path(__file__).parents[2] / "experiments" / "indices" / "washing.toml"


@pytest.fixture(scope="module")
def washing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the index of the washing log, as its file describes it."""
    file = index_file_of(WASHING.read_text(encoding="utf-8"), WASHING)
    assert file.customers.offers == "experiments/indices/washing-offers.toml"
    offers = file.customers.model_copy(update={"offers": str(WASHING.with_name("washing-offers.toml"))})
    folder = tmp_path_factory.mktemp("washing")
    index_of_log(replace(file, customers=offers), folder)
    return folder


def test_classes_of_the_washing_log_are_the_planted_segments(washing: Path) -> None:
    found = pd.read_csv(washing / "membership.csv", dtype=str).set_index("customer")["class"].fillna("")
    segment = make_washing().segment[found.index]
    assert found.nunique() - ("" in set(found)) == 4
    assert adjusted_rand_score(segment, found) >= 0.8


def test_only_customers_with_five_rows_in_every_index_are_in_a_class(washing: Path) -> None:
    rows = pd.read_csv(washing / "indices.csv").pivot(index="customer", columns="index", values="exposure")
    enough = rows.index[(rows >= 5).all(axis=1)]
    assert set(pd.read_csv(washing / "membership.csv")["customer"]) == set(enough)
    page = (washing / "index.html").read_text(encoding="utf-8")
    assert f"the {len(enough)} of 500 customers with 5 rows or more in every index" in page


def test_an_offer_may_ask_for_a_column_that_no_index_looks_at(washing: Path) -> None:
    offers = pd.read_csv(washing / "offers.csv").set_index("customer")
    drum = offers.index[offers["offer"] == "larger drum"]
    machine = make_washing().log.drop_duplicates("household").set_index("household")["machine"]
    assert len(drum) > 10
    assert set(machine[drum]) == {"W7"}


@pytest.mark.parametrize("customers", [["anna"] * 40, [f"c{row}" for row in range(40)]], ids=["one", "single rows"])
def test_a_log_without_anybody_to_compare_makes_a_page(customers: list[str], tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    pd.DataFrame({"who": customers, "kind": ["x", "y"] * 20}).to_csv(table, index=False)
    offers = tmp_path / "offers.toml"
    offers.write_text('[[offer]]\nname = "o"\nwhen = [{ class = ["1"] }]\n', encoding="utf-8")
    text = f"[table]\npath = '{table}'\ncustomer = \"who\"\n[customers]\noffers = '{offers}'\n"
    text += '[[index]]\nname = "x"\ncolumn = "kind"\nvalues = ["x"]\n'
    said = index_of_log(index_file_of(text, Path("runs.toml")), tmp_path)
    assert "0 are above or below the average in at least one index" in said[0]
    assert (tmp_path / "index.html").exists()
    states = set(pd.read_csv(tmp_path / "indices.csv")["state"])
    assert not states & {"above the average", "below the average"}


def test_the_number_of_a_company_is_no_column_that_classes_are_looked_for_in() -> None:
    groups = np.repeat(np.arange(40), 3)
    features = pd.DataFrame(
        {"code": 100.0 + groups, "kind": pd.Categorical(["a", "b", "c"] * 40), "staff": groups % 7.0}
    )
    leads = leads_of(np.full(120, 0.5), groups, [1, 0] * 60, names=[f"{row}" for row in range(120)], features=features)
    scored = Scored(leads, None, 0.5, tuple(str(100 + company) for company in range(40)))
    assert "code" not in _classes(scored, CustomersSection(classes=2)).levels.columns
    assert _classes(scored, CustomersSection(classes=2, columns=("code",))).levels.columns == ("code",)
