"""After years nobody needs to know who sat where: lists, names and words are forgotten; papers and results stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from lms.api.work import connection, unit_of_work
from plugins.supervision.models import ENDED, Incident, Proctor, Seat, Session

S, T, I, P = Session.__table__, Seat.__table__, Incident.__table__, Proctor.__table__
KEPT_DAYS, LEAST_DAYS = 5 * 365, 365  # our default, not a regulation's; and the least that an operator may choose
AT_ONCE = 100


def _due(moment: int) -> ColumnElement[bool]:
    return and_(
        S.c.state == ENDED,
        S.c.ended_at < moment,
        or_(
            exists().where(T.c.session_id == S.c.id, T.c.account_id.is_not(None)),
            exists().where(P.c.session_id == S.c.id, P.c.name != ""),
            S.c.signed_by.is_not(None),
        ),
    )


def rooms_before(moment: int) -> int:
    """How many sessions that ended before a moment still say who was there."""
    return int(connection().execute(select(func.count()).select_from(S).where(_due(moment))).scalar_one())


def forget_rooms(moment: int) -> None:
    """Forgets who was there, some sessions at a time; the digest of the minutes stays, in the journal too."""
    while True:
        with unit_of_work():
            ids = list(connection().execute(select(S.c.id).where(_due(moment)).limit(AT_ONCE)).scalars())
            if not ids:
                return
            blank: list[tuple[Any, dict[str, object]]] = [
                (T, {"account_id": None, "note": ""}),
                (I, {"words": "", "by_name": "", "by_id": None}),
                (P, {"name": "", "account_id": None, "token_hash": None}),
            ]
            for table, values in blank:
                connection().execute(update(table).where(table.c.session_id.in_(ids)).values(**values))
            connection().execute(
                update(S).where(S.c.id.in_(ids)).values(minutes_body=None, minutes_digest=None, signed_by=None)
            )
