"""The app: gateway and worker in one image."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("freehold-app")
except PackageNotFoundError:  # the image holds the sources alone
    __version__ = "0"
