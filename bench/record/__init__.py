"""What did run."""
