"""Derived features: columns made from the table's own before anything else looks at them.

Each takes the whole table and returns it with columns added. Several work one behind the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.registry import Component, Registry
from bench.space import Columns, Levels, OneOf, Real, Whole


def raw() -> Any:
    """Leave the table as it is."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


def missing(what: str) -> Any:
    """A 0/1 column for each column with gaps, and the number of gaps in the row: missing cells as information."""
    from bench.components.steps.derived.gaps import MissingIndicators

    return MissingIndicators(what=what)


def filled(columns: str, patterns: int) -> Any:
    """Which of several related columns are filled, as one category of at most ``patterns`` levels and "other"."""
    from bench.components.steps.derived.gaps import FilledPattern

    return FilledPattern(columns=columns, patterns=patterns)


def code_counts(levels: int) -> Any:
    """How many other training rows have the same code, on a log scale, for columns of ``levels`` levels or more."""
    from bench.components.steps.derived.codes import CodeCounts

    return CodeCounts(levels=levels)


def code_bins(columns: str, width: int) -> Any:
    """The block of ``width`` neighbouring numbers that a numeric code falls into, as a category."""
    from bench.components.steps.derived.codes import CodeBins

    return CodeBins(columns=columns, width=width)


def location(columns: str, beside: str, replace: bool) -> Any:
    """Country, continent and city of each location, and whether it lies where most leads of a subsidiary do."""
    from bench.components.steps.derived.places import Places

    return Places(columns=columns, beside=beside, replace=replace)


def normalise(similar: float, columns: str) -> Any:
    """Every spelling of a category read as its most frequent one: case, hyphens, spaces, slips of a letter."""
    from bench.components.steps.derived.spelling import Spellings

    return Spellings(similar=similar, columns=columns)


def timeline() -> Any:
    """Phrases about time as months: "less than 3 months" is 1.5, "3 months ~ 6 months" 4.5, a note a gap."""
    from bench.components.steps.derived.timeline import TimelineMonths

    return TimelineMonths()


def date_parts() -> Any:
    """Year, month, day of the month, weekday and hour of each date."""
    from bench.components.steps.derived.dates import DateParts

    return DateParts()


def message(language: bool) -> Any:
    """Length, punctuation, urgency, quantity, price words, contacts and language of each text, counted by rules."""
    from bench.components.steps.derived.messages import MessageFeatures

    return MessageFeatures(language=language)


def group_stats(column: str, target: bool, smooth: float, folds: int) -> Any:
    """Rows, companies, means and, if asked for, share of positives of a row's group, such as its lead owner."""
    from bench.components.steps.derived.group_statistics import GroupStatistics

    return GroupStatistics(column=column, target=target, smooth=smooth, folds=folds)


def customer_share(by: str, column: str, values: str, start: float, end: float, target: bool, folds: int) -> Any:
    """Shrunk share of a customer's rows with some levels, numbers or hours, or of its positive outcomes.

    ``by`` names the customer, or whoever else the rows are of, such as the lead owner. With ``start`` and ``end``
    numbers of ``column`` between the two count, of dates their hours. The same as an `[[index]]`.
    """
    from bench.components.steps.derived.customer_share import CustomerShare

    return CustomerShare(by=by, column=column, values=values, start=start, end=end, target=target, folds=folds)


def cross(columns: str, rare: int) -> Any:
    """Several categories as one: a level for each combination seen in ``rare`` training rows or more, "other" else."""
    from bench.components.steps.derived.crossed import Crossed

    return Crossed(columns=columns, rare=rare)


def ratio(column: str, by: str, log: bool) -> Any:
    """One number divided by another, such as pages per visit; a division by zero is a gap.

    With ``log`` on the scale of sign(x) log(1 + |x|).
    """
    from bench.components.steps.derived.two_numbers import Ratio

    return Ratio(column=column, by=by, log=log)


def difference(column: str, by: str, log: bool) -> Any:
    """One number less another, or the days from one date to another.

    With ``log`` both numbers are put on the scale of sign(x) log(1 + |x|) before.
    """
    from bench.components.steps.derived.two_numbers import Difference

    return Difference(column=column, by=by, log=log)


def deviation(column: str, by: str, smooth: float) -> Any:
    """A number less the mean of its row's group, such as pages less those usual for the country."""
    from bench.components.steps.derived.deviation import Deviation

    return Deviation(column=column, by=by, smooth=smooth)


def _subject(factory: Callable[..., Any], table: Any, **values: Any) -> list[str]:
    """Return the columns of ``table`` that the step would work on."""
    columns: list[str] = factory(**values).subject(table)
    return columns


_CATEGORY = frozenset({"columns", "categories"})

