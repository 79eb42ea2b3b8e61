"""What makes a check fair to a person: given, and ended, by whoever manages their unit."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import insert, update

from lms.api.people import hold
from lms.api.work import Invalid, Text, _, audit, clock, connection
from quizzes import queries
from quizzes.models import Accommodation
from quizzes.policies import MOST_BREAK, MOST_EXTRA, NOTHING_SPECIAL, Fairness

F = Accommodation.__table__
LONGEST_REASON = 300


def give(account_id: int, fair: Fairness, reason: str, valid_to: int | None, by_id: int) -> None:
    """Gives it from now on, in place of what was given before; what is given already changes nothing.

    `valid_to`: seconds since 1970, None without end. Papers that are open go on as they were begun. Raises Invalid.
    """
    now = clock.seconds()
    if fair == NOTHING_SPECIAL:
        _refuse("extra", _("Please choose at least one thing that helps."))
    if not 0 <= fair.extra <= MOST_EXTRA:
        _refuse("extra", _("Please enter a whole number from 0 to {most}.", most=MOST_EXTRA))
    if not 0 <= fair.break_minutes <= MOST_BREAK:
        _refuse("break_minutes", _("Please enter a whole number from 0 to {most}.", most=MOST_BREAK))
    if not reason or len(reason) > LONGEST_REASON:
        _refuse("reason", _("Please write a reason of at most {most} letters.", most=LONGEST_REASON))
    hold(account_id)
    held = queries.accommodation(account_id)
    if held is not None and (held.fairness, held.reason, held.valid_to) == (fair, reason, valid_to):
        return
    _end(account_id, by_id)
    connection().execute(
        insert(F).values(
            account_id=account_id,
            extra=fair.extra,
            no_limit=fair.no_limit,
            read_aloud=fair.read_aloud,
            break_minutes=fair.break_minutes,
            reason=reason,
            valid_from=now,
            valid_to=valid_to,
            given_by=by_id,
        )
    )
    audit.record(by_id, "accommodation.given", f"account:{account_id}")


def _refuse(field: str, text: Text) -> NoReturn:
    raise Invalid(text, **{field: text})


def end(account_id: int, by_id: int) -> None:
    """Ends what is in force now. Twice is once."""
    hold(account_id)
    if _end(account_id, by_id):
        audit.record(by_id, "accommodation.ended", f"account:{account_id}")


def _end(account_id: int, by_id: int) -> bool:
    now = clock.seconds()
    ended = connection().execute(
        update(F)
        .where(F.c.account_id == account_id, F.c.valid_to.is_(None) | (F.c.valid_to > now))
        .values(valid_to=now, ended_by=by_id)
    )
    return bool(ended.rowcount)
