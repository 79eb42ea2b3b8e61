"""Facts about personal data."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class AccountErased(Event):
    """A person has been forgotten; numbers and the status of papers stay."""

    account_id: int
    at: int
