"""The installer's pure decisions, and its edges against small programs made for the test.

Real: files, child processes, loopback sockets. Faked: the clock, the clusters. Left open: the installation itself,
which `tests/system` runs on a node.
"""
