"""Writing down what happened: by whoever supervises, or by the system. In the caller's unit of work."""

from __future__ import annotations

from sqlalchemy import insert

from lms.api.work import Invalid, _, clock, connection
from plugins.supervision.models import Incident
from plugins.supervision.queries import ProctorRow, SessionRow
from plugins.supervision.wording import NOTED

I = Incident.__table__  # noqa: E741
MOST_WORDS = 500


def note(
    session_id: int,
    kind: str,
    by_id: int | None = None,
    by_name: str = "",
    *,
    seat_id: int | None = None,
    amount: int | None = None,
    words: str = "",
    at: int | None = None,
) -> None:
    """Keeps that something happened. `by_name`: of who came in by PIN; with neither it was the system."""
    connection().execute(
        insert(I).values(
            session_id=session_id, seat_id=seat_id, at=clock.seconds() if at is None else at, kind=kind, amount=amount,
            words=words[:MOST_WORDS], by_id=by_id, by_name=by_name,
        )
    )  # fmt: skip


def by(proctor: ProctorRow, session: SessionRow, kind: str, *, seat_id: int | None = None, amount: int | None = None,
       words: str = "") -> None:  # fmt: skip
    """The same for what whoever supervises did."""
    note(session.id, kind, proctor.account_id, proctor.name, seat_id=seat_id, amount=amount, words=words)


def write_down(proctor: ProctorRow, session: SessionRow, kind: str, words: str, seat_id: int | None) -> None:
    """Keeps what whoever supervises wrote. Raises Invalid."""
    if kind not in NOTED:
        text = _("Please choose what it was.")
        raise Invalid(text, kind=text)
    if kind == "other" and not words:
        text = _("Please write in a few words what happened.")
        raise Invalid(text, words=text)
    if len(words) > MOST_WORDS:
        text = _("Please keep it under {most} letters.", most=MOST_WORDS)
        raise Invalid(text, words=text)
    by(proctor, session, kind, seat_id=seat_id, words=words)
