"""Unsanctioned: a simulated organisation and the discovery and policy engine that watches it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("unsanctioned")
except PackageNotFoundError:
    __version__ = "0+source"
