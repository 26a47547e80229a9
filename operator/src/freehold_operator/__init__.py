"""Freehold: operator."""
