"""The handbook says what the components are."""

from __future__ import annotations

from bench.components import REGISTRIES
from tests.handbook import PAGE, written


def test_the_handbook_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "`make handbook` writes it"


def test_the_handbook_holds_every_component() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for registry in REGISTRIES.values():
        for component in registry:
            assert f"### `{component.name}`" in page
            assert component.source in page
