"""A real single-node Kubernetes for development and tests, started by one Python program.

It composes published components (built from Go modules under ``tools/go``) and Debian packages; it needs neither a
container engine nor systemd nor a registry on the network. ``README.md`` beside this file says how it works.
"""
