"""What will run, known before anything is fitted."""
