"""The steps of derived features."""
