"""Facts about competency."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class ProgrammeAttained(Event):
    """A person attained a programme; the attainment holds the frozen evidence."""

    attainment_id: int
    account_id: int
    programme_id: int
    at: int
