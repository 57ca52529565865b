"""The winner as a folder that others can load."""
