"""Files that people carry: made, noted as sent, or cancelled. Each function in the caller's unit of work."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from sqlalchemy import Select, bindparam, func, insert, select, update

from lms.api.data import FileStore
from lms.api.people import agreed
from lms.api.sheets import harmless
from lms.api.transparency import ES256, signing_key
from lms.api.work import Conflict, _, audit, clock, connection
from plugins.handover import records
from plugins.handover.models import FILE, PREPARED, SENT, Batch, Record
from plugins.handover.queries import BatchRow, RecordRow, batch_by_uuid, within
from plugins.handover.services.preparing import PURPOSE, told

R, B = Record.__table__, Batch.__table__
MOST = 5_000  # records in one file
COUNT = func.count()
Act = Callable[[BatchRow, int], None]
KEY = "handover"
AGREED = agreed(R.c.account_id, PURPOSE.key)
_PUT = update(R).where(R.c.id == bindparam("row")).values(batch_id=bindparam("batch"), digest=bindparam("told"))


def waiting(units: Sequence[int], most: int) -> Select[*tuple[int]]:
    """The records that may be told now: of people who agreed, in no file yet, the oldest first."""
    return (
        select(R.c.id)
        .where(within(units), R.c.state == PREPARED, R.c.batch_id.is_(None), AGREED)
        .order_by(R.c.id)
        .limit(most)
    )


def make(units: Sequence[int], org_id: int, by_id: int) -> BatchRow:
    """A file of all that waits in these units, the oldest `MOST` first. Conflict where nothing does."""
    ids = list(connection().execute(waiting(units, MOST).with_for_update()).scalars())
    if not ids:
        raise Conflict(_("Nothing waits to be handed over: everything went already, or nobody has agreed yet."))
    rows = [RecordRow(*row) for row in connection().execute(select(*R.c).where(R.c.id.in_(ids)).order_by(R.c.id))]
    uuid, now = uuid4(), clock.seconds()
    found = told(rows)
    bodies = [body for _row, body in found]
    store: FileStore = current_app.extensions["lms.files"]
    key = store.put(_zip(str(uuid), now, bodies))
    batch_id = (
        connection()
        .execute(
            insert(B)
            .values(uuid=uuid, way=FILE, org_id=org_id, records=len(ids), file_key=key, made_at=now, made_by=by_id)
            .returning(B.c.id)
        )
        .scalar_one()
    )
    put_in(batch_id, found)
    audit.record(by_id, "handover.packed", f"handover:{uuid}", records=len(ids))
    made = batch_by_uuid(uuid)
    assert made is not None
    return made


def put_in(batch_id: int, found: Sequence[tuple[RecordRow, Mapping[str, Any]]]) -> None:
    """Notes in which batch records went, and what was told of each."""
    connection().execute(_PUT, [{"row": r.id, "batch": batch_id, "told": records.digest_of(b)} for r, b in found])


def note_sent(row: BatchRow, by_id: int) -> None:
    """The file was handed over. Twice is once. Conflict where it was cancelled."""
    if row.cancelled_at is not None:
        raise Conflict(_("This file was cancelled. Please make a new one."))
    if row.sent_at is not None:
        return
    now = clock.seconds()
    connection().execute(update(B).where(B.c.id == row.id).values(sent_at=now, sent_by=by_id))
    connection().execute(
        update(R).where(R.c.batch_id == row.id, R.c.state == PREPARED).values(state=SENT, changed_at=now)
    )
    audit.record(by_id, "handover.sent", f"handover:{row.uuid}", records=row.records)


def cancel(row: BatchRow, by_id: int) -> None:
    """The file will not be handed over; its records wait again. Twice is once. Conflict where it went already."""
    if row.sent_at is not None:
        raise Conflict(_("This file was handed over already, so it can no longer be cancelled."))
    if row.cancelled_at is not None:
        return
    now = clock.seconds()
    connection().execute(update(B).where(B.c.id == row.id).values(cancelled_at=now))
    connection().execute(
        update(R).where(R.c.batch_id == row.id, R.c.state == PREPARED).values(batch_id=None, changed_at=now)
    )
    audit.record(by_id, "handover.cancelled", f"handover:{row.uuid}", records=row.records)


def content_of(row: BatchRow) -> bytes | None:
    """The file; None where it is kept no more."""
    store: FileStore = current_app.extensions["lms.files"]
    return store.get(row.file_key) if row.file_key and store.has(row.file_key) else None


def _zip(batch: str, made_at: int, bodies: Sequence[Mapping[str, Any]]) -> bytes:
    when = clock.local(clock.from_seconds(made_at)).isoformat()
    files = {
        records.JSON_NAME: records.as_json(batch, when, bodies),
        records.CSV_NAME: records.as_csv(bodies, harmless),
    }
    key = signing_key(KEY, ES256)
    private = key.private()
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    over = records.to_sign(batch, files)
    said = {
        "algorithm": "ES256",
        "kid": key.kid,
        "public_key": base64.b64encode(key.public_der).decode(),
        "signed": over.decode(),
        "signature": base64.b64encode(private.sign(over, ec.ECDSA(hashes.SHA256()))).decode(),
    }
    return records.as_zip({**files, records.SIGNATURE_NAME: records.canonical(said) + b"\n"})
