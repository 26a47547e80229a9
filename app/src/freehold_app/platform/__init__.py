"""Adapters to the outside, without domain knowledge."""
