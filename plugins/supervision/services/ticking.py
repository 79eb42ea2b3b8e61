"""What a station's clocks say, written down now and then, so that a clock that was set can be told afterwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert, select

from lms.api.work import clock, connection, settings, unit_of_work
from plugins.supervision.format.contents import Step
from plugins.supervision.models import ENDED, Session, Tick

T, S = Tick.__table__, Session.__table__
EVERY = 60  # seconds


def is_station() -> bool:
    """Whether this program holds sessions without a network, and does nothing else."""
    return bool(settings().only and settings().steady_clock)


def note(session_id: int, what: str) -> None:
    """Writes down what both clocks say. Inside a unit of work."""
    here = clock.reading()
    connection().execute(
        insert(T).values(
            session_id=session_id, what=what, at=clock.seconds(), wall=here.wall, counted=here.counted, boot=here.boot
        )
    )


def tick() -> None:
    """Writes it down for every session that has not ended. Nothing on a server."""
    if not is_station():
        return
    clock.note_steady(Path(settings().steady_clock))
    with unit_of_work():
        for session_id in connection().execute(select(S.c.id).where(S.c.state != ENDED)).scalars().all():
            note(session_id, "minute")


def steps(session_id: int) -> list[Step]:
    """What was written down about a session, in order."""
    rows = connection().execute(
        select(T.c.what, T.c.at, T.c.wall, T.c.counted, T.c.boot).where(T.c.session_id == session_id).order_by(T.c.id)
    )
    return [Step(*row) for row in rows]
