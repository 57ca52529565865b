"""Two experiments, or two runs of one, side by side: what changed, and what it changed."""