REGISTRY = Registry(
    "derived",
    (
        Component("raw", raw, source="scikit-learn FunctionTransformer", rowwise=True),
        Component(
            "missing",
            missing,
            {"what": OneOf("both", ("both", "flags", "count"))},
            brings=frozenset({"columns"}),
            source="Van Ness et al. 2023, arXiv:2211.09259; scikit-learn MissingIndicator",
            subject=partial(_subject, missing),
        ),
        Component(
            "filled",
            filled,
            {"columns": Columns("*product*"), "patterns": Whole(20, 2, 200, log=True, search=(8, 50))},
            brings=_CATEGORY,
            source="missingness pattern, van Buuren 2018, Flexible Imputation of Missing Data, section 4.1",
            subject=partial(_subject, filled),
        ),
        Component(
            "code_counts",
            code_counts,
            {"levels": Whole(50, 2, 100_000, log=True, search=(20, 500))},
            source="count encoding: category_encoders CountEncoder, feature-engine CountFrequencyEncoder",
            subject=partial(_subject, code_counts),
        ),
        Component(
            "code_bins",
            code_bins,
            {"columns": Columns("*"), "width": Whole(100, 2, 100_000, log=True, search=(20, 1000))},
            brings=_CATEGORY | {"category_gaps"},
            source="equal-width binning: Dougherty, Kohavi and Sahami 1995, doi:10.1016/B978-1-55860-377-6.50032-3",
            subject=partial(_subject, code_bins),
        ),
        Component(
            "location",
            location,
            {
                "columns": Columns("*"),
                "beside": Columns("*subsidiary*, *corporate*"),
                "replace": OneOf(True, (True, False)),
            },
            brings=frozenset({"columns", "categories", "category_gaps", "number_gaps"}),
            source="names: Unicode CLDR (babel) and countrynames; continents: UN M49; slips: optimal string alignment",
            subject=partial(_subject, location),
        ),
        Component(
            "normalise",
            normalise,
            {"similar": Real(92.0, 80.0, 100.0, search=(85.0, 100.0)), "columns": Columns("*")},
            source="Unicode NFKC (UAX #15, https://unicode.org/reports/tr15/); rapidfuzz.fuzz.ratio",
            subject=partial(_subject, normalise),
        ),
        Component(
            "timeline",
            timeline,
            brings=frozenset({"number_gaps"}),
            source="interval midpoints: rules in bench.components.steps.derived.timeline.months",
            subject=partial(_subject, timeline),
        ),
        Component(
            "date_parts",
            date_parts,
            brings=frozenset({"columns"}),
            source="skrub DatetimeEncoder; pandas Series.dt",
            rowwise=True,
            subject=partial(_subject, date_parts),
        ),
        Component(
            "message",
            message,
            {"language": OneOf(True, (True, False))},
            brings=_CATEGORY,
            source="language: Lui and Baldwin 2012, https://aclanthology.org/P12-3005 (py3langid)",
            rowwise=True,
            subject=partial(_subject, message),
        ),
        Component(
            "group_stats",
            group_stats,
            {
                "column": Columns("*"),
                "target": OneOf(False, (False, True)),
                "smooth": Real(10.0, 0.0, 1000.0, search=(1.0, 100.0)),
                "folds": Whole(5, 2, 20, search=(5, 10)),
            },
            source="Kanter and Veeramachaneni 2015, doi:10.1109/DSAA.2015.7344858; "
            "share: Micci-Barreca 2001, doi:10.1145/507533.507538",
            subject=partial(_subject, group_stats),
        ),
        Component(
            "customer_share",
            customer_share,
            {
                "by": Columns("*"),
                "column": Columns("*"),
                "values": Levels(""),
                # What counts is a matter of the table, not of tuning.
                "start": Real(0.0, -1e12, 1e12, search=(0.0, 0.0)),
                "end": Real(0.0, -1e12, 1e12, search=(0.0, 0.0)),
                "target": OneOf(False, (False, True)),
                "folds": Whole(5, 2, 20, search=(5, 10)),
            },
            source="empirical Bayes: Efron and Hastie 2016, Computer Age Statistical Inference, chapter 6",
            subject=partial(_subject, customer_share),
        ),
        Component(
            "cross",
            cross,
            {"columns": Columns("*product*"), "rare": Whole(20, 1, 100_000, log=True, search=(5, 200))},
            brings=_CATEGORY,
            source="feature crosses: Cheng et al. 2016, Wide & Deep Learning, doi:10.1145/2988450.2988454",
            subject=partial(_subject, cross),
        ),
        Component(
            "ratio",
            ratio,
            {"column": Columns("*"), "by": Columns("*"), "log": OneOf(False, (False, True))},
            brings=frozenset({"number_gaps"}),
            source="Heaton 2016, Feature Engineering for Predictive Modeling, arXiv:1701.07852",
            rowwise=True,
            subject=partial(_subject, ratio),
        ),
        Component(
            "difference",
            difference,
            {"column": Columns("*"), "by": Columns("*"), "log": OneOf(False, (False, True))},
            source="Heaton 2016, Feature Engineering for Predictive Modeling, arXiv:1701.07852",
            rowwise=True,
            subject=partial(_subject, difference),
        ),
        Component(
            "deviation",
            deviation,
            {"column": Columns("*"), "by": Columns("*"), "smooth": Real(10.0, 0.0, 1000.0, search=(1.0, 100.0))},
            source="Kanter and Veeramachaneni 2015, doi:10.1109/DSAA.2015.7344858",
            subject=partial(_subject, deviation),
        ),
    ),
)
