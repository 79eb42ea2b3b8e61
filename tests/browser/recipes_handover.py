"""Addresses of handing over: confirmations that wait, a file, answers, refused ones."""

from __future__ import annotations

from sqlalchemy import select

from lms.api.people import nation_id
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.privacy import consenting
from plugins.handover.models import Batch, Record
from plugins.handover.services import answering, packing, preparing
from tests.browser.people import World

NO_PAGES = {"handover.file": "a file"}
OFFICE = "/can-bo/ban-giao"
A, B, R = Account.__table__, Batch.__table__, Record.__table__


def made(world: World) -> str:
    """The office, with a file that went and one answer to it: refused."""
    with world.app.app_context():
        if connection().execute(select(B.c.id).limit(1)).first() is not None:
            return OFFICE
        officer = connection().execute(select(A.c.id).where(A.c.username == "quantri")).scalar_one()
        preparing.collect()
        with unit_of_work() as database:
            for who in database.execute(select(R.c.account_id).distinct()).scalars().all():
                consenting.give(who, preparing.PURPOSE.key)
            batch = packing.make([nation_id()], nation_id(), officer)
            packing.note_sent(batch, officer)
            number = database.execute(select(R.c.number).where(R.c.batch_id == batch.id).limit(1)).scalar_one()
            line = answering.Line(2, f"{number}/1", "Từ chối", "Ngày sinh không khớp", "TN-0001")
            answering.take([line], lambda _row: True, officer)
    return OFFICE


VISITS = (
    ("handover", "handover.office", "administrator", made),
    ("handover-prepared", "handover.office", "administrator", lambda world: made(world) + "?loc=prepared"),
)
