"""Measurements of what was promised. Run by hand, on a quiet machine; nothing here is a test."""
