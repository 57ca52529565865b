"""Derived variables with proof: candidates, what each gains on held-out rows, and which are kept."""
