"""Reads what was recorded, fits nothing."""
