"""Lists are not kept for ever: drafts that nobody went on with, and the names in those that were taken in."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from lms.api.work import clock, connection, unit_of_work
from plugins.rosters.models import CHECKING, TAKEN, Roster, RosterRow, RosterSheet

R, W, S = Roster.__table__, RosterRow.__table__, RosterSheet.__table__
DRAFT_DAYS = 14  # then a draft is deleted: it holds citizens' numbers as they were typed
NAMES_DAYS = 90  # then the names go from the rows; who was made or joined is still known, and undoing ends


def forget_old() -> None:
    """Deletes old drafts and blanks old rows; periodic."""
    now = clock.seconds()
    old = select(R.c.id).where(R.c.state <= CHECKING, R.c.changed_at < now - DRAFT_DAYS * 86_400)
    with unit_of_work():
        drafts = list(connection().execute(old).scalars())
        for table, column in ((W, W.c.roster_id), (S, S.c.roster_id), (R, R.c.id)):
            connection().execute(delete(table).where(column.in_(drafts)))
        taken = select(R.c.id).where(R.c.state >= TAKEN, R.c.changed_at < now - NAMES_DAYS * 86_400)
        connection().execute(
            update(W)
            .where(W.c.roster_id.in_(taken), W.c.full_name != "")
            .values(full_name="", phone=None, birth_date=None, birth_year=None, typed={})
        )
