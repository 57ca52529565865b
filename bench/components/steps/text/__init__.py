"""The steps of texts."""
