"""The steps of encodings."""
