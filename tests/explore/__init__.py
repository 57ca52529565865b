"""The look at the leads before any model."""
