"""Reads of what waits for a signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, bindparam, func, select

from lms.api.data import Statement
from lms.api.work import Text, connection
from plugins.signing.models import APPROVED, ASKED, GIVEN, OPEN, READY, WAITING, SigningBatch, SigningRequest

B, R = SigningBatch.__table__, SigningRequest.__table__


class BatchRow(Struct, frozen=True):
    """Papers that are signed with one approval."""

    id: int
    uuid: UUID
    signer: str
    state: str
    size: int
    made_at: int
    next_at: int
    tries: int
    handle: str
    why: dict[str, Any] | None
    approved_by: int | None
    approved_at: int | None


class RequestRow(Struct, frozen=True):
    """A paper that waits for its signature, or had it."""

    id: int
    credential_id: int
    number: str
    signer: str
    state: str
    batch_id: int | None
    asked_at: int
    next_at: int
    tries: int
    why: dict[str, Any] | None
    parked_key: str | None
    start: int | None
    stop: int | None
    hash: bytes | None
    attributes: bytes | None
    digest: bytes | None
    signature: bytes | None
    ended_at: int | None


_BATCH: Select[Any] = select(
    B.c.id, B.c.uuid, B.c.signer, B.c.state, B.c.size, B.c.made_at, B.c.next_at, B.c.tries, B.c.handle, B.c.why,
    B.c.approved_by, B.c.approved_at,
)  # fmt: skip
_REQUEST: Select[Any] = select(
    R.c.id, R.c.credential_id, R.c.number, R.c.signer, R.c.state, R.c.batch_id, R.c.asked_at, R.c.next_at, R.c.tries,
    R.c.why, R.c.parked_key, R.c.start, R.c.stop, R.c.hash, R.c.attributes, R.c.digest, R.c.signature, R.c.ended_at,
)  # fmt: skip
_BATCH_BY_UUID = Statement(_BATCH.where(B.c.uuid == bindparam("uuid")), BatchRow)
_BATCHES_DUE = Statement(
    _BATCH.where(B.c.state == bindparam("state"), B.c.next_at <= bindparam("now")).order_by(B.c.id), BatchRow
)
_OF_BATCH = Statement(_REQUEST.where(R.c.batch_id == bindparam("batch")).order_by(R.c.id), RequestRow)
_OF_CREDENTIAL = Statement(_REQUEST.where(R.c.credential_id == bindparam("credential")), RequestRow)
_DUE = Statement(
    _REQUEST.where(R.c.state == bindparam("state"), R.c.next_at <= bindparam("now"))
    .order_by(R.c.id)
    .limit(bindparam("most")),
    RequestRow,
)
_LOOSE = Statement(
    _REQUEST.where(R.c.state == READY, R.c.batch_id.is_(None), R.c.signer == bindparam("signer"))
    .order_by(R.c.id)
    .limit(bindparam("most")),
    RequestRow,
)


def batch(uuid: UUID) -> BatchRow | None:
    """A batch by its link."""
    return _BATCH_BY_UUID.first(uuid=uuid)


def batches_due(state: str, now: int) -> list[BatchRow]:
    """The batches in a state that may be looked at now."""
    return _BATCHES_DUE.all(state=state, now=now)


def papers_of(batch_id: int) -> list[RequestRow]:
    """The papers of a batch."""
    return _OF_BATCH.all(batch=batch_id)


def of_credential(credential_id: int) -> RequestRow | None:
    """What is known of a paper's signature."""
    return _OF_CREDENTIAL.first(credential=credential_id)


def due(state: str, now: int, most: int) -> list[RequestRow]:
    """The papers in a state that may be looked at now, at most so many."""
    return _DUE.all(state=state, now=now, most=most)


def loose(signer: str, most: int) -> list[RequestRow]:
    """Papers that are ready and in no batch yet, at most so many."""
    return _LOOSE.all(signer=signer, most=most)


def open_batches() -> list[BatchRow]:
    """All that wait for an approval, or are being signed, the oldest first."""
    rows = connection().execute(_BATCH.where(B.c.state.in_((OPEN, APPROVED, ASKED))).order_by(B.c.id).limit(200))
    return [BatchRow(*row) for row in rows]


def counts() -> dict[tuple[str, str], int]:
    """How many papers, by (signer, state)."""
    rows = connection().execute(select(R.c.signer, R.c.state, func.count()).group_by(R.c.signer, R.c.state))
    return {(signer, state): n for signer, state, n in rows}


def ended(states: Sequence[str], most: int) -> list[RequestRow]:
    """The papers that came last into one of these states."""
    rows = connection().execute(_REQUEST.where(R.c.state.in_(states)).order_by(R.c.ended_at.desc(), R.c.id).limit(most))
    return [RequestRow(*row) for row in rows]


def unfinished() -> list[RequestRow]:
    """All that are not signed yet and still may be."""
    rows = connection().execute(_REQUEST.where(R.c.state.in_((WAITING, READY, GIVEN))).order_by(R.c.id))
    return [RequestRow(*row) for row in rows]


def have(credential_ids: Sequence[int]) -> set[int]:
    """Those of the papers that were asked to be signed before."""
    return set(connection().execute(select(R.c.credential_id).where(R.c.credential_id.in_(credential_ids))).scalars())


def reason(why: dict[str, Any] | None) -> Text | None:
    """A sentence as it was kept."""
    return Text(why["msgid"], why["values"]) if why else None


def put_off(most: int) -> list[RequestRow]:
    """Papers that are tried again by themselves, with what hindered them."""
    rows = connection().execute(
        _REQUEST.where(R.c.state.in_((WAITING, GIVEN)), R.c.tries > 0, R.c.why.is_not(None))
        .order_by(R.c.id)
        .limit(most)
    )
    return [row for row in (RequestRow(*one) for one in rows) if row.why]
