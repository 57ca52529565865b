"""Every choice an experiment can name, one file per axis."""

from bench.components import encoding, imputation, models, resampling, text
from bench.registry import Registry
from bench.vocabulary import Axis

REGISTRIES: dict[Axis, Registry] = {
    registry.axis: registry
    for registry in (
        imputation.REGISTRY,
        encoding.REGISTRY,
        text.REGISTRY,
        resampling.REGISTRY,
        models.REGISTRY,
    )
}
