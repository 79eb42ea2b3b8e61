"""Facts about accounts."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class PersonKnownBetter(Event):
    """Something that tells one person from another was added: a birthday, papers seen."""

    account_id: int
    at: int
