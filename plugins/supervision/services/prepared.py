"""Papers that were drawn for a session beforehand: what begins on a seat is the same, here and at a station."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from lms.api.work import Conflict, _, connection
from plugins.supervision.models import Paper
from plugins.supervision.services.ticking import is_station
from quizzes.api import Paper as Drawn

P = Paper.__table__
COLUMNS = (P.c.uuid, P.c.revision_id, P.c.seed, P.c.questions, P.c.deck_id, P.c.had, P.c.passing, P.c.form)


def drawn(row: Any) -> Drawn:
    """The paper in a row with these columns."""
    return Drawn(*row[: len(COLUMNS)])


def for_seat(session_id: int, seat_id: int, account_id: int) -> Drawn | None:
    """The paper for whoever sits on a seat; None where none was drawn: it is drawn when they begin.

    Who was not expected gets a spare one, which is theirs from then on. Inside a unit of work. Conflict where a station
    has none left: only the server draws.
    """
    database = connection()
    mine = select(*COLUMNS).where(P.c.session_id == session_id, P.c.account_id == account_id).order_by(P.c.id.desc())
    held = database.execute(mine.limit(1)).first()
    if held is not None:
        return drawn(held)
    spare = (
        select(P.c.id)
        .where(P.c.session_id == session_id, P.c.account_id.is_(None), P.c.seat_id.is_(None))
        .order_by(P.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = database.execute(spare).scalar()
    if found is not None:
        database.execute(update(P).where(P.c.id == found).values(seat_id=seat_id, account_id=account_id))
        return drawn(database.execute(select(*COLUMNS).where(P.c.id == found)).one())
    if is_station():
        raise Conflict(_("There is no spare paper left at this station. Please write the person down for another day."))
    return None
