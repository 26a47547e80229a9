"""What can go wrong with a custom resource.

ResourceError
└── InvalidResourceError    an object does not fit its class
"""


class ResourceError(Exception):
    """Root of this package's errors."""


class InvalidResourceError(ResourceError):
    """An object does not fit its class; the message names each field and what is wrong with it."""
