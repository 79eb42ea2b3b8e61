"""The gate before a paper: what a rule set wants an officer to look at waits here until one has confirmed it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, text

from certificates.models import Confirmation
from certificates.services.terms import wants_confirmer
from lms.api.competency import AttainmentRow
from lms.api.work import Told, _, clock, connection, notify_many

K = Confirmation.__table__
WAITING, CONFIRMED, RETURNED = "waiting", "confirmed", "returned"
_QUEUE: Final = text(
    "INSERT INTO certificates_confirmation (attainment_id, account_id, org_id, state, asked_at)"
    " VALUES (:attainment_id, :account_id, :org_id, 'waiting', :asked_at) ON CONFLICT (attainment_id) DO NOTHING"
)


def cleared(rows: Collection[AttainmentRow]) -> list[AttainmentRow]:
    """Those for which a paper may be issued now. The others are put into the queue, and their holders told; a number
    of statements that does not grow with them.
    """
    wanting = {row.id: row for row in rows if wants_confirmer(row.evidence)}
    if not wanting:
        return list(rows)
    found = connection().execute(select(K.c.attainment_id, K.c.state).where(K.c.attainment_id.in_(wanting)))
    states: dict[int, str] = {row.attainment_id: row.state for row in found}
    _queue([row for row in wanting.values() if row.id not in states])
    return [row for row in rows if row.id not in wanting or states.get(row.id) == CONFIRMED]


def _queue(rows: Collection[AttainmentRow]) -> None:
    if not rows:
        return
    now = clock.seconds()
    connection().execute(
        _QUEUE,
        [
            {"attainment_id": row.id, "account_id": row.account_id, "org_id": row.org_id, "asked_at": now}
            for row in rows
        ],
    )
    title = _("An officer looks at your result")
    body = _("{Ban} need do nothing. The paper follows when it is confirmed.")
    notify_many("paper", [Told(row.account_id, title, body, "/giay") for row in rows])
