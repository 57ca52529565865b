"""The steps of imputations."""
