"""From the best trials to the file to hand in."""
