"""Every Python test of Freehold; the folders mirror the code."""
