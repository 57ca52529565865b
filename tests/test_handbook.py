"""The handbook says what the components are."""

from __future__ import annotations

from tests.handbook import PAGE, written


def test_the_handbook_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "`make handbook` writes it"
