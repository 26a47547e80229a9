"""Freehold: app."""
