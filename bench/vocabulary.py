"""The words every part shares: axes, traits of a table, statuses of a cell."""

from typing import Final, Literal

Axis = Literal["derived", "imputation", "encoding", "text", "resampling", "model"]

# In the order the data passes them; a configuration's name is its components in this order.
AXES: Final[tuple[Axis, ...]] = ("derived", "imputation", "encoding", "text", "resampling", "model")

# What an axis works on. A table without any of it makes every choice there the same, so the plan keeps one: the
# component that does nothing. (Derived, resampling and model always have something to do.)
SUBJECTS: Final[dict[Axis, frozenset[str]]] = {
    "imputation": frozenset({"number_gaps", "category_gaps"}),
    "encoding": frozenset({"categories"}),
    "text": frozenset({"raw_text"}),
}
DO_NOTHING: Final[dict[Axis, str]] = {
    "derived": "raw",
    "imputation": "keep_gaps",
    "encoding": "native",
    "text": "drop_text",
    "resampling": "as_is",
}

TRAITS: Final[dict[str, str]] = {
    "columns": "at least one column a model can read",
    "number_gaps": "missing cells in number columns",
    "category_gaps": "missing cells in category columns",
    "categories": "columns of named levels",
    "raw_text": "columns of free text",
    "sparse": "a sparse matrix",
    "weights": "a weight for every training row",
    "groups": "companies (groups in [data])",
}

Status = Literal["done", "failed", "timeout", "memory"]
