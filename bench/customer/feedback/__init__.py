"""What a bundle predicted against what happened."""
