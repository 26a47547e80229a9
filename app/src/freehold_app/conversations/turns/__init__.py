"""Turns: a question goes to a Model, its answer comes back, and neither is lost with a connection or a process."""
