"""Tells how a run goes and what came of it; fits nothing."""
