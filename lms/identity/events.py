"""Facts about accounts."""

from __future__ import annotations

from lms.contract.points import Event


class PersonKnownBetter(Event, frozen=True):
    """Something that tells one person from another was added: a birthday, papers seen."""

    account_id: int
    at: int
