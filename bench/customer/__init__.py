"""The customer index: from scores to who sales should call."""
