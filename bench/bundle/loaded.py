"""A bundle in memory: what it says of itself, how it reads new leads, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.bundle.folder import open_bundle
from bench.bundle.manifest import Manifest
from bench.bundle.predictor import Predictor
from bench.data.schema import NewLeads, Reader, Schema
from bench.data.table import table_from_frame
from bench.score.combine import Combination

PROBABILITY, DECISION, CUSTOMER = "probability", "decision", "customer"


@dataclass(frozen=True)
class Bundle:
    """A winner that was exported.

    Attributes
    ----------
    manifest : what it was made of, what is expected of it
    schema : how new leads are read
    predictor : its members
    notices : what is to be known before it is used, such as other versions of libraries
    """

    manifest: Manifest
    schema: Schema
    predictor: Predictor
    notices: tuple[str, ...]

    def predict(self, leads: pd.DataFrame) -> pd.DataFrame:
        """Return what it says of new leads.

        Parameters
        ----------
        leads : DataFrame of shape (n, columns)
            With the columns of the training table but the target, cells as in its file; others are not looked at.

        Returns
        -------
        DataFrame of shape (n, 2 to 4), its index that of ``leads``
            The id where the bundle names one (as ``id``, should its name be that of one of the others),
            ``probability`` of the positive label, ``decision`` in the words of the training file, and ``customer``:
            "known" where the company was met in training, "new" where not, "none" for a row of no company; without
            that column where companies are not told apart.

        Raises
        ------
        DataError
            If a column is missing that is needed, an id is missing or stands twice, or a member cannot predict a row.
        """
        read = Reader(self.schema).read(table_from_frame(leads, "leads"))
        return self.said_of(read).set_axis(leads.index)

    def said_of(self, leads: NewLeads) -> pd.DataFrame:
        """Return what `predict` does, of leads that are read already."""
        probability = self.predictor.probability(leads.features)
        negative, positive = self.manifest.labels
        columns: dict[str, object] = {}
        if leads.ids is not None:
            name = "id" if self.schema.id in (PROBABILITY, DECISION, CUSTOMER) else str(self.schema.id)
            columns[name] = leads.ids.to_numpy()
        columns[PROBABILITY] = probability
        columns[DECISION] = np.where(probability >= self.manifest.threshold, positive, negative)
        if leads.known is not None:
            columns[CUSTOMER] = leads.known
        return pd.DataFrame(columns)


def load_bundle(folder: str | Path) -> Bundle:
    """Load a bundle that `bench run` or `bench export` wrote, wherever it comes from: nothing in it is executed.

    Raises
    ------
    BundleError
        If it is no bundle, incomplete, altered, of a newer format, or asks for what is not trusted.
    """
    folder = Path(folder)
    opened = open_bundle(folder)
    manifest = opened.manifest
    combination = Combination(manifest.weights, manifest.scales)
    return Bundle(manifest, manifest.data_schema, Predictor(combination, opened.fits), opened.notices)
