"""The only folder that fits a trial."""
