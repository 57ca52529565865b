"""The `[objective]` section: what the leaderboard ranks by."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from bench.section import Section

Report = Literal["precision", "recall", "average_precision", "roc_auc"]


class Objective(Section):
    """The metric that thresholds are chosen for and trials are ranked by."""

    metric: Literal["f1", "precision"] = Field("f1", description="precision needs at_recall")
    at_recall: float | None = Field(None, gt=0, le=1, description="the recall that precision has to keep")
    report: tuple[Report, ...] = Field(
        ("precision", "recall", "average_precision", "roc_auc"),
        strict=False,
        description="the scores shown beside it",
    )

    @model_validator(mode="after")
    def _floor_with_precision(self) -> Objective:
        if self.metric == "precision" and self.at_recall is None:
            raise ValueError(
                "metric 'precision' needs the recall it has to keep, such as at_recall = 0.5: "
                "without one, a single sure lead scores 1.0"
            )
        if self.metric == "f1" and self.at_recall is not None:
            raise ValueError("'at_recall' goes with metric = \"precision\"; F1 weighs recall already")
        return self
