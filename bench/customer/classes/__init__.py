"""Latent classes: kinds of customers, found without looking at outcomes."""
