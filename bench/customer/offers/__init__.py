"""Offers: what to propose to whom, by conditions that are data."""
