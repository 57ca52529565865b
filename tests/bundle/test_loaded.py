"""What a bundle says of leads in memory."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.bundle.acting import acting


def test_the_id_keeps_its_name() -> None:
    leads = pd.DataFrame({"lead no.": ["007", "8"], "share": [0.25, 0.5]})
    said = pd.DataFrame({"lead no.": ["007", "8"], "probability": [0.25, 0.5], "decision": ["no", "yes"]})
    pd.testing.assert_frame_equal(acting("lead no.").predict(leads), said, check_dtype=False)


@pytest.mark.parametrize("name", ["probability", "decision", "customer"])
@pytest.mark.parametrize("companies", [False, True])
def test_an_id_named_like_what_is_said_is_called_id(name: str, companies: bool) -> None:
    leads = pd.DataFrame({name: ["007", "8"], "share": [0.25, 0.5], "company": ["Acme", "Other"]})
    said = acting(name, companies).predict(leads)
    assert list(said) == ["id", "probability", "decision", *(["customer"] if companies else [])]
    assert list(said["id"]) == ["007", "8"]
    assert list(said["probability"]) == [0.25, 0.5]
    assert list(said["decision"]) == ["no", "yes"]
    if companies:
        assert list(said["customer"]) == ["known", "new"]
