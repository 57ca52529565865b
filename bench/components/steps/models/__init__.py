"""The steps of models."""
