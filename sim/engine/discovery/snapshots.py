"""Snapshot reports: one log of a data source over a period, uploaded by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot report was made of (CAS/create-snapshot-cloud-discovery-reports.md; documented).

    That it outlives the 90 days of a continuous report, until somebody deletes it, is a guess.
    """

    name: str
    source: str
    description: str = ""
    anonymised: bool = False
    """User names are hidden, whatever the setting of the source."""
