"""Facts about competency."""

from __future__ import annotations

from lms.contract.points import Event


class ProgrammeAttained(Event, frozen=True):
    """A person attained a programme; the attainment holds the frozen evidence."""

    attainment_id: int
    account_id: int
    programme_id: int
    at: int
