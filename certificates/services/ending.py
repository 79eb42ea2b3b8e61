"""Holders are told before the term of a paper ends, once, so that there is time to renew what it attests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from certificates.models import VALID, Credential
from lms.api.work import Told, _, clock, connection, notify_many, unit_of_work

DAYS = 30  # before the last day; ours, no regulation
A_ROUND = 500
C = Credential.__table__


def tell_ending() -> None:
    """Tells the holders of all papers whose last day is near; periodic, in parts, each once."""
    while _tell_some() == A_ROUND:
        pass


def _tell_some() -> int:
    today = clock.today()
    near = (
        select(C.c.id, C.c.uuid, C.c.number, C.c.account_id, C.c.expires_on)
        .where(
            C.c.state == VALID,
            C.c.told_ending_at.is_(None),
            C.c.expires_on >= today,
            C.c.expires_on <= today + timedelta(days=DAYS),
        )
        .order_by(C.c.id)
        .limit(A_ROUND)
    )
    with unit_of_work():
        rows = connection().execute(near).all()
        if rows:
            told = update(C).where(C.c.id.in_([row.id for row in rows])).values(told_ending_at=clock.seconds())
            connection().execute(told)
            notify_many("paper", [_told(row) for row in rows])
    return len(rows)


def _told(row: Any) -> Told:
    words = _(
        "Number {number} is valid until {day}. After that day it says that it is out of date. Ask whoever issued it"
        " how to renew it.",
        number=row.number,
        day=f"{row.expires_on:%d/%m/%Y}",
    )
    return Told(row.account_id, _("Your paper is about to end"), words, f"/giay/{row.uuid}")
