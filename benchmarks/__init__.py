"""Measurements that take longer than a test may: timings as ratios, and scores on rows kept back."""
