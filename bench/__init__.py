"""Leadbench: an AutoML benchmarking harness for lead conversion."""
