"""Every choice an experiment can name: one file per axis, and what installed packages add."""

from bench.components import derived, encoding, imputation, models, resampling, text
from bench.components.installed import with_installed
from bench.registry import Registry
from bench.vocabulary import Axis

REGISTRIES: dict[Axis, Registry] = with_installed(
    {
        registry.axis: registry
        for registry in (
            derived.REGISTRY,
            imputation.REGISTRY,
            encoding.REGISTRY,
            text.REGISTRY,
            resampling.REGISTRY,
            models.REGISTRY,
        )
    }
)
