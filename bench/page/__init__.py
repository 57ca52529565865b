"""Pages: one self-contained HTML file, whose text is always text."""
