"""A file of offers: whom each is for, as conditions that are data, not code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from bench.customer.readable import either, figure
from bench.data.roles import Name
from bench.errors import ExperimentError, did_you_mean
from bench.plan.slips import place_of, validated
from bench.section import Section

CONVERSION: Final = "conversion"  # the index that is the model's, 0 to 100
Number = Annotated[float, Field(allow_inf_nan=False)]


class Condition(Section):
    """One entry of ``when``: of a column of the leads, an index, the tier or the latent class of a customer.

    A condition on a column holds for a customer with a lead whose cell it fits; of several such conditions of one offer
    all must hold of the same lead.
    """

    column: Name | None = Field(None, description="a column of the leads to call")
    values: tuple[str, ...] = Field((), strict=False, description="the cell is one of these, as it is written")
    missing: bool | None = Field(None, description="the cell is empty or a placeholder; false: it is neither")
    index: Name | None = Field(
        None, description="the name of an [[index]], its share in percent; or 'conversion', 0 to 100"
    )
    from_: Number | None = Field(None, alias="from", description="the number is this or more")
    below: Number | None = Field(None, description="the number is less than this")
    tier: tuple[str, ...] = Field((), strict=False, description="the customer's tier is one of these")
    class_: tuple[str, ...] = Field((), strict=False, alias="class", description="likewise the latent class")

    @property
    def bounded(self) -> bool:
        """Say if the condition is one on a number."""
        return self.from_ is not None or self.below is not None

    @model_validator(mode="after")
    def _one_thing(self) -> Condition:
        if sum([self.column is not None, self.index is not None, bool(self.tier), bool(self.class_)]) != 1:
            raise ValueError("a condition has exactly one of 'column', 'index', 'tier' and 'class'")
        if self.column is not None and sum([bool(self.values), self.missing is not None, self.bounded]) != 1:
            raise ValueError(
                f"a condition on the column '{self.column}' has exactly one of 'values', 'missing' and a stretch of "
                "numbers by 'from', 'below' or both"
            )
        if self.column is None and (self.values or self.missing is not None):
            raise ValueError("'values' and 'missing' are of a 'column'")
        if self.index is not None and not self.bounded:
            raise ValueError(f"a condition on the index '{self.index}' needs 'from', 'below' or both")
        if (self.tier or self.class_) and self.bounded:
            raise ValueError("'from' and 'below' are of a 'column' or an 'index'")
        if self.from_ is not None and self.below is not None and not self.from_ < self.below:
            raise ValueError(f"no number is from {figure(self.from_)} to below {figure(self.below)}")
        if self.index is not None and ((self.from_ or 0) > 100 or (self.below is not None and self.below <= 0)):
            raise ValueError(f"the index '{self.index}' lies between 0 and 100, where this condition never holds")
        return self

    def words(self) -> str:
        """Return the condition as it is read."""
        if self.tier:
            return f"tier {either(self.tier)}"
        if self.class_:
            return f"class {either(self.class_)}"
        if self.values:
            return f"{self.column} is {either(self.values)}"
        if self.missing is not None:
            return f"{self.column} is {'missing' if self.missing else 'not missing'}"
        unit = "" if self.index is None or self.index == CONVERSION else "%"
        low, high = (None if end is None else f"{figure(end)}{unit}" for end in (self.from_, self.below))
        name = f"{CONVERSION} index" if self.index == CONVERSION else self.index or self.column
        if low is None or high is None:
            return f"{name} at least {low}" if high is None else f"{name} below {high}"
        return f"{name} from {low} to below {high}"


class _OfferSection(Section):
    name: Name
    text: str = Field("", description="what is said to the customer")
    priority: int = Field(0, description="of several offers the one of the highest is the best")
    when: tuple[Condition, ...] = Field(strict=False, description="all must hold; none: the offer is for everybody")


class _OffersFile(Section):
    offer: tuple[_OfferSection, ...] = Field(strict=False, min_length=1)


@dataclass(frozen=True)
class Offer:
    """An offer and whom it is for.

    Attributes
    ----------
    when : conditions that must all hold; none if it is for everybody
    place : the file, and the line of each condition's section
    """

    name: str
    text: str
    priority: int
    when: tuple[Condition, ...]
    place: str

    def words(self) -> str:
        """Return the conditions as they are read."""
        return joined([condition.words() for condition in self.when]) or "everybody"


def read_offers(path: Path) -> tuple[Offer, ...]:
    """Read and check a file of offers.

    Raises
    ------
    ExperimentError
        With the place (file, line, key), what was found and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ExperimentError(f"{path}: no such file of offers. See 'offers' in [customers].") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path}: cannot be read as a UTF-8 text file ({error}).") from None
    file = validated(_OffersFile, text, path)
    for name, times in Counter(offer.name for offer in file.offer).items():
        if times > 1:
            raise ExperimentError(f"{path}: {times} offers are named '{name}'. Give each a name of its own.")
    return tuple(
        Offer(one.name, one.text, one.priority, one.when, place_of(path, text, "offer", "when", nth=number))
        for number, one in enumerate(file.offer)
    )


def check_offers(
    offers: Sequence[Offer], columns: Iterable[str], indices: Iterable[str], tiers: Collection[str]
) -> None:
    """Refuse a condition that can never hold, since what it asks for does not exist.

    Parameters
    ----------
    columns : of the table of leads to call, as its header names them
    indices : names of the [[index]] sections; one that is called as the model's cannot be asked for
    tiers : names of the tiers

    Raises
    ------
    ExperimentError
        With the place and the nearest known name.
    """
    kinds = {"column": tuple(columns), "index": (*indices, CONVERSION), "tier": tuple(tiers)}
    for offer in offers:
        for condition in offer.when:
            if condition.index == CONVERSION and kinds["index"].count(CONVERSION) > 1:
                raise ExperimentError(
                    f"{offer.place}: offer '{offer.name}' asks for the index '{CONVERSION}', which is the model's and "
                    "an [[index]] too. Give the [[index]] another name."
                )
            asked = {"column": [condition.column], "index": [condition.index], "tier": condition.tier}
            for kind, names in asked.items():
                for name in names:
                    if name is not None and name not in kinds[kind]:
                        raise ExperimentError(
                            f"{offer.place}: offer '{offer.name}' asks for the {kind} '{name}', which there is not."
                            + (did_you_mean(name, kinds[kind]) if kinds[kind] else f" There is no {kind} at all.")
                        )


def joined(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"; nothing for nothing."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
