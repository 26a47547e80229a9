"""`make dev`: the whole product on this machine without a cluster and without Docker, for the edit loop."""
