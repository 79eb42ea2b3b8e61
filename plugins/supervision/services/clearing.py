"""What is needed no more of sessions at stations: names, papers and sealed files go after a time; results stay."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from lms.api.work import connection, unit_of_work
from plugins.supervision.models import Bundle, HandedIn, Paper, Session, Tick

B, H, P, S, T = (t.__table__ for t in (Bundle, HandedIn, Paper, Session, Tick))
KEPT_DAYS, LEAST_DAYS = 365, 60  # our default, not a regulation's; the least leaves time to bring answers back
AT_ONCE = 100


def _due(moment: int) -> ColumnElement[bool]:
    return (S.c.ends_at < moment) & or_(
        exists().where(P.c.session_id == S.c.id), exists().where(B.c.session_id == S.c.id, B.c.content != b"")
    )


def stations_before(moment: int) -> int:
    """How many sessions that were planned to end before a moment still hold what a station needed."""
    return int(connection().execute(select(func.count()).select_from(S).where(_due(moment))).scalar_one())


def forget_stations(moment: int) -> None:
    """Forgets papers that were drawn, sealed files with their keys, and what was written down of people there."""
    while True:
        with unit_of_work():
            ids = list(connection().execute(select(S.c.id).where(_due(moment)).limit(AT_ONCE)).scalars())
            if not ids:
                return
            for table in (P, T):
                connection().execute(delete(table).where(table.c.session_id.in_(ids)))
            connection().execute(
                update(B).where(B.c.session_id.in_(ids)).values(content=b"", key_sealed=None, code_sealed=None)
            )
            connection().execute(
                update(H)
                .where(H.c.session_id.in_(ids))
                .values(account_id=None, name="", birth_year=None, answered=None)
            )
