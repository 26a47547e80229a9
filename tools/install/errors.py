"""What can go wrong between a clone and an answering model.

InstallError
├── HostError            the machine lacks something; the message says what to install
├── CommandError         a program ended with an error
└── NotReadyError        something did not become ready in time
"""

from __future__ import annotations


class InstallError(Exception):
    """The installation cannot go on; `look` is the one command that shows more."""

    def __init__(self, message: str, look: str = "") -> None:
        super().__init__(message)
        self.look = look


class HostError(InstallError):
    """The machine lacks something that the installation needs."""


class CommandError(InstallError):
    """A program that we started ended with an error."""


class NotReadyError(InstallError):
    """Something that we wait for did not become ready in time."""
