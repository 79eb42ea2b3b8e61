"""Facts about personal data."""

from __future__ import annotations

from lms.contract.points import Event


class AccountErased(Event, frozen=True):
    """A person has been forgotten; numbers and the status of papers stay."""

    account_id: int
    at: int
