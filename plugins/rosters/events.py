"""Facts about lists of people. Each also calls for the next part of the work, so a worker that dies loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api.plugins import Event


@dataclass(frozen=True)
class RosterAccepted(Event):
    """A list was checked, and is to be taken in."""

    roster_id: int


@dataclass(frozen=True)
class PartTaken(Event):
    """Some rows of a list were taken in; others wait."""

    roster_id: int
    done: int


@dataclass(frozen=True)
class RosterTaken(Event):
    """All rows of a list have been dealt with."""

    roster_id: int
    at: int


@dataclass(frozen=True)
class RosterRevoked(Event):
    """A list is to be taken back."""

    roster_id: int


@dataclass(frozen=True)
class PartTakenBack(Event):
    """Some rows of a list were taken back; others wait."""

    roster_id: int
    done: int
