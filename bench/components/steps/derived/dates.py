"""The parts of a date that trees cannot cut out of days since 1970."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.components.steps.derived.added import AddedColumns

# In words, and as pandas calls it: months from 1, weekdays from Monday as 0.
PARTS = {"year": "year", "month": "month", "day of the month": "day", "weekday": "day_of_week", "hour": "hour"}


class DateParts(AddedColumns):
    """Year, month, day of the month, weekday and hour of each date column as numbers; of a gap, NaN."""

    def subject(self, X: pd.DataFrame) -> list[str]:
        """Return the date columns."""
        return [str(name) for name in X.select_dtypes("datetime").columns]

    def added(self, X: pd.DataFrame) -> dict[str, Any]:
        """Return five numbers for each date column."""
        return {
            f"{words} of {name}": getattr(X[name].dt, part).to_numpy(dtype=np.float64)
            for name in self.columns_
            for words, part in PARTS.items()
        }
