"""The commands, one file a family; the only place that prints or exits."""
