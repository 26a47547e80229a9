"""The gateway's edge: sockets, watches, Redis and timers around the decisions of `core`."""
