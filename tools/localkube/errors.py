"""Every error that localkube raises on purpose; the command line prints it as one sentence and exits with 1.

LocalkubeError
├── UsageError            the caller asked for something that cannot be
│   └── NoClusterError    no cluster has that name
├── MissingError          the machine lacks a program or a right
├── CommandError          a program that localkube ran has failed
├── ApiError              the API server refused a call
└── NotInTimeError        something did not happen within its time
"""


class LocalkubeError(Exception):
    """The root of localkube's errors."""


class UsageError(LocalkubeError):
    """The caller asked for something that cannot be."""


class NoClusterError(UsageError):
    """No cluster has that name."""


class MissingError(LocalkubeError):
    """The machine lacks a program or a right."""


class CommandError(LocalkubeError):
    """A program that localkube ran has failed."""


class ApiError(LocalkubeError):
    """The API server refused a call."""


class NotInTimeError(LocalkubeError):
    """Something did not happen within its time."""
