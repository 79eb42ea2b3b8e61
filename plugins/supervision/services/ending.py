"""The end of a session: every open paper is handed in, each in a transaction of its own, then the room is closed.

A server that stops in between leaves some papers handed in and the room's door closed. Ending once more, by whoever
supervises or by the worker, does the rest; nothing is handed in twice.
"""

from __future__ import annotations

from sqlalchemy import update

from lms.api.people import end_one
from lms.api.work import Conflict, _, audit, clock, connection, unit_of_work
from plugins.supervision import queries
from plugins.supervision.models import CLOSED, ENDED, OPEN, USED, VOID, Proctor, Seat, Session
from plugins.supervision.queries import ProctorRow, SessionRow
from plugins.supervision.services import noting, seating
from quizzes.api import hand_in, live

S, T, P = Session.__table__, Seat.__table__, Proctor.__table__
FORGOTTEN_AFTER = 4 * 3600  # seconds after its planned end that the worker ends a session that is still open


def end(session: SessionRow, proctor: ProctorRow | None) -> None:
    """Ends a session; `proctor` None: the worker does. Ending twice is once. Opens units of work of its own."""
    with unit_of_work():
        held = queries.session_by_id(session.id, hold=True)
        if held is None or held.is_ended:
            return
        if held.is_planned:
            raise Conflict(_("This session has not begun. An officer of the unit can cancel it."))
        if held.state == OPEN:  # nobody begins any more while papers are handed in
            connection().execute(update(S).where(S.c.id == held.id).values(state=CLOSED, closed_at=clock.seconds()))
    failed: Exception | None = None
    for row in queries.seats(session.id):
        if row.attempt_uuid is None:
            continue
        try:
            with unit_of_work():
                hand_in(row.attempt_uuid)
        except Exception as error:  # noqa: BLE001  raised below, once the others are handed in
            failed = failed or error
    if failed is not None:
        raise failed
    with unit_of_work():
        _close(session.id, proctor)


def _close(session_id: int, proctor: ProctorRow | None) -> None:
    held = queries.session_by_id(session_id, hold=True)
    if held is None or held.is_ended:
        return
    rows = queries.seats(session_id)
    still = [p for p in live([r.attempt_uuid for r in rows if r.attempt_uuid is not None]).values() if p.is_open]
    assert not still, "a session ends when all its papers are handed in"
    seating.note_handed_in(session_id)
    for row in rows:
        if row.login_id is not None and row.account_id is not None:
            end_one(row.account_id, row.login_id)
    connection().execute(update(T).where(T.c.session_id == session_id).values(device=None, login_id=None))
    connection().execute(
        update(T).where(T.c.session_id == session_id, T.c.ticket_state != USED).values(ticket_state=VOID)
    )
    at = clock.seconds()
    connection().execute(update(S).where(S.c.id == session_id).values(state=ENDED, ended_at=at, paused_at=None))
    if proctor is None:
        noting.note(session_id, "forgotten")
    else:
        noting.by(proctor, held, "ended")
    connection().execute(
        update(P)
        .where(P.c.session_id == session_id, P.c.left_at.is_(None))
        .values(ends_at=at + 24 * 3600)  # for the minutes; nothing else can be done any more
    )
    audit.record(
        proctor.account_id if proctor else None, "supervision.ended", f"supervision:{held.uuid}",
        **({"name": proctor.name} if proctor else {}),
    )  # fmt: skip


def tidy() -> None:
    """Ends sessions that were forgotten, and sign-ins that linger after handing in; periodic."""
    failed: Exception | None = None
    for session in queries.forgotten(clock.seconds() - FORGOTTEN_AFTER):
        try:
            end(session, None)
        except Exception as error:  # noqa: BLE001  raised below, once the others have ended
            failed = failed or error
    for session in queries.forgotten(clock.seconds() + 10**9):
        with unit_of_work():
            seating.note_handed_in(session.id)
    if failed is not None:
        raise failed
