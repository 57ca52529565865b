"""Look for what may keep a score from coming true: leaks, drift, rows that are not one lead each."""
