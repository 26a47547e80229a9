"""Writes every generated file of the repository from its one source: `python -m gen`, `python -m gen --check`."""
