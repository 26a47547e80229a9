"""What knows no domain: ids, clocks, caches and the protocols by which layers meet."""
