"""What stops `make dev`, in words that say the remedy."""

from __future__ import annotations


class DevError(RuntimeError):
    """Freehold cannot be started or went down; the message is for whoever typed the command."""


class PortTakenError(DevError):
    """Another program listens where ours should."""


class PartEndedError(DevError):
    """A program of ours ended by itself; the message holds the end of its log."""
