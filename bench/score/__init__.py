"""Scores: pure functions of labels and probabilities."""
