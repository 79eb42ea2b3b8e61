"""The worker's part where a carrier is in use: gives it what waits, and asks for answers.

A record is marked before it is given away (`due_at` moves on), so that two workers do not give it at once; the carrier
is called outside any transaction. Where the process dies in between, the same ids are given again: each is one edition
of one paper, and the other side takes an id once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import insert, select, update

from certificates.api import CARRIERS, Carrier, Outcome
from lms.api.people import nation_id
from lms.api.work import clock, connection, settings, unit_of_work
from plugins.handover.models import ACCEPTED, PREPARED, REFUSED, SENT, Batch, Record
from plugins.handover.queries import RecordRow
from plugins.handover.services import answering
from plugins.handover.services.packing import AGREED, put_in
from plugins.handover.services.preparing import told

R, B = Record.__table__, Batch.__table__
log = structlog.get_logger("lms.handover")
HELD = 600  # seconds that a record is somebody's while it is on its way
ASK_AGAIN = 3_600  # seconds between two questions about one record
LONGEST_WAIT = 86_400
MOST_ROUNDS = 20  # in one turn of the worker


def chosen() -> Carrier | None:
    """The carrier in use; None where files are carried by people."""
    name = settings().handover
    return CARRIERS.find(name) if name else None


def carry() -> int:
    """Gives the carrier what waits, and asks for answers; how many records it dealt with."""
    carrier, done = chosen(), 0
    if carrier is None:
        return 0
    for _round in range(MOST_ROUNDS):
        given = _give(carrier)
        done += given
        if given < carrier.most:
            break
    return done + _ask(carrier)


def _claimed(carrier: Carrier, *wanted: Any, hold: int) -> list[RecordRow]:
    """Records that nobody else has; they are ours for so many seconds."""
    now = clock.seconds()
    with unit_of_work():
        found = connection().execute(
            select(*R.c).where(*wanted, R.c.due_at <= now).order_by(R.c.due_at, R.c.id).limit(carrier.most)
            .with_for_update(skip_locked=True)
        )  # fmt: skip
        rows = [RecordRow(*row) for row in found]
        if rows:
            connection().execute(update(R).where(R.c.id.in_([row.id for row in rows])).values(due_at=now + hold))
    return rows


def _give(carrier: Carrier) -> int:
    rows = _claimed(carrier, R.c.state == PREPARED, R.c.batch_id.is_(None), AGREED, hold=HELD)
    if not rows:
        return 0
    found = told(rows)
    try:
        outcomes = {outcome.id: outcome for outcome in carrier.send([body for _row, body in found])}
    except OSError as error:
        _later(rows, str(error))
        return len(rows)
    with unit_of_work():
        _note(carrier, found, outcomes)
    return len(rows)


def _note(
    carrier: Carrier, found: Sequence[tuple[RecordRow, Mapping[str, Any]]], outcomes: Mapping[str, Outcome]
) -> None:
    """What became of what was given. A record of which nothing was said is given again later."""
    now = clock.seconds()
    went = [(row, body) for row, body in found if row.name in outcomes]
    if went:
        batch_id = (
            connection()
            .execute(
                insert(B)
                .values(uuid=uuid4(), way=carrier.name, org_id=nation_id(), records=len(went), made_at=now, sent_at=now)
                .returning(B.c.id)
            )
            .scalar_one()
        )
        put_in(batch_id, went)
        mine = [row.id for row, _body in went]
        same = (R.c.id.in_(mine), R.c.state == PREPARED)
        connection().execute(update(R).where(*same).values(state=SENT, tries=0, changed_at=now, due_at=now + ASK_AGAIN))
        answering.note([outcomes[row.name] for row, _body in went])
    left = [row for row, _body in found if row.name not in outcomes]
    if left:
        _put_off(left, "")


def _ask(carrier: Carrier) -> int:
    if carrier.answers is None:
        return 0
    rows = _claimed(
        carrier, R.c.state == SENT, R.c.batch_id.in_(select(B.c.id).where(B.c.way == carrier.name)), hold=ASK_AGAIN
    )
    if not rows:
        return 0
    try:
        outcomes = carrier.answers([row.name for row in rows])
    except OSError as error:
        log.warning("handover: no answers", carrier=carrier.name, error=str(error)[:200])
        return 0
    with unit_of_work():
        answering.note([o for o in outcomes if o.state in (ACCEPTED, REFUSED)])
    return len(rows)


def _later(rows: Sequence[RecordRow], why: str) -> None:
    log.warning("handover: not sent", records=len(rows), error=why[:200])
    with unit_of_work():
        _put_off(rows, why)


def _put_off(rows: Sequence[RecordRow], why: str) -> None:
    now = clock.seconds()
    for row in rows:
        wait = min(60 * 2 ** min(row.tries, 12), LONGEST_WAIT)
        connection().execute(
            update(R).where(R.c.id == row.id, R.c.state == PREPARED)
            .values(tries=min(row.tries + 1, 1_000), reason=why[:500], due_at=now + wait)
        )  # fmt: skip
