"""Facts about lists of people. Each also calls for the next part of the work, so a worker that dies loses nothing."""

from __future__ import annotations

from lms.api.plugins import Event


class RosterAccepted(Event, frozen=True):
    """A list was checked, and is to be taken in."""

    roster_id: int


class PartTaken(Event, frozen=True):
    """Some rows of a list were taken in; others wait."""

    roster_id: int
    done: int


class RosterTaken(Event, frozen=True):
    """All rows of a list have been dealt with."""

    roster_id: int
    at: int


class RosterRevoked(Event, frozen=True):
    """A list is to be taken back."""

    roster_id: int


class PartTakenBack(Event, frozen=True):
    """Some rows of a list were taken back; others wait."""

    roster_id: int
    done: int
