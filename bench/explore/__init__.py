"""Look at the leads before any model: what the columns hold, what goes with conversion, what is odd."""
