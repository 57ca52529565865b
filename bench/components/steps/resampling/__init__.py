"""The steps of resamplings."""
