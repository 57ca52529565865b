"""The conversion index: how likely each lead and each customer converts, and why."""
