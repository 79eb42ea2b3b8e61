"""The life of a paper: in what state it is, in what state it was on some day, and what those states are called.

A paper is valid from the day on which it is issued. An officer's act withdraws, suspends, restores or replaces it; its
own term ends it. What was done to a paper is said before that its term is over: a paper that was withdrawn and would
be out of date by now was withdrawn. Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from certificates.models import EXPIRED, REVOKED, SUPERSEDED, SUSPENDED, VALID
from certificates.queries import ChangeRow, CredentialRow
from lms.api.work import Text, _, clock

NOT_YET: Final = "not_yet"  # only of a day that has gone: the paper was issued later
LABELS: Final[dict[str, Text]] = {
    VALID: _("Valid"),
    SUSPENDED: _("Suspended"),
    REVOKED: _("Withdrawn"),
    SUPERSEDED: _("Replaced"),
    EXPIRED: _("Out of date"),
    NOT_YET: _("Not yet issued"),
}


def state_now(row: CredentialRow, today: date) -> str:
    """In what state a paper is: valid, suspended, revoked, replaced or expired. `today`: a day in Việt Nam."""
    return _with_term(row, row.state, today)


def state_on(row: CredentialRow, changes: Sequence[ChangeRow], day: date) -> str:
    """In what state a paper was at the end of a day in Việt Nam: as `state_now`, or `not_yet` before it was issued.

    `changes`: every act on it. Days to come are answered as far as is known by now.
    """
    if day < _day(row.issued_at):
        return NOT_YET
    state = VALID
    for change in sorted(changes, key=lambda c: c.at):  # a stable order: acts of one second stay as they were done
        if _day(change.at) <= day:
            state = change.state
    return _with_term(row, state, day)


def _with_term(row: CredentialRow, state: str, day: date) -> str:
    over = row.expires_on is not None and day > row.expires_on
    return EXPIRED if state == VALID and over else state


def _day(stamp: int) -> date:
    return clock.local(clock.from_seconds(stamp)).date()
