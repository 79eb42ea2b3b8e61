"""Papers that wait for a signature, and the batches in which they are approved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, Id, LinkId, Small, Stamp

# A paper: waits to be made ready, is ready (and in a batch), has its signature, is signed; or is not going to be.
WAITING, READY, GIVEN, SIGNED = "waiting", "ready", "given", "signed"
REFUSED, FAILED, STOPPED = "refused", "failed", "stopped"
# A batch: open for approval, approved (the worker asks), asked (somebody has to answer), then as its papers.
OPEN, APPROVED, ASKED, DONE = "open", "approved", "asked", "done"
OVER = (REFUSED, FAILED, STOPPED)


class SigningBatch(Base):
    """Papers that are signed with one approval."""

    __tablename__ = "signing_batch"
    __table_args__ = (Index("ix_signing_batch_state", "state", "next_at"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    signer: Mapped[str] = mapped_column(String(20))  # its key in the operator's file
    state: Mapped[str] = mapped_column(String(10))
    size: Mapped[Small]
    made_at: Mapped[Stamp]
    next_at: Mapped[int] = mapped_column(BigInteger)  # not looked at before; whoever works on it sets it ahead
    tries: Mapped[Small]
    handle: Mapped[str] = mapped_column(String(500))  # by which the service is asked whether it was approved
    why: Mapped[dict[str, Any] | None] = mapped_column(info=NO_FILES)  # a sentence: msgid, values
    approved_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    approved_at: Mapped[int | None] = mapped_column(BigInteger)


class SigningRequest(Base):
    """A paper that waits for its signature, or had it. Of what is parked only `digest` ever leaves the server."""

    __tablename__ = "signing_request"
    __table_args__ = (
        Index("ix_signing_request_state", "state", "next_at"),
        Index("ix_signing_request_batch", "batch_id"),
    )

    id: Mapped[Id]
    credential_id: Mapped[int] = mapped_column(BigId, unique=True)
    number: Mapped[str] = mapped_column(String(48))
    signer: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    batch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("signing_batch.id"))
    asked_at: Mapped[Stamp]
    next_at: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[Small]
    why: Mapped[dict[str, Any] | None] = mapped_column(info=NO_FILES)
    parked_key: Mapped[str | None] = mapped_column(String(64))  # the PDF with an empty place, in the file store
    start: Mapped[int | None]  # of the empty place, and its end
    stop: Mapped[int | None]
    hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    attributes: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
