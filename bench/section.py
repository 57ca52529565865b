"""The base of every typed, frozen section of an experiment file."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of an experiment file: immutable, and an unknown key is an error rather than ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)
