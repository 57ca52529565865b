"""The `[objective]` section: what the leaderboard ranks by, and what thresholds are chosen for."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from pydantic import Field, model_validator

from bench.score.metrics import Amount, Counts, share
from bench.section import Section

Metric = Literal[
    "f1",
    "f_beta",
    "precision",
    "recall",
    "precision_at_k",
    "recall_at_k",
    "profit",
    "average_precision",
    "roc_auc",
    "brier",
    "log_loss",
]
Report = Literal["precision", "recall", "average_precision", "roc_auc", "brier", "log_loss"]

NAMES: Final = {"f1": "F1", "f_beta": "F-beta", "roc_auc": "ROC AUC", "brier": "Brier score"}
WITHOUT_THRESHOLD: Final = frozenset({"average_precision", "roc_auc", "brier", "log_loss"})
LOWER_IS_BETTER: Final = frozenset({"brier", "log_loss"})
# What a metric cannot do without, each with what it means.
NEEDS: Final[dict[str, dict[str, str]]] = {
    "f_beta": {"beta": "how many times recall weighs as much as precision, such as beta = 2"},
    "precision": {
        "at_recall": "the recall it has to keep, such as at_recall = 0.5: without one, a single sure lead scores 1.0"
    },
    "recall": {
        "at_precision": "the precision it has to keep, such as at_precision = 0.3: without one, calling everyone "
        "scores 1.0"
    },
    "precision_at_k": {"k": "how many leads can be called: a number such as k = 200, or a share such as k = 0.05"},
    "recall_at_k": {"k": "how many leads can be called: a number such as k = 200, or a share such as k = 0.05"},
    "profit": {
        "value": "what a conversion is worth, such as value = 900",
        "cost": "what a call costs, such as cost = 40",
    },
}


class Objective(Section):
    """The metric that thresholds are chosen for and trials are ranked by."""

    metric: Metric = Field("f1", description="what ranks; some need a number of their own, below")
    beta: float | None = Field(None, gt=0, le=100, description="f_beta: how many times recall weighs precision")
    at_recall: float | None = Field(None, gt=0, le=1, description="precision: the recall it has to keep")
    at_precision: float | None = Field(None, gt=0, le=1, description="recall: the precision it has to keep")
    k: float | None = Field(
        None,
        gt=0,
        description="precision_at_k, recall_at_k: calls that can be made among the rows to predict (without any, "
        "among the labelled ones), or their share if below 1",
    )
    value: float | None = Field(None, gt=0, description="profit: what a conversion is worth")
    cost: float | None = Field(None, gt=0, description="profit: what a call costs")
    report: tuple[Report, ...] = Field(
        ("precision", "recall", "average_precision", "roc_auc"),
        strict=False,
        description="the scores shown beside it",
    )

    @model_validator(mode="after")
    def _with_what_it_needs(self) -> Objective:
        needed = NEEDS.get(self.metric, {})
        for name, meaning in needed.items():
            if getattr(self, name) is None:
                raise ValueError(f"metric '{self.metric}' needs '{name}', {meaning}")
        for name in dict.fromkeys(name for names in NEEDS.values() for name in names):
            if name not in needed and getattr(self, name) is not None:
                users = " or ".join(f'metric = "{metric}"' for metric, names in NEEDS.items() if name in names)
                raise ValueError(f"'{name}' goes with {users}, not with '{self.metric}'")
        if self.k is not None and self.k >= 1 and self.k != int(self.k):
            raise ValueError(f"'k' is {self.k:g}; write a whole number of calls, or a share below 1")
        return self

    @property
    def named(self) -> str:
        """The metric as a sentence writes it."""
        return metric_name(self.metric)

    @property
    def needs_threshold(self) -> bool:
        """Whether the score depends on whom a threshold calls; otherwise thresholds are chosen for F1."""
        return self.metric not in WITHOUT_THRESHOLD

    @property
    def has_floor(self) -> bool:
        """Whether a recall or a precision has to be kept."""
        return self.floor is not None

    @property
    def floor(self) -> tuple[Literal["recall", "precision"], float] | None:
        """What has to be kept, and how much of it; None where nothing has."""
        if self.at_recall is not None:
            return "recall", self.at_recall
        return None if self.at_precision is None else ("precision", self.at_precision)

    @property
    def sign(self) -> int:
        """1 where more is better, -1 for a loss."""
        return -1 if self.metric in LOWER_IS_BETTER else 1

    def among(self, rows: int) -> Objective:
        """Return the objective with a number of calls among ``rows`` as a share of them."""
        if self.k is None or self.k < 1:
            return self
        return self.model_copy(update={"k": min(1.0, self.k / rows)})

    def of(self, counts: Counts) -> Amount:
        """Return the score of counts; profit is for each row. ``k`` has to be a share, see `among`.

        For a metric that needs no threshold this is F1, for which thresholds are chosen then.
        """
        if self.metric == "f_beta" and self.beta is not None:
            return counts.f_beta(self.beta)
        if self.metric == "precision":
            return counts.precision
        if self.metric in ("recall", "recall_at_k"):
            return counts.recall
        if self.metric == "precision_at_k" and self.k is not None:
            # Calls that are not made are not right: a model that cannot tell its best k apart has no precision at k.
            return share(counts.true_positives, np.maximum(counts.predicted_positives, self.k * counts.rows))
        if self.metric == "profit" and self.value is not None and self.cost is not None:
            return share(self.value * counts.true_positives - self.cost * counts.predicted_positives, counts.rows)
        return counts.f1

    def keeps(self, counts: Counts) -> Amount:
        """Return whether the floor of recall or precision is met, element by element; True where there is none."""
        if self.at_recall is not None:
            return counts.recall >= self.at_recall - 1e-9
        if self.at_precision is not None:
            return counts.precision >= self.at_precision - 1e-9
        return np.ones(np.shape(counts.rows), dtype=bool)[()]

    def short(self, counts: Counts) -> Amount:
        """Return what the floor is about, by which those that miss it are told apart: recall, or precision."""
        return counts.precision if self.at_precision is not None else counts.recall

    def worth(self, counts: Counts) -> Amount:
        """Return what a threshold is chosen by: the score; below all scores where a floor or capacity is broken.

        Of thresholds that break it, the one nearest to keeping it is worth most.
        """
        if self.k is not None:
            # As many of the positives as fit: more calls never hurt as long as there is capacity.
            over = share(counts.predicted_positives, counts.rows) - self.k
            return np.where(over <= 1e-9, counts.recall, -over)
        if not self.has_floor:
            return self.of(counts)
        return np.where(self.keeps(counts), self.of(counts), self.short(counts) - 2)


def metric_name(metric: str) -> str:
    """Return a metric as a sentence writes it; its key is that of files."""
    return NAMES.get(metric, metric.replace("_", " "))
