"""What the people of a case say to it. No answer is no admission."""

from __future__ import annotations

from sqlalchemy import update

from lms.api.work import Conflict, Invalid, _, audit, clock, connection
from plugins.integrity.models import CasePerson
from plugins.integrity.queries import CaseRow

W = CasePerson.__table__
LONGEST = 2_000
NOTHING = _("Please write a few words, or tick that an officer should help you.")
TOO_LONG = _("Please keep it to {most} letters.", most=LONGEST)
DECIDED = _("This has been decided. If you do not agree, please speak to your unit.")


def answer(case: CaseRow, account_id: int, words: str, wants_help: bool) -> None:
    """Keeps what a person says; until it is decided they may say it anew. `case` is held by this unit of work.

    Raises Invalid for nothing at all or too much, Conflict where it has been decided.
    """
    words = words.strip()
    if not words and not wants_help:
        raise Invalid(NOTHING, answer=NOTHING)
    if len(words) > LONGEST:
        raise Invalid(TOO_LONG, answer=TOO_LONG)
    if not case.waits:
        raise Conflict(DECIDED)
    connection().execute(
        update(W)
        .where(W.c.case_id == case.id, W.c.account_id == account_id)
        .values(answer=words, wants_help=wants_help, answered_at=clock.seconds())
    )
    audit.record(account_id, "integrity.answered", f"case:{case.uuid}", help=wants_help)
