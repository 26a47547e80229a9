"""Usage as people read it: sums, charts, tables, CSV. Out of the sums by day alone, never out of single events."""
